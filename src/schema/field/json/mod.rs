//! Json fields: any JSON value. JSON given as JSON is stored compact with sorted keys; a text that is JSON is stored
//! byte for byte.

use serde::de::IgnoredAny;
use serde_json::Value as Json;

use super::options::{GREATEST_INTEGER, Reader, Writer};
use super::{cast, encode, limits, number};
use crate::error::{Fault, FieldErrors};
use crate::schema::wire::Unreadable;
use crate::store::{Value, ValueRef};

mod sound;

/// The greatest size in bytes where none is set.
const DEFAULT_MAX_SIZE: i64 = 1 << 20;

/// Options of a json field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JsonOptions {
    /// The greatest size of the stored text in bytes; 0 stands for 1 MiB.
    pub max_size: i64,
}

impl JsonOptions {
    pub(super) fn read(reader: Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self { max_size: reader.integer("maxSize")? })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        writer.set("maxSize", self.max_size);
    }

    pub(super) fn check(&self, value: &Value) -> Option<Fault> {
        let max_size = if self.max_size > 0 { self.max_size } else { DEFAULT_MAX_SIZE };
        if stored_size(value) as i64 > max_size {
            let message = format!("The maximum allowed JSON size is {max_size} bytes.");
            return Some(Fault::new("validation_json_size_limit", message).with("maxSize", max_size));
        }
        let sound = match value {
            Value::Text(text) => sound::is_sound(text),
            Value::Real(number) => number.is_finite(),
            Value::Null | Value::Int(_) => true,
        };
        (!sound).then(|| Fault::new("validation_invalid_json", "Must be a valid json value."))
    }

    pub(super) fn check_options(&self, errors: &mut FieldErrors) {
        limits::at_least("maxSize", self.max_size, 0, errors);
        limits::at_most("maxSize", self.max_size, GREATEST_INTEGER, errors);
    }
}

fn stored_size(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::Text(text) => text.len(),
        Value::Int(_) | Value::Real(_) => encode::text_of(|out| number::write_json(value.borrow(), out)).len(),
    }
}

/// The stored value of a submitted one.
pub(super) fn cast(submitted: &Json) -> Value {
    match submitted {
        Json::Null => Value::Null,
        Json::Number(number) => cast::stored(number.as_f64().unwrap_or(0.0)),
        Json::String(text) => cast_text(text),
        Json::Bool(_) | Json::Array(_) | Json::Object(_) => {
            Value::Text(encode::text_of(|out| encode::json(submitted, out)))
        }
    }
}

/// A text that is the start of JSON, and is JSON, is that JSON; any other is a JSON string.
fn cast_text(text: &str) -> Value {
    match text {
        "null" => return Value::Null,
        "true" | "false" => return Value::from(text),
        _ => {}
    }
    let begins = text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '"' | '[' | '{'));
    if begins && is_json(text) {
        return Value::from(text);
    }
    if text.contains('\0') {
        // No JSON, so that the check finds it: the contract refuses texts with a NUL.
        return Value::from(text);
    }
    Value::Text(encode::text_of(|out| encode::string(text, out)))
}

/// Whether a text has the form of JSON, however deep or great.
fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Whether a value is one that `required` refuses.
pub(super) fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => matches!(text.trim(), "" | "null" | "\"\"" | "[]" | "{}"),
        Value::Int(_) | Value::Real(_) => false,
    }
}

/// Appends the value as answers show it: stored JSON, compact and otherwise unchanged.
pub(super) fn write_json(value: ValueRef<'_>, out: &mut Vec<u8>) {
    match value {
        ValueRef::Null => out.extend_from_slice(b"null"),
        // Whole numbers in numeric columns are exact, beyond 2^53 too.
        ValueRef::Int(number) => encode::integer(number, out),
        ValueRef::Real(number) => encode::number(number, out),
        ValueRef::Text(text) if sound::is_sound(text) => compact(text, out),
        // Only another program stores what is no JSON.
        ValueRef::Text(text) => encode::string(text, out),
    }
}

/// Appends valid JSON without the blanks between its parts.
fn compact(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    out.reserve(bytes.len());
    let mut start = 0;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b' ' | b'\t' | b'\n' | b'\r' => {
                out.extend_from_slice(&bytes[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    out.extend_from_slice(&bytes[start..]);
}

/// The value as data.
pub(super) fn to_answer(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Int(number) => Json::from(*number),
        Value::Real(number) => encode::json_number(*number),
        Value::Text(text) => serde_json::from_str(text).unwrap_or_else(|_| Json::from(text.as_str())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::testing::{answer, code, field, option_codes};
    use super::*;
    use crate::schema::Field;

    fn data() -> Field {
        field(json!({"type": "json", "name": "data"}))
    }

    #[test]
    fn json_is_stored_canonically_and_json_texts_byte_for_byte() {
        let submitted: Json = serde_json::from_str(r#"{"b":1.0,"a":1e3,"b":1}"#).unwrap();
        let cases = [
            (submitted, Value::from(r#"{"a":1000,"b":1}"#), r#"{"a":1000,"b":1}"#),
            (json!([1, "x", null]), Value::from(r#"[1,"x",null]"#), r#"[1,"x",null]"#),
            (json!(null), Value::Null, "null"),
            (json!(true), Value::from("true"), "true"),
            (json!(5), Value::Int(5), "5"),
            (json!(1.5), Value::Real(1.5), "1.5"),
            (json!(""), Value::from(r#""""#), r#""""#),
            (json!("null"), Value::Null, "null"),
            (json!("true"), Value::from("true"), "true"),
            (json!("123"), Value::from("123"), "123"),
            (json!("1e5"), Value::from("1e5"), "1e5"),
            (json!("\"a\""), Value::from("\"a\""), "\"a\""),
            (
                json!(r#"{"b":1.0, "a":9007199254740993}"#),
                Value::from(r#"{"b":1.0, "a":9007199254740993}"#),
                r#"{"b":1.0,"a":9007199254740993}"#,
            ),
            (json!("[1, \"a b\\\" c\" ,\n2]"), Value::from("[1, \"a b\\\" c\" ,\n2]"), "[1,\"a b\\\" c\",2]"),
            (json!("[1,2"), Value::from(r#""[1,2""#), r#""[1,2""#),
            (json!("01"), Value::from(r#""01""#), r#""01""#),
            (json!("+1"), Value::from(r#""+1""#), r#""+1""#),
            (json!(" [1]"), Value::from(r#"" [1]""#), r#"" [1]""#),
            (json!("True"), Value::from(r#""True""#), r#""True""#),
            (json!("a \"quoted\" text"), Value::from(r#""a \"quoted\" text""#), r#""a \"quoted\" text""#),
        ];
        for (submitted, stored, shown) in cases {
            assert_eq!(data().cast(&submitted), stored, "{submitted}");
            assert_eq!(answer(&data(), &submitted), shown, "{submitted}");
            assert_eq!(data().check(&stored), None, "{submitted}");
        }
    }

    #[test]
    fn numbers_in_the_column_are_plain_numbers() {
        for (value, expected) in [
            (ValueRef::Int(9_007_199_254_740_993), "9007199254740993"),
            (ValueRef::Real(1e21), "1e+21"),
            (ValueRef::Real(1e-7), "1e-7"),
            (ValueRef::Real(f64::INFINITY), "null"),
            (ValueRef::Text("no json"), "\"no json\""),
        ] {
            assert_eq!(encode::text_of(|out| data().write_json(value, out)), expected);
        }
    }

    #[test]
    fn size_form_and_presence_are_checked() {
        let small = field(json!({"type": "json", "name": "data", "maxSize": 6, "required": true}));
        for (submitted, expected) in [
            (json!("abcd"), None),
            (json!("abcde"), Some("validation_json_size_limit")),
            (json!(123_456), None),
            (json!(1_234_567), Some("validation_json_size_limit")),
            (json!("a\0b"), Some("validation_invalid_json")),
            (json!("1e999"), Some("validation_invalid_json")),
            (json!(null), Some("validation_required")),
            (json!(""), Some("validation_required")),
            (json!([]), Some("validation_required")),
            (json!({}), Some("validation_required")),
            (json!("{}"), Some("validation_required")),
            (json!(0), None),
            (json!(false), None),
        ] {
            assert_eq!(code(small.check(&small.cast(&submitted))), expected, "{submitted}");
        }
        assert_eq!(
            small.check(&Value::from("\"abcde\"")).unwrap().message,
            "The maximum allowed JSON size is 6 bytes."
        );
        for unsound in [json!("\"\\ud800\""), json!("[1e999]")] {
            assert_eq!(code(data().check(&data().cast(&unsound))), Some("validation_invalid_json"), "{unsound}");
        }
        assert_eq!(data().check(&data().cast(&json!({"a": "\0"}))), None);
        let deep = |levels: usize| Value::Text("[".repeat(levels) + &"]".repeat(levels));
        assert_eq!(data().check(&deep(127)), None);
        assert_eq!(code(data().check(&deep(128))), Some("validation_invalid_json"));
        assert_eq!(code(data().check(&deep(100_000))), Some("validation_invalid_json"));
        assert_eq!(data().check(&Value::Text(format!("[\"{}\"]", "[".repeat(500)))), None);
    }

    #[test]
    fn options_are_checked() {
        assert_eq!(
            option_codes("json", json!({"maxSize": -1})),
            ["maxSize validation_min_greater_equal_than_required"]
        );
    }

    proptest! {
        #[test]
        fn whatever_is_submitted_is_answered_as_json(text in r#"[\[\]{}",:0-9a-ft \\.eE+-]{0,20}"#) {
            let field = data();
            let stored = field.cast(&Json::String(text));
            let mut out = Vec::new();
            field.write_json(stored.borrow(), &mut out);
            prop_assert!(serde_json::from_slice::<Json>(&out).is_ok());
        }
    }
}
