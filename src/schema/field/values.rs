//! What fields do with values: cast what was submitted, change, check, show.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::geo_point::Point;
use super::{Field, FieldKind, Modifier, bool, cast, date, email, encode, json, number, url};
use crate::error::Fault;
use crate::store::{Value, ValueRef};

impl Field {
    /// The stored value of a submitted one. Never fails: what cannot be cast is the zero value, and what must be
    /// refused is found by [`Field::check`]. A password comes out as its plain text.
    pub fn cast(&self, submitted: &Json) -> Value {
        match &self.kind {
            FieldKind::Number(_) => cast::stored(cast::number(submitted)),
            FieldKind::Bool => Value::from(cast::truth(submitted)),
            FieldKind::Date(_) | FieldKind::Autodate(_) => {
                Value::Text(submitted.as_str().map(date::wire).unwrap_or_default())
            }
            FieldKind::Select(_) | FieldKind::File(_) | FieldKind::Relation(_) => {
                self.from_elements(&cast::list(submitted))
            }
            FieldKind::Json(_) => json::cast(submitted),
            FieldKind::GeoPoint => Value::Text(encode::text_of(|out| Point::cast(submitted).write_json(out))),
            FieldKind::Text(_)
            | FieldKind::Editor(_)
            | FieldKind::Email(_)
            | FieldKind::Url(_)
            | FieldKind::Password(_) => Value::Text(cast::text(submitted)),
        }
    }

    /// Whether keys of bodies may carry this modifier for this type of field.
    pub fn accepts(&self, modifier: Modifier) -> bool {
        match &self.kind {
            FieldKind::Number(_) => matches!(modifier, Modifier::Append | Modifier::Remove),
            FieldKind::Text(_) => modifier == Modifier::Autogenerate,
            FieldKind::Select(_) | FieldKind::File(_) | FieldKind::Relation(_) => modifier != Modifier::Autogenerate,
            _ => false,
        }
    }

    /// The value that a modifier makes of the current one (contract: collections, section 6). A modifier that the
    /// type does not accept changes nothing.
    pub fn modify(&self, modifier: Modifier, current: &Value, operand: &Json) -> Value {
        match (&self.kind, modifier) {
            (FieldKind::Number(_), Modifier::Append) => number::add(current, cast::number(operand)),
            (FieldKind::Number(_), Modifier::Remove) => number::add(current, -cast::number(operand)),
            (FieldKind::Text(options), Modifier::Autogenerate) => {
                Value::Text(cast::text(operand) + &options.generate().unwrap_or_default())
            }
            (FieldKind::Select(_) | FieldKind::File(_) | FieldKind::Relation(_), _) => {
                let mut there = self.elements(current.borrow());
                let mut operand = cast::list(operand);
                let changed = match modifier {
                    Modifier::Append => {
                        there.append(&mut operand);
                        there
                    }
                    Modifier::Prepend => {
                        operand.append(&mut there);
                        operand
                    }
                    Modifier::Remove => {
                        let gone: HashSet<String> = operand.into_iter().collect();
                        there.retain(|element| !gone.contains(element));
                        there
                    }
                    Modifier::Autogenerate => there,
                };
                self.from_elements(&cast::unique(changed))
            }
            _ => current.clone(),
        }
    }

    /// Whether a stored value is the zero value of the type, which `required` refuses.
    pub fn is_zero(&self, value: &Value) -> bool {
        match &self.kind {
            FieldKind::Number(_) | FieldKind::Bool => value.as_f64() == 0.0,
            FieldKind::Json(_) => json::is_zero(value),
            FieldKind::GeoPoint => Point::stored(value.borrow()).is_zero(),
            FieldKind::Select(_) | FieldKind::File(_) | FieldKind::Relation(_) => {
                self.elements(value.borrow()).is_empty()
            }
            _ => value.as_text().is_empty(),
        }
    }

    /// What can be said against a stored value without a database: required, lengths, patterns, limits, options. Of
    /// relations the numbers of ids, of files the number of names. Passwords are checked by
    /// [`super::password::PasswordOptions::check_plain`], the primary key's own checks by
    /// [`super::text::check_primary_key`].
    pub fn check(&self, value: &Value) -> Option<Fault> {
        // The text of JSON is limited whether it counts as empty or not.
        if let FieldKind::Json(options) = &self.kind
            && let Some(fault) = options.check(value)
        {
            return Some(fault);
        }
        if self.is_zero(value) {
            return self.required.then(Fault::required);
        }
        match &self.kind {
            FieldKind::Text(options) => options.check(value.as_text()),
            FieldKind::Editor(options) => options.check(value.as_text()),
            FieldKind::Number(options) => options.check(value.as_f64()),
            FieldKind::Email(options) => email::check(options, value.as_text()),
            FieldKind::Url(options) => url::check(options, value.as_text()),
            FieldKind::Date(options) => options.check(value.as_text()),
            FieldKind::Select(options) => options.check(&self.elements(value.borrow())),
            FieldKind::File(options) => options.check(&self.elements(value.borrow())),
            FieldKind::Relation(options) => options.check(&self.elements(value.borrow())),
            FieldKind::GeoPoint => Point::stored(value.borrow()).check(),
            FieldKind::Bool | FieldKind::Autodate(_) | FieldKind::Json(_) | FieldKind::Password(_) => None,
        }
    }

    /// Appends the value as answers show it.
    pub fn write_json(&self, value: ValueRef<'_>, out: &mut Vec<u8>) {
        match &self.kind {
            FieldKind::Number(_) => number::write_json(value, out),
            FieldKind::Bool => bool::write_json(value, out),
            FieldKind::Json(_) => json::write_json(value, out),
            FieldKind::GeoPoint => Point::stored(value).write_json(out),
            FieldKind::Password(_) => out.extend_from_slice(b"\"\""),
            _ if self.is_multiple() => match value {
                ValueRef::Text(text) if is_written_list(text) => out.extend_from_slice(text.as_bytes()),
                other => out.extend_from_slice(encode::list(&self.elements(other)).as_bytes()),
            },
            _ => match value {
                ValueRef::Text(text) => encode::string(text, out),
                other => encode::string(&plain(other), out),
            },
        }
    }

    /// The value as answers show it.
    pub fn to_answer(&self, value: &Value) -> Json {
        match &self.kind {
            FieldKind::Number(_) => match value {
                Value::Int(number) => encode::json_number(*number as f64),
                other => encode::json_number(other.as_f64()),
            },
            FieldKind::Bool => Json::from(value.as_bool()),
            FieldKind::Json(_) => json::to_answer(value),
            FieldKind::GeoPoint => Point::stored(value.borrow()).to_answer(),
            FieldKind::Password(_) => Json::from(""),
            _ if self.is_multiple() => Json::from(self.elements(value.borrow())),
            _ => Json::from(plain(value.borrow())),
        }
    }

    /// The elements of a list value, or the one of a single value; none where it is empty.
    pub fn elements(&self, value: ValueRef<'_>) -> Vec<String> {
        match value {
            ValueRef::Text("") | ValueRef::Null => Vec::new(),
            ValueRef::Text(text) if self.is_multiple() => match serde_json::from_str::<Json>(text) {
                Ok(elements @ Json::Array(_)) => cast::list(&elements),
                _ => vec![text.to_owned()],
            },
            other => vec![plain(other)],
        }
    }

    /// The stored value of these elements: a list, or the last one.
    pub fn from_elements(&self, elements: &[String]) -> Value {
        if self.is_multiple() {
            Value::Text(encode::list(elements))
        } else {
            Value::Text(elements.last().cloned().unwrap_or_default())
        }
    }
}

/// A scalar as text. Text columns hold text; anything else is another program's doing.
fn plain(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Text(text) => text.to_owned(),
        ValueRef::Int(number) => number.to_string(),
        ValueRef::Real(number) => cast::decimal(number),
    }
}

/// Whether a text is a JSON array of texts as Tuckbox writes it, so that it can be shown as it is. A list with
/// escapes takes the longer way.
fn is_written_list(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) else { return false };
    let mut rest = inner.as_bytes();
    if rest.is_empty() {
        return true;
    }
    loop {
        if rest.first() != Some(&b'"') {
            return false;
        }
        let Some(end) = rest[1..].iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < 0x20) else {
            return false;
        };
        if rest[end + 1] != b'"' {
            return false;
        }
        match rest.get(end + 2) {
            None => return true,
            Some(b',') => rest = &rest[end + 3..],
            Some(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::testing::{TYPES, answer, field};
    use super::*;

    #[test]
    fn zero_values_are_the_cast_of_nothing_and_zero() {
        for name in TYPES {
            for max_select in [0, 2] {
                let one = field(json!({"type": name, "name": "f", "maxSelect": max_select}));
                assert!(one.is_zero(&one.zero()), "{name}");
                assert_eq!(one.cast(&Json::Null), one.zero(), "{name}");
            }
        }
    }

    #[test]
    fn lists_stored_by_others_are_answered_as_valid_json() {
        let many = field(json!({"type": "select", "name": "s", "values": ["a"], "maxSelect": 2}));
        for (stored, expected) in [
            (r#"["a","b c"]"#, r#"["a","b c"]"#),
            (r#"["a\"b"]"#, r#"["a\"b"]"#),
            ("[]", "[]"),
            ("", "[]"),
            (r#"["a", 1]"#, r#"["a","1"]"#),
            ("a", r#"["a"]"#),
            (r#"["a"x]"#, r#"["[\"a\"x]"]"#),
            (r#"["a",]"#, r#"["[\"a\",]"]"#),
            ("[\"\n\"]", r#"["[\"\n\"]"]"#),
            ("[\"]", r#"["[\"]"]"#),
        ] {
            assert_eq!(encode::text_of(|out| many.write_json(ValueRef::Text(stored), out)), expected);
        }
    }

    #[test]
    fn answers_are_the_same_as_bytes_and_as_data() {
        for name in TYPES {
            let one = field(json!({"type": name, "name": "f", "maxSelect": 2}));
            for submitted in [json!(5), json!("a\"b"), json!(["x"]), json!({"lon": 1, "lat": 2.5}), json!("2024-01-02")]
            {
                let data: Json = serde_json::from_str(&answer(&one, &submitted)).unwrap();
                assert_eq!(one.to_answer(&one.cast(&submitted)), data, "{name} {submitted}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_for_any_type_is_stored_checked_and_answered_as_json(text in ".{0,40}", of in 0..14_usize) {
            let one = field(json!({"type": TYPES[of], "name": "f", "maxSelect": 2}));
            let value = one.cast(&Json::String(text));
            let _ = one.check(&value);
            let mut out = Vec::new();
            one.write_json(value.borrow(), &mut out);
            prop_assert!(serde_json::from_slice::<Json>(&out).is_ok());
            if !matches!(one.kind, FieldKind::Number(_) | FieldKind::Password(_) | FieldKind::Json(_)) {
                prop_assert_eq!(one.cast(&one.to_answer(&value)), value);
            }
        }
    }
}
