//! What stands aside while collections are written: names that another one takes in the same transaction, and SQL
//! views, which the engine looks through at every change of a table.
//!
//! A view that is about to be written anew leaves an empty table in its place. Views over it can still be read then,
//! and follow it and everything else to new names, as they follow tables.

use std::collections::HashMap;

use super::apply::{Changes, Saved};
use super::publication::Next;
use super::stored;
use crate::error::Result;
use crate::schema::{Collection, CollectionRef};
use crate::store::attached::{self, View};
use crate::store::{Column, Tx, tables};

/// What is put behind the name of a collection that stands aside for another: no collection can have it in its name.
const ASIDE: char = '~';

/// What stands aside.
pub(super) struct Aside {
    /// Collections whose names others take, as they are stored meanwhile; by id.
    renamed: HashMap<String, CollectionRef>,
    /// SQL views that cannot be read, whatever the reason: the engine would change no table while they are there.
    unreadable: Vec<View>,
}

impl Aside {
    /// Lets what is in the way of changes stand aside.
    ///
    /// # Errors
    /// What the engine answers.
    pub(super) fn make(tx: &mut Tx<'_>, next: &mut Next, changes: &Changes) -> Result<Self> {
        for view in replaced(changes) {
            leave_a_table(tx, view)?;
        }
        let unreadable = unreadable(tx)?;
        unreadable.iter().try_for_each(|view| view.set_aside(tx))?;
        let mut renamed = HashMap::new();
        for old in changes.saved.iter().filter(|saved| is_in_the_way(saved, changes)).filter_map(|one| one.old.as_ref())
        {
            let name = format!("{}{ASIDE}", old.name);
            tx.define(&tables::rename_table(&old.name, &name))?;
            let aside = CollectionRef::new(Collection { name, ..Collection::clone(old) });
            stored::update(tx, &aside)?;
            next.put(CollectionRef::clone(&aside));
            renamed.insert(old.id.clone(), aside);
            tx.advance()?;
        }
        Ok(Self { renamed, unreadable })
    }

    /// A collection as it is in the database now.
    pub(super) fn current<'a>(&'a self, old: &'a CollectionRef) -> &'a CollectionRef {
        self.renamed.get(&old.id).unwrap_or(old)
    }

    /// All tables are as they shall be: what stands in for views goes, and views that could not be read come back.
    ///
    /// # Errors
    /// What the engine answers.
    pub(super) fn end(self, tx: &mut Tx<'_>, changes: &Changes) -> Result<()> {
        let views = || changes.saved.iter().filter(|saved| saved.new.is_view());
        for Saved { old, new } in views() {
            if let Some(old) = old.as_ref().map(|old| self.current(old)).filter(|old| old.name != new.name) {
                tx.define(&tables::rename_table(&old.name, &new.name))?;
                tx.advance()?;
            }
        }
        for Saved { new, .. } in views().filter(|saved| saved.old.is_some()) {
            tx.define(&tables::drop_table(&new.name))?;
        }
        self.unreadable.iter().try_for_each(|view| view.restore(tx))
    }
}

/// Views that are about to be written anew.
fn replaced(changes: &Changes) -> impl Iterator<Item = &CollectionRef> {
    changes.saved.iter().filter_map(|saved| saved.old.as_ref()).filter(|old| old.is_view())
}

fn leave_a_table(tx: &mut Tx<'_>, view: &Collection) -> Result<()> {
    tx.define(&tables::drop_view(&view.name))?;
    let columns: Vec<(&str, Column)> = view.fields.iter().map(|field| (field.name.as_str(), Column::Json)).collect();
    tx.define(&tables::create_table(&view.name, &columns))
}

fn unreadable(tx: &mut Tx<'_>) -> Result<Vec<View>> {
    let mut found = Vec::new();
    for view in attached::views(tx)? {
        if view.fault(tx)?.is_some() {
            found.push(view);
        }
    }
    Ok(found)
}

/// Whether a collection gives its name up to another of the same changes.
fn is_in_the_way(saved: &Saved, changes: &Changes) -> bool {
    let Some(old) = &saved.old else { return false };
    changes.saved.iter().any(|other| other.new.id != old.id && other.new.name.eq_ignore_ascii_case(&old.name))
}
