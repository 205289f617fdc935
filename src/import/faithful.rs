//! Values of a file for a field, without loss. A create casts what it gets, and what has no meaning becomes the zero
//! value; of a file of thousands of rows nobody would notice. So what a field cannot keep is a fault of its row.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use crate::error::Fault;
use crate::schema::field::{GREATEST_WHOLE, date};
use crate::schema::{Field, FieldKind};

/// The value as a create takes it.
///
/// # Errors
/// What the field cannot keep of it.
pub(super) fn for_field(field: &Field, value: Json, is_cell: bool) -> Result<Json, Fault> {
    let fault = match (&field.kind, &value) {
        (_, Json::Null) => None,
        // A text of JSON is a text; a cell of CSV may be any JSON.
        (FieldKind::Json(_), Json::String(text)) if !is_cell => {
            return Ok(Json::String(Json::String(text.clone()).to_string()));
        }
        (FieldKind::Json(_), _) => None,
        (FieldKind::Number(_), Json::String(text)) => number(text),
        (FieldKind::Number(_), Json::Number(_) | Json::Bool(_)) => None,
        (FieldKind::Number(_), _) => Some("Must be a number."),
        (FieldKind::Bool, Json::String(text)) => (!is_truth(text)).then_some("Must be true or false."),
        (FieldKind::Bool, Json::Number(_) | Json::Bool(_)) => None,
        (FieldKind::Bool, _) => Some("Must be true or false."),
        (FieldKind::Date(_) | FieldKind::Autodate(_), Json::String(text)) => {
            (!text.is_empty() && date::parse(text).is_none()).then_some("Must be a date, such as 2024-01-31 12:00:00Z.")
        }
        (FieldKind::Date(_) | FieldKind::Autodate(_), _) => Some("Must be a date, such as 2024-01-31 12:00:00Z."),
        (FieldKind::GeoPoint, point) => {
            (!is_point(point)).then_some(r#"Must be a point, such as {"lon": 2.35, "lat": 48.85}."#)
        }
        (FieldKind::Select(_) | FieldKind::Relation(_) | FieldKind::File(_), list) => elements(field, list),
        (_, Json::Array(_) | Json::Object(_)) => Some("Must be a text."),
        _ => None,
    };
    fault.map_or(Ok(value), |message| Err(Fault::new("validation_invalid_value", message)))
}

fn number(text: &str) -> Option<&'static str> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let begins = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    match text.parse::<f64>() {
        _ if text.is_empty() => None,
        Ok(number) if begins && number.is_finite() => {
            let is_whole = unsigned.bytes().all(|byte| byte.is_ascii_digit());
            (is_whole && number.abs() > GREATEST_WHOLE)
                .then_some("Has more digits than a number keeps; use a text field.")
        }
        _ => Some("Must be a number."),
    }
}

fn is_truth(text: &str) -> bool {
    matches!(text, "" | "1" | "t" | "T" | "TRUE" | "true" | "True" | "0" | "f" | "F" | "FALSE" | "false" | "False")
}

fn is_point(value: &Json) -> bool {
    let map: Cow<'_, Map<String, Json>> = match value {
        Json::Object(map) => Cow::Borrowed(map),
        Json::String(text) if text.is_empty() => return true,
        Json::String(text) => match serde_json::from_str(text) {
            Ok(map) => Cow::Owned(map),
            Err(_) => return false,
        },
        _ => return false,
    };
    let number = |name: &str| map.get(name).is_some_and(Json::is_number);
    map.len() == 2 && number("lon") && number("lat")
}

fn elements(field: &Field, list: &Json) -> Option<&'static str> {
    match list {
        Json::Object(_) => Some("Must be a text or a list of texts."),
        Json::Array(elements) if elements.iter().any(|one| one.is_array() || one.is_object() || one.is_null()) => {
            Some("Must be a text or a list of texts.")
        }
        Json::Array(elements) if elements.len() > 1 && !field.is_multiple() => Some("Must be one value, not several."),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(options: Json) -> Field {
        Field::from_json(options.as_object().unwrap()).unwrap()
    }

    #[test]
    fn what_a_field_would_turn_into_nothing_is_a_fault() {
        for (kind, good, bad) in [
            (
                "number",
                vec![json!(1), json!("1.5"), json!(".5"), json!("+3"), json!(""), json!(null), json!(true)],
                vec![
                    json!("abc"),
                    json!("1 000"),
                    json!("1,5"),
                    json!([1]),
                    json!({}),
                    json!("NaN"),
                    json!("1e999"),
                    json!("9007199254740993"),
                ],
            ),
            ("bool", vec![json!(true), json!(0), json!("true"), json!("F"), json!("")], vec![json!("yes"), json!([])]),
            ("date", vec![json!("2024-01-02"), json!(""), json!(null)], vec![json!("soon"), json!(5), json!({})]),
            ("text", vec![json!("x"), json!(5), json!(true), json!(null)], vec![json!(["x"]), json!({"a": 1})]),
            ("url", vec![json!("x")], vec![json!(["x"])]),
            (
                "geoPoint",
                vec![json!({"lon": 1, "lat": 2}), json!(r#"{"lat":1,"lon":2}"#), json!("")],
                vec![json!("1,2"), json!({"lon": 1}), json!(5), json!({"lon": "1", "lat": 2})],
            ),
            ("select", vec![json!("a"), json!(["a"]), json!("")], vec![json!({}), json!(["a", "b"]), json!([[]])]),
            ("json", vec![json!({"a": [1]}), json!("x"), json!(5)], vec![]),
        ] {
            let field = field(json!({"type": kind, "name": "f", "values": ["a", "b"]}));
            for value in good {
                assert!(for_field(&field, value.clone(), false).is_ok(), "{kind} {value}");
            }
            for value in bad {
                let fault = for_field(&field, value.clone(), false).expect_err(&format!("{kind} {value}"));
                assert_eq!(fault.code, "validation_invalid_value");
            }
        }
    }

    #[test]
    fn a_text_in_json_stays_a_text_and_a_cell_may_be_json() {
        let field = field(json!({"type": "json", "name": "f"}));
        let kept = |value: Json, is_cell| {
            let value = for_field(&field, value, is_cell).unwrap();
            field.to_answer(&field.cast(&value))
        };
        for text in ["123", "true", "null", "{\"a\":1}", "plain", "\"quoted\"", ""] {
            assert_eq!(kept(json!(text), false), json!(text));
        }
        assert_eq!(kept(json!("123"), true), json!(123));
        assert_eq!(kept(json!("{\"a\":1}"), true), json!({"a": 1}));
        assert_eq!(kept(json!("plain"), true), json!("plain"));
    }
}
