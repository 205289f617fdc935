//! Fields: typed columns of a collection. The data stands here; each type has a file with its options and what it
//! does with values: cast, check, change, show.

use serde_json::{Map, Value as Json};

use self::geo_point::Point;
use self::options::{Reader, Writer};
use super::wire::Unreadable;
use crate::error::{Fault, FieldErrors};
use crate::store::{Column, Value, ValueRef};

pub mod autodate;
pub mod bool;
mod cast;
pub mod date;
pub mod editor;
pub mod email;
pub mod encode;
pub mod file;
pub mod geo_point;
pub mod json;
mod limits;
pub mod number;
mod options;
pub mod password;
mod pattern;
pub mod relation;
pub mod select;
#[cfg(test)]
pub(in crate::schema) mod testing;
pub mod text;
pub mod url;

pub(in crate::schema) use limits::{too_great, too_small};

/// A typed column of a collection.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The identity of the column across renames.
    pub id: String,
    /// The column's name.
    pub name: String,
    /// Cannot be removed or renamed.
    pub system: bool,
    /// Neither shown to, nor filtered or written by anyone but superusers; rules may use it.
    pub hidden: bool,
    /// A hint for the dashboard.
    pub presentable: bool,
    /// A text for the dashboard; autodate fields have none.
    pub help: String,
    /// The zero value is refused; never set on autodate fields.
    pub required: bool,
    /// The type with its options.
    pub kind: FieldKind,
}

/// The type of a field with its options.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldKind {
    /// Plain text; the primary key is one.
    Text(text::TextOptions),
    /// HTML text, stored as it came.
    Editor(editor::EditorOptions),
    /// A 64-bit float.
    Number(number::NumberOptions),
    /// True or false.
    Bool,
    /// An e-mail address.
    Email(email::DomainOptions),
    /// A URL.
    Url(email::DomainOptions),
    /// An instant.
    Date(date::DateOptions),
    /// An instant that the server sets.
    Autodate(autodate::AutodateOptions),
    /// One or more of a list of texts.
    Select(select::SelectOptions),
    /// One or more names of files.
    File(file::FileOptions),
    /// One or more ids of records of a collection.
    Relation(relation::RelationOptions),
    /// Any JSON value.
    Json(json::JsonOptions),
    /// A password hash.
    Password(password::PasswordOptions),
    /// A point on the globe.
    GeoPoint,
}

impl Field {
    /// Whether values are lists: select, file and relation fields with room for more than one.
    pub fn is_multiple(&self) -> bool {
        match &self.kind {
            FieldKind::Select(options) => options.max_select > 1,
            FieldKind::File(options) => options.max_select > 1,
            FieldKind::Relation(options) => options.max_select > 1,
            _ => false,
        }
    }

    /// The stored value of a record in which nothing was set.
    pub fn zero(&self) -> Value {
        match &self.kind {
            FieldKind::Number(_) | FieldKind::Bool => Value::Int(0),
            FieldKind::Json(_) => Value::Null,
            FieldKind::GeoPoint => Value::from(r#"{"lon":0,"lat":0}"#),
            _ if self.is_multiple() => Value::from("[]"),
            _ => Value::from(""),
        }
    }
}

/// What a key of a body says beside the field's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modifier {
    /// `name+`: append, or add.
    Append,
    /// `+name`: prepend.
    Prepend,
    /// `name-`: remove, or subtract.
    Remove,
    /// `name:autogenerate`: a generated text behind the submitted prefix.
    Autogenerate,
}

impl FieldKind {
    /// The contract's word for the type.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Editor(_) => "editor",
            Self::Number(_) => "number",
            Self::Bool => "bool",
            Self::Email(_) => "email",
            Self::Url(_) => "url",
            Self::Date(_) => "date",
            Self::Autodate(_) => "autodate",
            Self::Select(_) => "select",
            Self::File(_) => "file",
            Self::Relation(_) => "relation",
            Self::Json(_) => "json",
            Self::Password(_) => "password",
            Self::GeoPoint => "geoPoint",
        }
    }

    fn read(name: &str, reader: Reader<'_>) -> Result<Self, Unreadable> {
        Ok(match name {
            "text" => Self::Text(text::TextOptions::read(reader)?),
            "editor" => Self::Editor(editor::EditorOptions::read(reader)?),
            "number" => Self::Number(number::NumberOptions::read(reader)?),
            "bool" => Self::Bool,
            "email" => Self::Email(email::DomainOptions::read(reader)?),
            "url" => Self::Url(email::DomainOptions::read(reader)?),
            "date" => Self::Date(date::DateOptions::read(reader)?),
            "autodate" => Self::Autodate(autodate::AutodateOptions::read(reader)?),
            "select" => Self::Select(select::SelectOptions::read(reader)?),
            "file" => Self::File(file::FileOptions::read(reader)?),
            "relation" => Self::Relation(relation::RelationOptions::read(reader)?),
            "json" => Self::Json(json::JsonOptions::read(reader)?),
            "password" => Self::Password(password::PasswordOptions::read(reader)?),
            "geoPoint" => Self::GeoPoint,
            "" => return Err(Unreadable("a field has no type".to_owned())),
            other => return Err(Unreadable(format!("there is no field type {other}"))),
        })
    }

    fn write(&self, writer: &mut Writer<'_>) {
        match self {
            Self::Text(options) => options.write(writer),
            Self::Editor(options) => options.write(writer),
            Self::Number(options) => options.write(writer),
            Self::Email(options) | Self::Url(options) => options.write(writer),
            Self::Date(options) => options.write(writer),
            Self::Autodate(options) => options.write(writer),
            Self::Select(options) => options.write(writer),
            Self::File(options) => options.write(writer),
            Self::Relation(options) => options.write(writer),
            Self::Json(options) => options.write(writer),
            Self::Password(options) => options.write(writer),
            Self::Bool | Self::GeoPoint => {}
        }
    }
}

impl Field {
    /// The contract's word for the type.
    pub fn type_name(&self) -> &'static str {
        self.kind.name()
    }

    /// Whether it is the record's id.
    pub fn is_primary_key(&self) -> bool {
        matches!(&self.kind, FieldKind::Text(options) if options.primary_key)
    }

    /// The kind of column that holds it.
    pub fn column(&self) -> Column {
        match &self.kind {
            FieldKind::Text(options) if options.primary_key => Column::Id,
            FieldKind::Number(_) => Column::Number,
            FieldKind::Bool => Column::Bool,
            FieldKind::Json(_) => Column::Json,
            FieldKind::GeoPoint => Column::Point,
            _ if self.is_multiple() => Column::List,
            _ => Column::Text,
        }
    }

    /// Reads a field of a submitted or stored collection. Absent keys take their defaults.
    ///
    /// # Errors
    /// Where the type is unknown or missing, or a key has another JSON type than the contract says.
    pub fn from_json(map: &Map<String, Json>) -> Result<Self, Unreadable> {
        let reader = Reader(map);
        let kind = FieldKind::read(&reader.text("type")?, reader)?;
        let plain = matches!(kind, FieldKind::Autodate(_));
        Ok(Self {
            id: reader.text("id")?,
            name: reader.text("name")?,
            system: reader.flag("system")?,
            hidden: reader.flag("hidden")?,
            presentable: reader.flag("presentable")?,
            help: if plain { String::new() } else { reader.text("help")? },
            required: !plain && reader.flag("required")?,
            kind,
        })
    }

    /// The field with all options of its type.
    pub fn to_json(&self) -> Map<String, Json> {
        let mut map = Map::new();
        let mut writer = Writer(&mut map);
        writer
            .set("id", self.id.as_str())
            .set("name", self.name.as_str())
            .set("type", self.type_name())
            .set("system", self.system)
            .set("hidden", self.hidden)
            .set("presentable", self.presentable);
        if !matches!(self.kind, FieldKind::Autodate(_)) {
            writer.set("help", self.help.as_str()).set("required", self.required);
        }
        self.kind.write(&mut writer);
        map
    }

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
                        there.retain(|element| !operand.contains(element));
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

    /// What can be said against a stored value without a database: required, lengths, patterns, limits, options.
    /// Of relations the numbers of ids, of files the number of names. Passwords are checked by
    /// [`password::PasswordOptions::check_plain`], the primary key's own checks by [`text::check_primary_key`].
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

    /// What can be said against the options of the type, by option.
    pub fn check_options(&self) -> FieldErrors {
        let mut errors = FieldErrors::new();
        match &self.kind {
            FieldKind::Text(options) => options.check_options(self, &mut errors),
            FieldKind::Editor(options) => options.check_options(&mut errors),
            FieldKind::Number(options) => options.check_options(&mut errors),
            FieldKind::Email(options) | FieldKind::Url(options) => options.check_options(&mut errors),
            FieldKind::Autodate(options) => options.check_options(&mut errors),
            FieldKind::Select(options) => options.check_options(&mut errors),
            FieldKind::File(options) => options.check_options(&mut errors),
            FieldKind::Relation(options) => options.check_options(&mut errors),
            FieldKind::Json(options) => options.check_options(&mut errors),
            FieldKind::Password(options) => options.check_options(&mut errors),
            FieldKind::Bool | FieldKind::Date(_) | FieldKind::GeoPoint => {}
        }
        errors
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

    use super::testing::{answer, field};
    use super::*;

    const TYPES: [&str; 14] = [
        "text", "editor", "number", "bool", "email", "url", "date", "autodate", "select", "file", "relation", "json",
        "password", "geoPoint",
    ];

    #[test]
    fn every_type_keeps_all_its_options_on_the_way_through_json() {
        for name in TYPES {
            let shown = field(json!({"type": name, "name": "f", "id": "x", "maxSelect": 3})).to_json();
            let again = Field::from_json(&shown).unwrap();
            assert_eq!(again.to_json(), shown, "{name}");
            assert_eq!(shown["type"], name);
        }
        let text = field(json!({"type": "text", "name": "title", "id": "text1"})).to_json();
        let expected = json!({
            "id": "text1", "name": "title", "type": "text", "system": false, "hidden": false, "presentable": false,
            "help": "", "required": false, "min": 0, "max": 0, "pattern": "", "autogeneratePattern": "",
            "primaryKey": false
        });
        assert_eq!(Json::from(text), expected);
        let email = field(json!({"type": "email", "name": "e"})).to_json();
        assert!(email["onlyDomains"].is_null() && email["exceptDomains"].is_null());
        let number = field(json!({"type": "number", "name": "n", "min": 1.0})).to_json();
        assert!(number["max"].is_null());
        assert_eq!(number["min"].to_string(), "1");
    }

    #[test]
    fn a_key_of_another_json_type_cannot_be_read() {
        for options in [
            json!({"type": "text", "min": "x"}),
            json!({"type": "text", "min": 1.5}),
            json!({"type": "text", "required": 1}),
            json!({"type": "text", "name": 5}),
            json!({"type": "number", "min": "1"}),
            json!({"type": "select", "values": "a"}),
            json!({"type": "select", "values": [1]}),
            json!({"type": "date", "min": 5}),
            json!({"type": 5}),
            json!({"type": "unknown"}),
            json!({"type": ""}),
            json!({}),
        ] {
            let Json::Object(map) = &options else { panic!("{options}") };
            assert!(Field::from_json(map).is_err(), "{options}");
        }
        let nulls = field(json!({"type": "text", "min": null, "required": null, "help": null}));
        assert!(!nulls.required);
    }

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
