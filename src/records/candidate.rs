//! A record that is not stored yet, as a table of one row: what a create rule is asked about.

use crate::schema::{Collection, Field, Record};
use crate::store::{Column, Value, expression, quoted};

/// A source of rows named like the collection's table, with one row of bound values.
///
/// The casts change no value; they give each column the type of the table's, so that comparisons come out as
/// they would on the stored row. Columns of JSON are read through functions, which have none.
pub(super) fn source(collection: &Collection) -> String {
    let mut text = String::from("(SELECT ");
    for (at, field) in collection.fields.iter().enumerate() {
        if at > 0 {
            text.push_str(", ");
        }
        match field.column() {
            Column::Id | Column::Text => text.push_str(&expression::as_text("?")),
            Column::Number | Column::Bool => text.push_str(&expression::as_number("?")),
            Column::Json | Column::List | Column::Point => text.push('?'),
        }
        text.push_str(" AS ");
        text.push_str(&quoted(&field.name));
    }
    text.push_str(") AS ");
    text.push_str(&quoted(&collection.name));
    text
}

/// The values for [`source`].
pub(super) fn values(record: &Record) -> Vec<Value> {
    let fields = record.collection.fields.iter();
    let value = |(field, value): (&Field, &Value)| match field.column() {
        Column::Json => numeric(value),
        _ => value.clone(),
    };
    fields.zip(&record.values).map(value).collect()
}

/// The value as a stored column of JSON keeps it: a text that reads as a number is one.
pub(super) fn numeric(value: &Value) -> Value {
    match value {
        Value::Text(text) if begins_a_number(text) => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(number), _) => Value::Int(number),
            (_, Ok(number)) if number.is_finite() => integral(number),
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}

/// Whether a text may read as a number.
pub(super) fn begins_a_number(text: &str) -> bool {
    text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
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
