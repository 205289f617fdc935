//! Exports: all records of a collection, or those of a filter, as JSON lines or CSV, chunk by chunk.
//!
//! Each chunk is a short read of its own, so that nothing is held while a slow client takes its time. Records come in
//! the order of their insertion and each chunk begins behind the last record of the one before; where another order
//! is asked for, their places are collected first, eight bytes a record. So no record comes twice; those that are
//! written meanwhile may come or not. Rows of views have no places; they come by offset. `form.rs` writes rows.

mod form;

use std::sync::Arc;

use self::form::Form;
use super::{Records, gate, rules};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::filter::{self, Asker, FilterError, Input};
use crate::schema::{CollectionRef, Schema};
use crate::store::{ReadLane, Tx, Value, ValueRef, expression, quoted};

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
        let among = at..places.len().min(at + ROWS as usize);
        let all = &places;
        let read = self.records.on_current(|schema| {
            let among = among.clone();
            async move {
                self.unchanged(&schema)?;
                let (form, places) = (Arc::clone(&self.form), Arc::clone(all));
                self.records.parts.store.read(ReadLane::Slow, move |tx| part(&form, tx, &places[among])).await
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
            asker: Asker::Superuser,
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

/// The rows of these places, in their order; and how many of the places were gone through.
fn part(form: &Form, tx: &mut Tx<'_>, places: &[i64]) -> Result<(Vec<u8>, usize)> {
    let order = expression::insertion_order(&form.collection.name);
    let table = quoted(&form.collection.name);
    let text = format!("SELECT {}, {order} FROM {table} WHERE {order} = ?", form.columns);
    let mut out = Vec::new();
    for (at, &place) in places.iter().enumerate() {
        if out.len() >= BYTES {
            return Ok((out, at));
        }
        tx.row((text.as_str(), &[Value::from(place)]), |row| {
            form.write(row, &mut out);
            Ok(())
        })?;
    }
    Ok((out, places.len()))
}
