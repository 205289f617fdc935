//! The next snapshot of the collections, and when others see it: after the commit, before the answer, on the
//! writer's thread, so that no later write can meet tables that its snapshot does not know.

use std::sync::Arc;

use super::stored;
use crate::error::{Error, Result};
use crate::schema::system::system_collections;
use crate::schema::{Collection, CollectionRef, Published, Schema};
use crate::store::{Sql, Store, Tx};

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

/// Reads the collections as this transaction has left them, and publishes them after the commit where they differ
/// from what is published: for writes that went around this room.
///
/// # Errors
/// `Engine` where a collection cannot be read any more, or one is missing that every database has.
pub fn publish_stored(tx: &mut Tx<'_>, published: &Arc<Published>) -> Result<()> {
    let found = sound(tx)?;
    let current = published.current();
    if !same(&found, &current) {
        publish_after(tx, published, Arc::new(Schema::new(current.version + 1, found)));
    }
    Ok(())
}

/// All collections, where the server can go on with them.
fn sound(tx: &mut Tx<'_>) -> Result<Vec<Collection>> {
    let mut found: Vec<Collection> = Vec::new();
    let mut broken = None;
    tx.rows(&stored::in_order(), |row| {
        match stored::parse(row) {
            Ok(collection) => found.push(collection),
            Err(words) => broken = Some(words),
        }
        Ok(())
    })?;
    if let Some(words) = broken {
        return Err(Error::Engine(words));
    }
    let schema = Schema::new(0, found);
    if let Some(twice) = schema.all().iter().find(|one| schema.by_name(&one.name).is_none_or(|by| by.id != one.id)) {
        return Err(Error::Engine(format!("two collections would be called {}", twice.name)));
    }
    for needed in system_collections().into_iter().filter(|needed| needed.system) {
        if !schema.by_name(&needed.name).is_some_and(|there| there.system && there.type_name() == needed.type_name()) {
            return Err(Error::Engine(format!("the collection {} must stay as it is", needed.name)));
        }
        refuse_broken_table(tx, &needed)?;
    }
    Ok(schema.all().iter().map(|collection| Collection::clone(collection)).collect())
}

/// A system collection without its table would let nobody sign in.
fn refuse_broken_table(tx: &mut Tx<'_>, collection: &Collection) -> Result<()> {
    let mut query = Sql::new();
    for (at, field) in collection.fields.iter().enumerate() {
        query.push(if at == 0 { "SELECT " } else { ", " }).column(&collection.name, &field.name);
    }
    query.push(" FROM ").name(&collection.name).push(" LIMIT 0");
    tx.row(&query, |_| Ok(())).map(drop)
}

fn same(found: &[Collection], published: &Schema) -> bool {
    found.len() == published.all().len() && found.iter().zip(published.all()).all(|(a, b)| *a == **b)
}

/// Reads the collections from the database and publishes them where they differ from what is published: at the
/// start, and on the writer's thread when another process changed the database.
///
/// # Errors
/// The database cannot be read, or holds a collection that cannot.
pub fn reload(store: &Store, published: &Published) -> Result<()> {
    let found = store.read_here(stored::load)?;
    let current = published.current();
    if !same(&found, &current) {
        published.publish(Arc::new(Schema::new(current.version + 1, found)));
    }
    Ok(())
}
