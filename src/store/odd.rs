//! Values that a column of a record should not hold: no declaration keeps other programs from writing them. Found here
//! by the engine, put right by whoever knows what the field means.

use super::{Row, Sql, Tx, Value, quoted};
use crate::error::Result;

/// What a column should hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// An id.
    Id,
    /// A text.
    Text,
    /// A text that is no JSON array.
    Single,
    /// A JSON array of texts.
    List,
    /// A number.
    Number,
    /// 0 or 1.
    Bool,
    /// An instant in the wire format, or an empty text.
    Date,
    /// NULL, or anything but bytes.
    Json,
    /// A JSON object.
    Point,
}

/// The form of an instant: `2024-01-02 03:04:05.678Z`.
const INSTANT: &str = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]Z";

/// A condition: the column holds something else.
fn condition(column: &str, expected: Expected) -> String {
    let name = quoted(column);
    let no_text = format!("typeof({name}) <> 'text'");
    match expected {
        Expected::Id => format!("{no_text} OR {name} = ''"),
        Expected::Text => no_text,
        Expected::Single => format!("{no_text} OR {name} GLOB '[[]*]'"),
        Expected::List => {
            format!("{no_text} OR ({name} <> '[]' AND ({name} NOT GLOB '[[]\"*\"]' OR NOT json_valid({name})))")
        }
        Expected::Number => format!("typeof({name}) NOT IN ('integer', 'real')"),
        Expected::Bool => format!("typeof({name}) <> 'integer' OR {name} NOT IN (0, 1)"),
        Expected::Date => format!("{no_text} OR ({name} <> '' AND {name} NOT GLOB '{INSTANT}')"),
        Expected::Json => format!("typeof({name}) = 'blob'"),
        Expected::Point => format!("{no_text} OR NOT json_valid({name}) OR json_type({name}) <> 'object'"),
    }
}

/// The column's value, bytes as the text that they are.
fn readable(column: &str) -> String {
    let name = quoted(column);
    format!("CASE typeof({name}) WHEN 'blob' THEN CAST({name} AS TEXT) ELSE {name} END")
}

/// A row with odd values.
#[derive(Debug, Clone, PartialEq)]
pub struct OddRow {
    /// Its place in the table.
    pub key: i64,
    /// Its values of all columns that were asked for, bytes as the text that they are.
    pub values: Vec<Value>,
    /// Which of them are bytes.
    pub bytes: Vec<bool>,
}

/// The next rows with odd values behind a place, `most` at a time.
///
/// # Errors
/// What the engine says.
pub fn rows(
    tx: &mut Tx<'_>,
    table: &str,
    key: &str,
    columns: &[(&str, Expected)],
    behind: Option<i64>,
    most: usize,
) -> Result<Vec<OddRow>> {
    let is_bytes = |(name, _): &(&str, Expected)| format!("typeof({}) = 'blob'", quoted(name));
    let wanted: Vec<String> =
        columns.iter().map(|(name, _)| readable(name)).chain(columns.iter().map(is_bytes)).collect();
    let odd: Vec<String> = columns.iter().map(|(name, expected)| condition(name, *expected)).collect();
    let key = quoted(key);
    let mut query = Sql::raw(format!("SELECT {key}, {} FROM {} WHERE ", wanted.join(", "), quoted(table)));
    if let Some(behind) = behind {
        query.push(&format!("{key} > ")).bind(behind).push(" AND ");
    }
    query.push(&format!("({}) ORDER BY {key} LIMIT {most}", odd.join(" OR ")));
    let mut found = Vec::new();
    tx.rows(&query, |row| {
        let values = (1..=columns.len()).map(|at| row.get(at).to_value()).collect();
        let bytes = (1..=columns.len()).map(|at| row.get(columns.len() + at).as_f64() != 0.0).collect();
        found.push(OddRow { key: integer(row, 0), values, bytes });
        Ok(())
    })?;
    Ok(found)
}

/// How many odd values each of these columns has.
///
/// # Errors
/// What the engine says.
pub fn counts(tx: &mut Tx<'_>, table: &str, columns: &[(&str, Expected)]) -> Result<Vec<u64>> {
    let sums: Vec<String> =
        columns.iter().map(|(name, expected)| format!("total({})", condition(name, *expected))).collect();
    let query = Sql::raw(format!("SELECT {} FROM {}", sums.join(", "), quoted(table)));
    let counts = tx.row(&query, |row| Ok((0..columns.len()).map(|at| row.get(at).as_f64() as u64).collect()))?;
    Ok(counts.unwrap_or_default())
}

/// Writes values into a row.
///
/// # Errors
/// What the engine says: another row may have a value already that is unique.
pub fn put_right(tx: &mut Tx<'_>, table: &str, key: &str, row: i64, values: Vec<(&str, Value)>) -> Result<()> {
    let mut update = Sql::raw("UPDATE ");
    update.name(table);
    for (at, (column, value)) in values.into_iter().enumerate() {
        update.push(if at == 0 { " SET " } else { ", " }).name(column).push(" = ").bind(value);
    }
    update.push(" WHERE ").name(key).push(" = ").bind(row);
    tx.execute(&update).map(drop)
}

fn integer(row: &Row<'_>, at: usize) -> i64 {
    match row.get(at) {
        super::ValueRef::Int(number) => number,
        _ => 0,
    }
}
