//! A collection that is about to be saved: merged, normalised, checked. Made from a snapshot and plain data alone,
//! so that it can be made on the caller's thread, and again on the writer's if the snapshot has moved.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::{publication, rules};
use crate::error::{Error, FieldErrors, Result};
use crate::schema::check::check;
use crate::schema::normalise::normalise;
use crate::schema::wire::Unreadable;
use crate::schema::{Collection, CollectionRef, Schema};

/// How many fields a collection has at most: as many as a table has columns.
const MOST_FIELDS: usize = 2000;

/// How many indexes a collection has at most. Engines know no limit; the time of a write does.
const MOST_INDEXES: usize = 500;

/// What a save writes and publishes.
pub(super) struct Draft {
    /// The version of the snapshot that it was made from.
    pub(super) made_from: u64,
    /// The stored collection; `None` for a new one.
    pub(super) old: Option<CollectionRef>,
    /// The collection to be stored.
    pub(super) new: CollectionRef,
    /// The snapshot that has it.
    pub(super) next: Arc<Schema>,
}

impl Draft {
    /// Brings a collection into shape and checks it. `found` are faults that only the body shows.
    ///
    /// # Errors
    /// `Invalid` with everything that is wrong and no message: which verb failed, the caller knows.
    pub(super) fn new(
        mut collection: Collection,
        old: Option<&CollectionRef>,
        schema: &Schema,
        found: FieldErrors,
    ) -> Result<Self> {
        normalise(&mut collection, old.map(|old| &**old), schema);
        let mut errors = found;
        let general = check(&collection, old.map(|old| &**old), schema);
        let id = collection.id.clone();
        let next = publication::with(schema, collection);
        let new = next.by_id(&id).expect("the snapshot was made with it").clone();
        errors.merge(rules::check(&new, &next));
        errors.merge(general);
        errors.into_result("")?;
        Ok(Self { made_from: schema.version, old: old.cloned(), new, next: Arc::new(next) })
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
