//! The one way collections get into the database: any number of them saved and removed, in the transaction that
//! publishes them.

use std::sync::Arc;

use super::alteration::Alteration;
use super::{publication, stored};
use crate::error::Result;
use crate::schema::{Collection, CollectionRef, Published, Schema};
use crate::store::{Tx, tables};

/// What one transaction does to the collections.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// The collections to be written, in this order.
    pub(super) saved: Vec<Saved>,
    /// The collections to be removed, before anything is written. Who may refuse that was asked.
    pub(super) removed: Vec<CollectionRef>,
}

/// A collection to be written.
#[derive(Debug, Clone)]
pub(super) struct Saved {
    /// As it is stored; `None` for a new one.
    pub(super) old: Option<CollectionRef>,
    /// As it shall be: normalised and checked.
    pub(super) new: CollectionRef,
}

/// Makes changes of the published snapshot: metadata, tables and indexes. Once the transaction is committed, the
/// snapshot that this answers is published; where the caller then fails, nothing has happened.
///
/// # Errors
/// `Invalid` without a message for indexes that the engine refuses; else what the engine answers.
pub(super) fn apply(tx: &mut Tx<'_>, published: &Arc<Published>, changes: &Changes) -> Result<Arc<Schema>> {
    let mut next = publication::Next::after(&published.current());
    for collection in &changes.removed {
        tx.define(&tables::drop_table(&collection.name))?;
        stored::remove(tx, &collection.id)?;
        next.remove(&collection.id);
    }
    for Saved { old, new } in &changes.saved {
        write(tx, old.as_deref(), new)?;
        next.put(Arc::clone(new));
    }
    let next = Arc::new(next.schema());
    publication::publish_after(tx, published, Arc::clone(&next));
    Ok(next)
}

/// Writes metadata, table and indexes of one collection.
///
/// # Errors
/// As [`apply`].
pub(super) fn write(tx: &mut Tx<'_>, old: Option<&Collection>, new: &Collection) -> Result<()> {
    match old {
        None => stored::insert(tx, new)?,
        Some(_) => stored::update(tx, new)?,
    }
    Alteration::between(old, new).run(tx)
}
