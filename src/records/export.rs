//! Exports: all records of a collection, or those of a filter, as JSON lines or CSV, chunk by chunk.
//!
//! Each chunk is a short read of its own, so that nothing is held while a slow client takes its time. Records come in
//! the order of their insertion and each chunk begins behind the last record of the one before; where another order
//! is asked for, their places are collected first, eight bytes a record. So no record comes twice; those that are
//! written meanwhile may come or not. Rows of views have no places; they come by offset.

use std::sync::Arc;

use super::layout::is_secret;
use super::{Records, gate, rules};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::filter::{self, FilterError, Input};
use crate::schema::field::encode;
use crate::schema::{CollectionRef, Field, FieldKind, Schema};
use crate::store::{ReadLane, Row, Tx, Value, ValueRef, expression, quoted};

/// How many records a chunk has at most.
const ROWS: i64 = 500;
/// From how many bytes on a chunk takes no more records.
const BYTES: usize = 1 << 20;

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// One JSON object a line.
    JsonLines,
    /// A header, then one record a row (RFC 4180).
    Csv {
        /// Whether texts that a spreadsheet would take for a formula get a `'` before them. What was guarded is not
        /// imported as it was.
        guard: bool,
    },
}

/// What is exported.
#[derive(Debug, Clone)]
pub struct ExportOptions {
    /// The form.
    pub format: ExportFormat,
    /// Which records; all where it is missing.
    pub filter: Option<String>,
    /// In which order; that of their insertion where it is missing.
    pub sort: Option<String>,
    /// Which fields, as names with commas between; all where it is missing.
    pub fields: Option<String>,
}

/// An export under way.
pub struct Export {
    records: Records,
    context: RequestContext,
    /// The collection as it was at the start.
    collection: CollectionRef,
    options: ExportOptions,
    form: Arc<Form>,
    place: Place,
    begun: bool,
}

/// How far it is.
enum Place {
    /// Behind the row of this place.
    Behind(i64),
    /// At a place in the list of all.
    Among(Arc<[i64]>, usize),
    /// So many rows into a view, whose rows have no places.
    Into(i64),
    Ended,
}

/// How rows are written.
struct Form {
    collection: CollectionRef,
    format: ExportFormat,
    /// The fields by their places.
    fields: Vec<usize>,
    /// The columns of a read, in the order of `fields`.
    columns: String,
}

impl Records {
    /// Begins an export.
    ///
    /// # Errors
    /// `Forbidden` for everybody but superusers, `NotFound` for an unknown collection, `Invalid` for what is wrong
    /// with filter, sort or fields.
    pub async fn export(&self, context: &RequestContext, collection: &str, options: ExportOptions) -> Result<Export> {
        gate::applicable(context, &None)?;
        let schema = self.parts.schema.current();
        let missing = || Error::NotFound(format!("There is no collection {collection}.").into());
        let collection = schema.find(collection).cloned().ok_or_else(missing)?;
        let form = Arc::new(Form::new(&collection, options.format, options.fields.as_deref())?);
        let context = context.clone();
        let mut export =
            Export { records: self.clone(), context, collection, options, form, place: Place::Behind(0), begun: false };
        export.place = match export.options.sort {
            _ if export.collection.is_view() => Place::Into(0),
            None => Place::Behind(i64::MIN),
            Some(_) => Place::Among(export.places().await?, 0),
        };
        Ok(export)
    }
}

impl Export {
    /// The name of the collection.
    pub fn collection(&self) -> &str {
        &self.collection.name
    }

    /// The next chunk, `None` behind the last.
    ///
    /// # Errors
    /// `Invalid` for a filter that cannot be evaluated, `Unavailable` where the collection changed meanwhile.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let mut out = Vec::new();
        if !std::mem::replace(&mut self.begun, true) {
            self.form.head(&mut out);
        }
        let (rows, place) = match std::mem::replace(&mut self.place, Place::Ended) {
            Place::Ended => (Vec::new(), Place::Ended),
            Place::Behind(place) => self.behind(place).await?,
            Place::Among(places, at) => self.among(places, at).await?,
            Place::Into(offset) => self.of_view(offset).await?,
        };
        self.place = place;
        out.extend_from_slice(&rows);
        // A chunk whose records were all deleted meanwhile is no end.
        let ended = matches!(self.place, Place::Ended);
        Ok(if out.is_empty() && ended { None } else { Some(out) })
    }

    /// The rows behind a place, and where the next chunk begins.
    async fn behind(&self, place: i64) -> Result<(Vec<u8>, Place)> {
        let read = self.records.on_current(|schema| async move {
            self.unchanged(&schema)?;
            let form = Arc::clone(&self.form);
            let condition = self.condition(&schema, None)?;
            let query = condition.behind(&form.columns, &form.collection.name, place, ROWS);
            let read = self.records.parts.store.read(ReadLane::Slow, move |tx| {
                let (mut out, mut count, mut last) = (Vec::new(), 0, None);
                tx.rows(&query, |row| {
                    if out.len() < BYTES {
                        form.write(row, &mut out);
                        last = Some(form.place(row));
                        count += 1;
                    }
                    Ok(())
                })?;
                let goes_on = count == ROWS || out.len() >= BYTES;
                Ok((out, last.filter(|_| goes_on)))
            });
            read.await.map_err(rules::unevaluable)
        });
        let (out, last) = read.await?;
        Ok((out, last.map_or(Place::Ended, Place::Behind)))
    }

    /// The rows of a part of the list, in its order, and where the next chunk begins.
    async fn among(&self, places: Arc<[i64]>, at: usize) -> Result<(Vec<u8>, Place)> {
        if at >= places.len() {
            return Ok((Vec::new(), Place::Ended));
        }
        let part = at..places.len().min(at + ROWS as usize);
        let all = &places;
        let read = self.records.on_current(|schema| {
            let part = part.clone();
            async move {
                self.unchanged(&schema)?;
                let (form, places) = (Arc::clone(&self.form), Arc::clone(all));
                self.records.parts.store.read(ReadLane::Slow, move |tx| form.part(tx, &places[part])).await
            }
        });
        let (out, taken) = read.await?;
        Ok((out, Place::Among(places, at + taken)))
    }

    /// The rows of a view behind so many others, and where the next chunk begins. Where the rows below change
    /// meanwhile, one may come twice or not at all.
    async fn of_view(&self, offset: i64) -> Result<(Vec<u8>, Place)> {
        let sort = self.options.sort.as_deref().unwrap_or("id");
        let read = self.records.on_current(|schema| async move {
            self.unchanged(&schema)?;
            let form = Arc::clone(&self.form);
            let condition = self.condition(&schema, Some(sort))?;
            let query = condition.slice(&form.columns, &form.collection.name, ROWS, offset);
            let read = self.records.parts.store.read(ReadLane::Slow, move |tx| {
                let (mut out, mut count) = (Vec::new(), 0);
                tx.rows(&query, |row| {
                    if out.len() < BYTES {
                        form.write(row, &mut out);
                        count += 1;
                    }
                    Ok(())
                })?;
                Ok((out, count))
            });
            read.await.map_err(rules::unevaluable)
        });
        let (out, count) = read.await?;
        let goes_on = count == ROWS || out.len() >= BYTES;
        Ok((out, if goes_on { Place::Into(offset + count) } else { Place::Ended }))
    }

    /// The places of all rows in the order that is asked for.
    async fn places(&self) -> Result<Arc<[i64]>> {
        let sort = self.options.sort.as_deref();
        let places = self.records.on_current(|schema| {
            let prepared = self.condition(&schema, sort);
            async move {
                let query = prepared?.places(&self.collection.name);
                let read = self.records.parts.store.read(ReadLane::Slow, move |tx| {
                    let mut places = Vec::new();
                    tx.rows(&query, |row| {
                        places.extend(integer(row.get(0)));
                        Ok(())
                    })?;
                    Ok(places)
                });
                read.await.map_err(rules::unevaluable)
            }
        });
        Ok(places.await?.into())
    }

    fn condition(&self, schema: &Schema, sort: Option<&str>) -> Result<super::plans::Condition> {
        let collection = schema.by_id(&self.collection.id).ok_or_else(changed)?;
        let request = filter::Request {
            schema,
            collection,
            rule: None,
            filter: self.options.filter.as_deref(),
            sort,
            superuser: true,
            candidate: false,
            whole: true,
            input: Input::of(&self.context),
        };
        self.records.parts.conditions.compile(&request).map_err(|error| match filter::compile(&request) {
            // Only superusers come here, who may know what is wrong.
            Err(FilterError::Invalid(why)) => Error::bad_request(format!("The filter or sort cannot be used: {why}.")),
            _ => rules::unevaluable(error),
        })
    }

    /// Whether the columns are still those that the export began with.
    fn unchanged(&self, schema: &Schema) -> Result<()> {
        let now = schema.by_id(&self.collection.id).ok_or_else(changed)?;
        let same = now.name == self.collection.name && now.fields == self.collection.fields;
        if same { Ok(()) } else { Err(changed()) }
    }
}

fn changed() -> Error {
    Error::Unavailable("The collection changed while it was exported.".into())
}

fn integer(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Int(number) => Some(number),
        _ => None,
    }
}

impl Form {
    fn new(collection: &CollectionRef, format: ExportFormat, asked: Option<&str>) -> Result<Self> {
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

    fn head(&self, out: &mut Vec<u8>) {
        if let ExportFormat::Csv { .. } = self.format {
            let names = self.fields.iter().map(|&at| self.collection.fields[at].name.as_bytes().to_vec());
            record(names, out);
        }
    }

    /// The place of a row: its last column.
    fn place(&self, row: &Row<'_>) -> i64 {
        integer(row.get(self.fields.len())).unwrap_or_default()
    }

    fn write(&self, row: &Row<'_>, out: &mut Vec<u8>) {
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

    /// The rows of these places, in their order; and how many of the places were gone through.
    fn part(&self, tx: &mut Tx<'_>, places: &[i64]) -> Result<(Vec<u8>, usize)> {
        let order = expression::insertion_order(&self.collection.name);
        let table = quoted(&self.collection.name);
        let text = format!("SELECT {}, {order} FROM {table} WHERE {order} = ?", self.columns);
        let mut out = Vec::new();
        for (at, &place) in places.iter().enumerate() {
            if out.len() >= BYTES {
                return Ok((out, at));
            }
            tx.row((text.as_str(), &[Value::from(place)]), |row| {
                self.write(row, &mut out);
                Ok(())
            })?;
        }
        Ok((out, places.len()))
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
