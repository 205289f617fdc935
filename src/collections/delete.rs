//! Deleting a collection.
//!
//! Its records are not deleted one by one, so the feed has no changes of them: whoever follows it learns of the
//! deletion from the new snapshot. What sign-in keeps of an auth collection's records (`_mfas` and the like) are
//! records of other collections, and go as such.

use std::sync::Arc;

use super::Collections;
use super::apply::{Changes, apply};
use super::truncate::delete_records;
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::files::Files;
use crate::records;
use crate::schema::{Collection, CollectionRef, FieldKind, Published, Schema};
use crate::store::{Sql, Tx, WriteLane};

impl Collections {
    /// Removes a collection with its records and files. The context tells whose deletion it is.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` for a system collection, and where a relation of another collection points to it.
    pub async fn delete(&self, context: &RequestContext, collection: &str) -> Result<()> {
        deletable(&self.schema.current(), collection)?;
        let (asked, actor) = (collection.to_owned(), context.actor());
        let published = Arc::clone(&self.schema);
        let files = self.files.clone();
        let deleted = self.store.write(WriteLane::Exclusive, move |tx| {
            let schema = published.current();
            let collection = deletable(&schema, &asked)?;
            let removed = remove(tx, &published, &files, collection, actor.as_deref());
            removed.map_err(|error| match error.is_callers_fault() {
                true => refusal(&schema, collection),
                false => error,
            })
        });
        deleted.await
    }
}

fn deletable<'s>(schema: &'s Schema, asked: &str) -> Result<&'s CollectionRef> {
    let collection = schema.find(asked).ok_or_else(Error::not_found)?;
    if collection.system || !referrers(schema, collection).is_empty() {
        return Err(refusal(schema, collection));
    }
    Ok(collection)
}

/// The names of the other collections that have a relation to this one, in the order of their creation.
fn referrers<'s>(schema: &'s Schema, collection: &Collection) -> Vec<&'s str> {
    let others = schema.all().iter().filter(|other| other.id != collection.id);
    let pointing = others.filter(|other| {
        let mut kinds = other.fields.iter().map(|field| &field.kind);
        kinds.any(|kind| matches!(kind, FieldKind::Relation(options) if options.collection_id == collection.id))
    });
    pointing.map(|other| other.name.as_str()).collect()
}

fn refusal(schema: &Schema, collection: &Collection) -> Error {
    let referrers = referrers(schema, collection);
    if referrers.is_empty() {
        return Error::bad_request("Failed to delete collection.");
    }
    let names = referrers.join(", ");
    Error::bad_request(format!("Failed to delete collection probably due to existing reference in {names}."))
}

fn remove(
    tx: &mut Tx<'_>,
    published: &Arc<Published>,
    files: &Files,
    collection: &CollectionRef,
    actor: Option<&str>,
) -> Result<()> {
    let_go(tx, &published.current(), files, collection, actor)?;
    let changes = Changes { removed: vec![CollectionRef::clone(collection)], saved: Vec::new() };
    apply(tx, published, &changes).map(drop)
}

/// Removes what others keep of a collection that is about to be removed: the rows of sign-in in this transaction,
/// its files once that is committed.
pub(super) fn let_go(
    tx: &mut Tx<'_>,
    schema: &Schema,
    files: &Files,
    collection: &Collection,
    actor: Option<&str>,
) -> Result<()> {
    if collection.is_auth() {
        for of in records::SUPPORT.iter().filter_map(|name| schema.by_name(name)) {
            let mut condition = Sql::new();
            condition.column(&of.name, "collectionRef").push(" = ").bind(collection.id.as_str());
            delete_records(tx, schema, files, of, Some(&condition), actor)?;
        }
    }
    files.drop_collection(tx, &collection.id)?;
    Ok(())
}
