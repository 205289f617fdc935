//! The next snapshot of the collections, and when others see it: after the commit, before the answer, on the
//! writer's thread, so that no later write can meet tables that its snapshot does not know.

use std::sync::Arc;

use super::stored;
use crate::error::Result;
use crate::schema::{Collection, CollectionRef, Published, Schema};
use crate::store::{Store, Tx};

/// The snapshot after this one, in which a collection takes the place of the one with its id, or comes last.
pub(super) fn with(schema: &Schema, collection: Collection) -> Schema {
    let collection = CollectionRef::new(collection);
    let mut all = schema.all().to_vec();
    match all.iter_mut().find(|one| one.id == collection.id) {
        Some(place) => *place = collection,
        None => all.push(collection),
    }
    Schema::sharing(schema.version + 1, all)
}

/// The snapshot after this one, without a collection.
pub(super) fn without(schema: &Schema, id: &str) -> Schema {
    let all = schema.all().iter().filter(|one| one.id != id).cloned().collect();
    Schema::sharing(schema.version + 1, all)
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
