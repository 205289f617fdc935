//! A record that is not stored yet, as a table of one row: what a create rule is asked about.

use crate::ids;
use crate::schema::{Collection, Record};
use crate::store::{Column, Value, quoted};

/// A source of rows named like the collection's table, with one row of bound values.
///
/// The values stand below a selection of no rows from the table itself, from which each column takes its affinity:
/// comparisons come out as they would on the stored row.
pub(super) fn source(collection: &Collection) -> String {
    let table = quoted(&collection.name);
    let mut named = String::new();
    for field in &collection.fields {
        if !named.is_empty() {
            named.push_str(", ");
        }
        let column = quoted(&field.name);
        named.push_str(&format!("{table}.{column} AS {column}"));
    }
    let mut row = "?, ".repeat(collection.fields.len());
    row.truncate(row.len().saturating_sub(2));
    format!("(SELECT {named} FROM {table} WHERE 1 = 0 UNION ALL SELECT {row}) AS {table}")
}

/// The values for [`source`]. A missing id is some id.
pub(super) fn values(record: &Record) -> Vec<Value> {
    record
        .collection
        .fields
        .iter()
        .zip(&record.values)
        .map(|(field, value)| match field.column() {
            Column::Id if value.as_text().is_empty() => Value::Text(ids::random_record_id()),
            Column::Id | Column::Text => value.clone(),
            Column::Number | Column::Bool | Column::Json | Column::List | Column::Point => numeric(value),
        })
        .collect()
}

/// The value as a column of numeric affinity keeps it: a text that reads as a number, JSON included, is one.
fn numeric(value: &Value) -> Value {
    match value {
        Value::Text(text) => match (text.parse::<i64>(), text.parse::<f64>()) {
            _ if !text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => value.clone(),
            (Ok(number), _) => Value::Int(number),
            (_, Ok(number)) if number.is_finite() => integral(number),
            _ => value.clone(),
        },
        Value::Real(number) => integral(*number),
        _ => value.clone(),
    }
}

fn integral(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT { Value::Int(number as i64) } else { Value::Real(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_numbers_become_numbers_as_they_do_when_stored() {
        let numeric = |text: &str| numeric(&Value::from(text));
        assert_eq!(numeric("12"), Value::Int(12));
        assert_eq!(numeric("1.5"), Value::Real(1.5));
        assert_eq!(numeric("2.0"), Value::Int(2));
        for text in ["", "[]", "\"1\"", "true", "-", "1x", "inf", "nan", "-inf"] {
            assert_eq!(numeric(text), Value::from(text));
        }
    }
}
