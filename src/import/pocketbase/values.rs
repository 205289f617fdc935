//! Values that records should not have, and what becomes of them: no declaration kept PocketBase's older versions, or
//! other programs, from writing them.

use serde_json::Value as Json;

use crate::schema::field::date;
use crate::schema::{Field, FieldKind};
use crate::store::Value;
use crate::store::odd::Expected;
use crate::time;

/// What the column of a field should hold.
pub(super) fn expected(field: &Field) -> Expected {
    match &field.kind {
        FieldKind::Text(options) if options.primary_key => Expected::Id,
        FieldKind::Number(_) => Expected::Number,
        FieldKind::Bool => Expected::Bool,
        FieldKind::Date(_) | FieldKind::Autodate(_) => Expected::Date,
        FieldKind::Json(_) => Expected::Json,
        FieldKind::GeoPoint => Expected::Point,
        FieldKind::Select(_) | FieldKind::File(_) | FieldKind::Relation(_) => match field.is_multiple() {
            true => Expected::List,
            false => Expected::Single,
        },
        _ => Expected::Text,
    }
}

/// What the value of a field becomes; the same where nothing is wrong with it. An id is never changed here.
pub(super) fn right(field: &Field, value: &Value) -> Value {
    match expected(field) {
        Expected::Id | Expected::Json => value.clone(),
        Expected::Number if matches!(value, Value::Int(_) | Value::Real(_)) => value.clone(),
        Expected::Date => Value::Text(instant(value)),
        Expected::List => field.from_elements(&field.elements(value.borrow())),
        Expected::Single => single(field, value),
        Expected::Text => Value::Text(text(value)),
        Expected::Number | Expected::Bool | Expected::Point => field.cast(&json(value)),
    }
}

/// Whether a value that became another one meant more than that.
pub(super) fn is_lost(field: &Field, value: &Value, right: &Value) -> bool {
    match expected(field) {
        Expected::Id | Expected::Text | Expected::Json => false,
        Expected::Number | Expected::Bool => {
            !right.as_bool() && !["0", "false", "FALSE", "False", "f", "F"].contains(&text(value).trim())
        }
        Expected::Date => right.as_text().is_empty(),
        Expected::Point => serde_json::from_str::<Json>(&text(value)).is_err(),
        Expected::Single => serde_json::from_str::<Vec<Json>>(&text(value)).is_ok_and(|list| list.len() > 1),
        Expected::List => false,
    }
}

/// An instant in the wire format, empty where nothing tells one. Numbers are seconds since 1970.
fn instant(value: &Value) -> String {
    let seconds = |seconds: i64| chrono::DateTime::from_timestamp(seconds, 0).map(time::format).unwrap_or_default();
    match value {
        Value::Int(number) => seconds(*number),
        Value::Real(number) => seconds(*number as i64),
        // A number in a column of texts.
        Value::Text(text) if (9..=11).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            text.parse().map(seconds).unwrap_or_default()
        }
        Value::Text(text) => date::wire(text),
        Value::Null => String::new(),
    }
}

/// Of a JSON array the last element.
fn single(field: &Field, value: &Value) -> Value {
    let text = text(value);
    let last = match serde_json::from_str::<Json>(&text) {
        Ok(elements @ Json::Array(_)) => match field.cast(&elements) {
            Value::Text(last) => last,
            _ => text,
        },
        _ => text,
    };
    Value::Text(last)
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Int(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text.clone(),
    }
}

fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Int(number) => Json::from(*number),
        Value::Real(number) => Json::from(*number),
        // A point is an object in a text.
        Value::Text(text) => match serde_json::from_str(text) {
            Ok(object @ Json::Object(_)) => object,
            _ => Json::String(text.clone()),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    fn field(json: Json) -> Field {
        let map: Map<String, Json> = serde_json::from_value(json).expect("an object");
        Field::from_json(&map).expect("a field")
    }

    #[test]
    fn what_is_right_stays_and_what_is_put_right_is_right() {
        let kinds = [
            json!({"name": "a", "type": "text"}),
            json!({"name": "a", "type": "number"}),
            json!({"name": "a", "type": "bool"}),
            json!({"name": "a", "type": "date"}),
            json!({"name": "a", "type": "autodate"}),
            json!({"name": "a", "type": "select", "values": ["x"]}),
            json!({"name": "a", "type": "relation", "collectionId": "c", "maxSelect": 3}),
            json!({"name": "a", "type": "geoPoint"}),
            json!({"name": "a", "type": "password"}),
        ];
        let odd =
            ["", "x", "[]", r#"["x"]"#, r#"["x","y"]"#, "[1,", "{}", "2024-01-02", "1704164645", "1e3", "true", "007"];
        let others = [Value::Null, Value::Int(0), Value::Int(7), Value::Int(i64::MAX), Value::Real(-1.5)];
        for kind in kinds {
            let field = field(kind);
            assert!(right(&field, &field.zero()).same(&field.zero()), "{field:?}");
            for value in odd.iter().map(|text| Value::from(*text)).chain(others.clone()) {
                let once = right(&field, &value);
                assert!(right(&field, &once).same(&once), "{field:?} {value:?} {once:?}");
                let shown = field.to_answer(&once);
                assert!(!shown.is_null(), "{field:?} {value:?}");
            }
        }
    }

    #[test]
    fn instants_are_found_in_numbers_and_other_layouts() {
        for (value, expected) in [
            (Value::Int(1_704_164_645), "2024-01-02 03:04:05.000Z"),
            (Value::Real(1_704_164_645.9), "2024-01-02 03:04:05.000Z"),
            (Value::from("1704164645"), "2024-01-02 03:04:05.000Z"),
            (Value::from("2024-01-02T03:04:05+01:00"), "2024-01-02 02:04:05.000Z"),
            (Value::from("2024-01-02"), "2024-01-02 00:00:00.000Z"),
            (Value::from("soon"), ""),
            (Value::Int(i64::MAX), ""),
            (Value::Null, ""),
        ] {
            assert_eq!(instant(&value), expected, "{value:?}");
        }
    }
}
