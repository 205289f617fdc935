//! The one way collections get into the database: any number of them saved and removed, in the transaction that
//! publishes them.

use std::collections::HashSet;
use std::sync::Arc;

use super::alteration::Alteration;
use super::aside::Aside;
use super::publication::{self, Next};
use super::{stored, views};
use crate::error::Result;
use crate::schema::{Collection, CollectionRef, Published, Schema};
use crate::store::{Tx, tables};

/// What one transaction does to the collections.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// The collections to be written, tables in this order. The fields of views are found in their queries, and a
    /// view is written once what it reads is there.
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

impl Changes {
    /// The old and the new names of collections that change theirs.
    pub(super) fn renamed(&self) -> Vec<(&str, &str)> {
        let names = self.saved.iter().filter_map(|Saved { old, new }| Some((old.as_ref()?.name.as_str(), &*new.name)));
        names.filter(|(old, new)| old != new).collect()
    }
}

/// Makes changes of the published snapshot: metadata, tables, indexes and views, those included that depend on what
/// changed. Once the transaction is committed, the snapshot that this answers is published; where the caller then
/// fails, nothing has happened.
///
/// # Errors
/// `Invalid` without a message for indexes and queries that the engine refuses; else what the engine answers, also
/// where a view would not answer any more without what is removed.
pub(super) fn apply(tx: &mut Tx<'_>, published: &Arc<Published>, changes: &Changes) -> Result<Arc<Schema>> {
    let mut next = Next::after(&published.current());
    let own: HashSet<&str> =
        changes.removed.iter().chain(changes.saved.iter().map(|one| &one.new)).map(|one| one.id.as_str()).collect();
    let working = match changes.removed.is_empty() {
        true => Vec::new(),
        false => views::working(tx, &next, &own),
    };
    let aside = Aside::make(tx, &mut next, changes)?;
    remove(tx, &mut next, changes)?;
    for Saved { old, new } in changes.saved.iter().filter(|saved| !saved.new.is_view()) {
        write(tx, old.as_ref().map(|old| &**aside.current(old)), new)?;
        next.put(Arc::clone(new));
    }
    aside.end(tx, changes)?;
    views::write_all(tx, &mut next, changes.saved.iter().filter(|saved| saved.new.is_view()))?;
    if changes.saved.iter().any(|saved| saved.new.is_view()) {
        views::refuse_deep(&next)?;
    }
    views::refresh(tx, &mut next, &own)?;
    views::still_work(tx, &working)?;
    let next = Arc::new(next.schema());
    publication::publish_after(tx, published, Arc::clone(&next));
    Ok(next)
}

/// Removes what goes.
fn remove(tx: &mut Tx<'_>, next: &mut Next, changes: &Changes) -> Result<()> {
    let (views, tables): (Vec<_>, Vec<_>) = changes.removed.iter().partition(|one| one.is_view());
    for view in views {
        tx.define(&tables::drop_view(&view.name))?;
    }
    for table in tables {
        tx.define(&tables::drop_table(&table.name))?;
    }
    for collection in &changes.removed {
        stored::remove(tx, &collection.id)?;
        next.remove(&collection.id);
    }
    Ok(())
}

/// Writes metadata, table and indexes of one collection that is no view.
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
