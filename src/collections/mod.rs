//! Saving collections: metadata, table and indexes change in one transaction, then the new snapshot is published.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::context::RequestContext;
use crate::error::Result;
use crate::records::{Page, Records};
use crate::schema::{Collection, Published};
use crate::store::{Store, Tx};

/// The room that saves collections. All its callers are superusers; `http` sees to that.
#[derive(Clone)]
pub struct Collections {}

impl Collections {
    /// The room, from the parts that it uses.
    pub fn new(_store: Store, _schema: Arc<Published>, _records: Records) -> Self {
        todo!()
    }

    /// A page of collections as the query parameters ask for it (`page`, `perPage`, `sort`, `filter`, `skipTotal`).
    pub async fn list(&self, _context: &RequestContext) -> Result<Page> {
        todo!()
    }

    /// One collection by name or id.
    pub fn view(&self, _collection: &str) -> Result<Json> {
        todo!()
    }

    /// Makes a collection.
    pub async fn create(&self, _body: Map<String, Json>) -> Result<Json> {
        todo!()
    }

    /// Changes a collection.
    pub async fn update(&self, _collection: &str, _body: Map<String, Json>) -> Result<Json> {
        todo!()
    }

    /// Removes a collection with its records and files.
    pub async fn delete(&self, _collection: &str) -> Result<()> {
        todo!()
    }

    /// Removes all records of a collection, with cascades and files, or none.
    pub async fn truncate(&self, _context: &RequestContext, _collection: &str) -> Result<()> {
        todo!()
    }

    /// One collection of each kind with default values.
    pub fn scaffolds(&self) -> Json {
        todo!()
    }
}

/// Reads all collections, in the order of their creation.
pub fn load(_tx: &mut Tx<'_>) -> Result<Vec<Collection>> {
    todo!()
}

/// Makes the system collections where the database has none yet.
pub fn seed(_tx: &mut Tx<'_>) -> Result<()> {
    todo!()
}
