//! A collection that is about to be saved: merged, normalised, checked. Made without a trace in the database, so that
//! it can be made on a reader, and again on the writer if the snapshot has moved.

use serde_json::{Map, Value as Json};

use super::apply::Saved;
use super::view_query::{self, Query, Refused};
use super::{publication, rules};
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::schema::check::check;
use crate::schema::normalise::normalise;
use crate::schema::wire::Unreadable;
use crate::schema::{Collection, CollectionRef, Field, Schema};
use crate::store::Tx;

/// How many fields a collection has at most: as many as a table has columns.
const MOST_FIELDS: usize = 2000;

/// How many indexes a collection has at most. Engines know no limit; the time of a write does.
const MOST_INDEXES: usize = 500;

/// Where a draft is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// On a reader: there is time to look at what queries answer.
    Reader,
    /// On the writer, where others wait.
    Writer,
}

/// Brings a collection into shape and checks it. `found` are faults that only the body shows.
///
/// # Errors
/// `Invalid` with everything that is wrong and no message: which verb failed, the caller knows.
pub(super) fn finish(
    tx: &mut Tx<'_>,
    place: Place,
    mut collection: Collection,
    old: Option<&CollectionRef>,
    schema: &Schema,
    found: FieldErrors,
) -> Result<Saved> {
    normalise(&mut collection, old.map(|old| &**old), schema);
    let mut errors = found;
    if let Some(view) = collection.view() {
        let (fields, fault) = fields_of(tx, place, &view.query, schema)?;
        collection.fields = view_query::kept(&collection.fields, fields);
        if let Some(fault) = fault {
            errors.add("viewQuery", fault);
        }
    }
    let general = check(&collection, old.map(|old| &**old), schema);
    let new = CollectionRef::new(collection);
    // Rules may speak of fields that come with them.
    let next = publication::with(schema, CollectionRef::clone(&new));
    errors.merge(rules::check(&new, &next));
    errors.merge(general);
    errors.into_result("")?;
    Ok(Saved { old: old.cloned(), new })
}

/// The fields of a view, as far as they can be told, and what is wrong with its query.
fn fields_of(tx: &mut Tx<'_>, place: Place, query: &str, schema: &Schema) -> Result<(Vec<Field>, Option<Fault>)> {
    if query.trim().is_empty() {
        // Told by the check of what is required.
        return Ok((Vec::new(), None));
    }
    let examined = Query::examine(tx, schema, query).and_then(|query| {
        if place == Place::Reader
            && let Err(refused) = query.sample(tx)
        {
            return Err(refused.with(query.fields));
        }
        Ok(query.fields)
    });
    match examined {
        Ok(fields) => Ok((fields, None)),
        Err(Refused::Query(text, fields)) => Ok((fields, Some(Refused::fault(&text)))),
        Err(Refused::Failed(error)) => Err(error),
    }
}

/// Refuses lists that no table can have, before anybody works on them.
///
/// # Errors
/// What an engine would say against such a table.
pub(super) fn refuse_excess(body: &Map<String, Json>) -> Result<()> {
    let count = |key| body.get(key).and_then(Json::as_array).map_or(0, Vec::len);
    if count("fields") > MOST_FIELDS {
        return Err(Error::Engine(format!("too many columns: a collection has at most {MOST_FIELDS} fields")));
    }
    if count("indexes") > MOST_INDEXES {
        return Err(Error::Engine(format!("too many indexes: a collection has at most {MOST_INDEXES}")));
    }
    Ok(())
}

/// The answer to a body that cannot be read; what exactly is wrong is for the log.
pub(super) fn unreadable(error: &Unreadable) -> Error {
    tracing::debug!(%error, "the body is no collection");
    Error::bad_request("Failed to load the submitted data due to invalid formatting.")
}
