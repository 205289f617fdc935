//! The next snapshot of the collections, and when others see it: after the commit, before the answer, on the
//! writer's thread, so that no later write can meet tables that its snapshot does not know.

use std::sync::Arc;

use super::stored;
use crate::error::Result;
use crate::schema::{CollectionRef, Published, Schema};
use crate::store::{Store, Tx};

/// The snapshot after a published one, while it is being made.
pub(super) struct Next {
    version: u64,
    all: Vec<CollectionRef>,
}

impl Next {
    /// Begins with what a snapshot has.
    pub(super) fn after(schema: &Schema) -> Self {
        Self { version: schema.version + 1, all: schema.all().to_vec() }
    }

    /// Puts a collection in the place of the one with its id, or last.
    pub(super) fn put(&mut self, collection: CollectionRef) {
        match self.all.iter_mut().find(|one| one.id == collection.id) {
            Some(place) => *place = collection,
            None => self.all.push(collection),
        }
    }

    /// Takes a collection out.
    pub(super) fn remove(&mut self, id: &str) {
        self.all.retain(|one| one.id != id);
    }

    /// The views in it.
    pub(super) fn views(&self) -> impl Iterator<Item = &CollectionRef> {
        self.all.iter().filter(|one| one.is_view())
    }

    /// The snapshot as it is so far.
    pub(super) fn schema(&self) -> Schema {
        Schema::sharing(self.version, self.all.clone())
    }
}

/// The snapshot after this one, in which a collection takes the place of the one with its id, or comes last.
pub(super) fn with(schema: &Schema, collection: CollectionRef) -> Schema {
    let mut next = Next::after(schema);
    next.put(collection);
    next.schema()
}

/// Publishes a snapshot once this transaction is committed.
pub(super) fn publish_after(tx: &mut Tx<'_>, published: &Arc<Published>, next: Arc<Schema>) {
    let published = Arc::clone(published);
    tx.after_commit(move || published.publish(next));
}

/// Reads the collections from the database and publishes them where they differ from what is published: at the
/// start, and on the writer's thread when another process changed the database.
///
/// # Errors
/// The database cannot be read, or holds a collection that cannot.
pub fn reload(store: &Store, published: &Published) -> Result<()> {
    let found = store.read_here(stored::load)?;
    let current = published.current();
    let same = found.len() == current.all().len() && found.iter().zip(current.all()).all(|(a, b)| *a == **b);
    if !same {
        published.publish(Arc::new(Schema::new(current.version + 1, found)));
    }
    Ok(())
}
