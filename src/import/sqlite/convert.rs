//! Rows of the source as rows for a collection.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value as Json};

use super::dates::{self, Form};
use super::keys;
use super::kind::Kind;
use super::observe::truth;
use super::plan::{FieldPlan, TablePlan};
use crate::schema::field::encode;
use crate::store::foreign::{Cell, Cells};

/// A row, ready to be sent, and about how many bytes it takes.
pub(super) fn row(plan: &TablePlan, cells: &Cells<'_>) -> (Map<String, Json>, usize) {
    let mut row = Map::new();
    let id = id(plan, cells);
    let mut size = id.len();
    row.insert("id".to_owned(), Json::String(id));
    for (at, field) in plan.fields.iter().enumerate().filter(|(_, field)| !field.is_missing) {
        let value = match field.kind {
            Kind::Relation { .. } => relation(field, cells),
            _ => value(&field.kind, &cells.get(at)),
        };
        size += field.name.len() + value.as_str().map_or(8, str::len);
        row.insert(field.name.clone(), value);
    }
    (row, size)
}

/// The id of the record of a row. Old databases can have NULL in a primary key: such rows go by their numbers.
fn id(plan: &TablePlan, cells: &Cells<'_>) -> String {
    let key: Vec<Cell<'_>> = plan.key.iter().map(|&at| cells.get(at)).collect();
    match plan.row_number {
        Some(at) if key.iter().any(Cell::is_null) => keys::record_id(&[Cell::Null, cells.get(at)]),
        _ => keys::record_id(&key),
    }
}

fn relation(field: &FieldPlan, cells: &Cells<'_>) -> Json {
    let key: Vec<Cell<'_>> = field.target.clone().map(|at| cells.get(at)).collect();
    let points = key.iter().any(|cell| !cell.is_null());
    Json::String(if points { keys::record_id(&key) } else { String::new() })
}

/// A value as it is sent for a field of this kind.
fn value(kind: &Kind, cell: &Cell<'_>) -> Json {
    match (kind, cell) {
        (_, Cell::Null) => Json::Null,
        (Kind::Number { .. }, Cell::Int(number)) => Json::from(*number),
        (Kind::Number { .. }, Cell::Real(number)) => Json::from(finite(*number)),
        (Kind::Bool, Cell::Int(number)) => Json::Bool(*number != 0),
        (Kind::Bool, cell) => Json::Bool(truth(&text(cell)).unwrap_or(false)),
        (Kind::Date(Form::Text), cell) => {
            Json::String(dates::of_text(&text(cell)).map(|instant| instant.wire).unwrap_or_default())
        }
        (Kind::Date(form), Cell::Int(number)) => Json::String(dates::of_number(*number as f64, *form)),
        (Kind::Date(form), Cell::Real(number)) => Json::String(dates::of_number(*number, *form)),
        // A text that is JSON is that JSON, whole numbers of any size included.
        (Kind::Json { .. }, cell) => match text(cell).trim() {
            "" => Json::Null,
            text => Json::String(text.to_owned()),
        },
        (_, cell) => Json::String(text(cell).into_owned()),
    }
}

/// JSON has no infinity: the greatest number keeps its place in any order.
fn finite(number: f64) -> f64 {
    number.clamp(f64::MIN, f64::MAX)
}

fn text<'c>(cell: &'c Cell<'_>) -> Cow<'c, str> {
    match cell {
        Cell::Null => Cow::Borrowed(""),
        Cell::Int(number) => Cow::Owned(number.to_string()),
        Cell::Real(number) if number.is_infinite() => {
            Cow::Borrowed(if *number > 0.0 { "Infinity" } else { "-Infinity" })
        }
        Cell::Real(number) => Cow::Owned(encode::text_of(|out| encode::number(*number, out))),
        Cell::Text(text) => Cow::Borrowed(text),
        Cell::Broken(text) => Cow::Borrowed(text),
        Cell::Blob(bytes) => Cow::Owned(BASE64_STANDARD.encode(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn t(text: &str) -> Cell<'_> {
        Cell::Text(text.into())
    }

    #[test]
    fn values_take_the_form_of_their_field() {
        let (plain, number, json) = (Kind::Text { max: 0 }, Kind::Number { whole: false }, Kind::Json { max: 0 });
        let (date, seconds) = (Kind::Date(Form::Text), Kind::Date(Form::Seconds));
        for (kind, cell, expected) in [
            (&plain, Cell::Null, Json::Null),
            (&plain, Cell::Int(i64::MAX), json!("9223372036854775807")),
            (&plain, Cell::Real(0.5), json!("0.5")),
            (&plain, Cell::Real(f64::NEG_INFINITY), json!("-Infinity")),
            (&plain, Cell::Blob(&[0, 255, 1]), json!("AP8B")),
            (&plain, Cell::Broken("a\u{fffd}".into()), json!("a\u{fffd}")),
            (&number, Cell::Int(-5), json!(-5)),
            (&number, Cell::Real(f64::INFINITY), json!(f64::MAX)),
            (&Kind::Bool, Cell::Int(1), json!(true)),
            (&Kind::Bool, t("False"), json!(false)),
            (&date, t("2009-01-01 12:30"), json!("2009-01-01 12:30:00.000Z")),
            (&date, t(""), json!("")),
            (&seconds, Cell::Int(1_230_768_000), json!("2009-01-01 00:00:00.000Z")),
            (&json, t(" {\"b\": 1.0} "), json!("{\"b\": 1.0}")),
            (&json, Cell::Int(9_007_199_254_740_993), json!("9007199254740993")),
            (&json, t(""), Json::Null),
        ] {
            assert_eq!(value(kind, &cell), expected, "{kind:?} {cell:?}");
        }
    }
}
