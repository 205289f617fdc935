//! What an export writes: which fields, and a row as a line of JSON or a record of CSV.

use std::sync::Arc;

use super::{ExportFormat, integer};
use crate::error::{Error, Result};
use crate::records::layout::is_secret;
use crate::schema::field::encode;
use crate::schema::{CollectionRef, Field, FieldKind};
use crate::store::{Row, ValueRef, expression};

/// How rows are written.
pub(super) struct Form {
    pub(super) collection: CollectionRef,
    format: ExportFormat,
    /// The fields by their places.
    fields: Vec<usize>,
    /// The columns of a read, in the order of `fields`.
    pub(super) columns: String,
}

impl Form {
    /// These fields of a collection, names with commas between them; all that may be shown where none are named.
    ///
    /// # Errors
    /// `Invalid` for a name without a field, and for one that is never shown.
    pub(super) fn new(collection: &CollectionRef, format: ExportFormat, asked: Option<&str>) -> Result<Self> {
        let may = |field: &Field| !is_secret(collection, field) && !matches!(field.kind, FieldKind::Password(_));
        let asked = asked.map(|asked| asked.split(',').map(str::trim).filter(|name| !name.is_empty()));
        let fields: Vec<usize> = match asked {
            None => (0..collection.fields.len()).filter(|&at| may(&collection.fields[at])).collect(),
            Some(names) => names.map(|name| place_of(collection, name, may)).collect::<Result<_>>()?,
        };
        if fields.is_empty() {
            return Err(Error::bad_request("There is no field to export."));
        }
        let column = |&at: &usize| expression::column(&collection.name, &collection.fields[at].name);
        let columns = fields.iter().map(column).collect::<Vec<_>>().join(", ");
        Ok(Self { collection: Arc::clone(collection), format, fields, columns })
    }

    /// What stands before the first row.
    pub(super) fn head(&self, out: &mut Vec<u8>) {
        if let ExportFormat::Csv { .. } = self.format {
            let names = self.fields.iter().map(|&at| self.collection.fields[at].name.as_bytes().to_vec());
            record(names, out);
        }
    }

    /// The place of a row: its last column.
    pub(super) fn place(&self, row: &Row<'_>) -> i64 {
        integer(row.get(self.fields.len())).unwrap_or_default()
    }

    /// Writes a row behind what is there.
    pub(super) fn write(&self, row: &Row<'_>, out: &mut Vec<u8>) {
        let fields = || self.fields.iter().enumerate().map(|(column, &at)| (column, &self.collection.fields[at]));
        match self.format {
            ExportFormat::JsonLines => {
                for (column, field) in fields() {
                    out.push(if column == 0 { b'{' } else { b',' });
                    encode::string(&field.name, out);
                    out.push(b':');
                    field.write_json(row.get(column), out);
                }
                out.extend_from_slice(b"}\n");
            }
            ExportFormat::Csv { guard } => {
                record(fields().map(|(column, field)| cell(field, row.get(column), guard)), out);
            }
        }
    }
}

fn place_of(collection: &CollectionRef, name: &str, may: impl Fn(&Field) -> bool) -> Result<usize> {
    let at = collection.field_index(name);
    let at = at.ok_or_else(|| Error::bad_request(format!("There is no field {name} in {}.", collection.name)))?;
    match may(&collection.fields[at]) {
        true => Ok(at),
        false => Err(Error::bad_request(format!("The field {name} is never shown."))),
    }
}

/// A record of CSV.
fn record(cells: impl Iterator<Item = Vec<u8>>, out: &mut Vec<u8>) {
    let mut writer = csv::Writer::from_writer(out);
    for cell in cells {
        // Writing into memory does not fail.
        let _ = writer.write_field(cell);
    }
    let _ = writer.write_record(None::<&[u8]>);
    let _ = writer.flush();
}

/// A value as a cell: texts as they are, everything else as JSON; what is empty is an empty cell.
fn cell(field: &Field, value: ValueRef<'_>, guard: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let is_plain = matches!(field.kind, FieldKind::Number(_) | FieldKind::Bool);
    match &field.kind {
        FieldKind::Json(_) => {
            field.write_json(value, &mut out);
            if out == b"null" {
                out.clear();
            }
        }
        FieldKind::Number(_) | FieldKind::Bool | FieldKind::GeoPoint => field.write_json(value, &mut out),
        _ if field.is_multiple() => {
            field.write_json(value, &mut out);
            if out == b"[]" {
                out.clear();
            }
        }
        _ => out.extend_from_slice(value.as_text().as_bytes()),
    }
    if guard && !is_plain && out.first().is_some_and(|first| b"=+-@\t\r".contains(first)) {
        out.insert(0, b'\'');
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cell_of(options: serde_json::Value, value: ValueRef<'_>, guard: bool) -> String {
        let field = Field::from_json(options.as_object().unwrap()).unwrap();
        String::from_utf8(cell(&field, value, guard)).unwrap()
    }

    #[test]
    fn texts_are_cells_as_they_are_and_other_values_are_json() {
        for (options, value, expected) in [
            (json!({"type": "text"}), ValueRef::Text("=1+1, \"x\""), "=1+1, \"x\""),
            (json!({"type": "number"}), ValueRef::Real(-1.5), "-1.5"),
            (json!({"type": "bool"}), ValueRef::Int(1), "true"),
            (json!({"type": "select", "maxSelect": 2}), ValueRef::Text(r#"["a","b"]"#), r#"["a","b"]"#),
            (json!({"type": "select", "maxSelect": 2}), ValueRef::Text("[]"), ""),
            (json!({"type": "select", "maxSelect": 1}), ValueRef::Text("a"), "a"),
            (json!({"type": "json"}), ValueRef::Null, ""),
            (json!({"type": "json"}), ValueRef::Text(r#""a""#), r#""a""#),
            (json!({"type": "json"}), ValueRef::Int(5), "5"),
            (json!({"type": "geoPoint"}), ValueRef::Text(r#"{"lon":1,"lat":2}"#), r#"{"lon":1,"lat":2}"#),
            (json!({"type": "date"}), ValueRef::Text("2024-01-02 00:00:00.000Z"), "2024-01-02 00:00:00.000Z"),
        ] {
            assert_eq!(cell_of(options.clone(), value, false), expected, "{options}");
        }
    }

    #[test]
    fn formulas_are_guarded_where_asked_and_numbers_never() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(cell_of(json!({"type": "text"}), ValueRef::Text(text), true), format!("'{text}"));
            assert_eq!(cell_of(json!({"type": "text"}), ValueRef::Text(text), false), text);
        }
        assert_eq!(cell_of(json!({"type": "text"}), ValueRef::Text("a=1"), true), "a=1");
        assert_eq!(cell_of(json!({"type": "number"}), ValueRef::Int(-5), true), "-5");
    }
}
