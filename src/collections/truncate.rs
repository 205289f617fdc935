//! Removing all records of a collection.

use std::sync::Arc;

use super::Collections;
use super::progress::Progress;
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::files::Files;
use crate::records;
use crate::schema::{CollectionRef, Schema};
use crate::store::{Sql, Tx, WriteLane};

/// How many ids are read at once.
const BATCH: i64 = 500;

impl Collections {
    /// Removes all records of a collection, with cascades and files, or none.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` for a view, and where a record must stay: a required relation points to it, or it is the
    /// last superuser.
    pub async fn truncate(&self, context: &RequestContext, collection: &str) -> Result<()> {
        truncatable(&self.schema.current(), collection)?;
        let (asked, actor) = (collection.to_owned(), context.actor());
        let published = Arc::clone(&self.schema);
        let files = self.files.clone();
        let truncated = self.store.write(WriteLane::Exclusive, move |tx| {
            let schema = published.current();
            let collection = truncatable(&schema, &asked)?;
            delete_records(tx, &schema, &files, collection, None, actor.as_deref()).map_err(refusal)
        });
        truncated.await
    }
}

fn truncatable<'s>(schema: &'s Schema, asked: &str) -> Result<&'s CollectionRef> {
    let collection = schema.find(asked).ok_or_else(Error::not_found)?;
    if collection.is_view() {
        let message = "View collections cannot be truncated since they don't store their own records.";
        return Err(Error::bad_request(message));
    }
    Ok(collection)
}

fn refusal(error: Error) -> Error {
    if !error.is_callers_fault() {
        return error;
    }
    Error::bad_request("Failed to truncate collection (most likely due to required cascade delete record references).")
}

/// Deletes the records of a collection, or those that satisfy a condition, in batches: with their cascades, their
/// files and their changes in the feed.
pub(super) fn delete_records(
    tx: &mut Tx<'_>,
    schema: &Schema,
    files: &Files,
    collection: &CollectionRef,
    condition: Option<&Sql>,
    actor: Option<&str>,
) -> Result<()> {
    let mut next = Sql::new();
    next.push("SELECT id FROM ").name(&collection.name);
    if let Some(condition) = condition {
        next.push(" WHERE ").append(condition);
    }
    next.push(" LIMIT ").bind(BATCH);
    let mut progress = Progress::begin(tx, "records are being deleted", &collection.name, condition)?;
    loop {
        let ids = tx.texts(&next)?;
        if ids.is_empty() {
            return Ok(());
        }
        let batch = records::load_all(tx, collection, &ids)?;
        records::delete_many_within(tx, schema, files, batch, actor)?;
        progress.advance(tx, ids.len() as u64)?;
    }
}
