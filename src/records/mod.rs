//! Records: list, view, create, update, delete, under rules.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::context::RequestContext;
use crate::crypto::passwords::Passwords;
use crate::error::Result;
use crate::files::{Files, Upload};
use crate::schema::{CollectionRef, Published, Record, Schema};
use crate::store::{Store, Tx};

/// The room of records.
#[derive(Clone)]
pub struct Records {}

/// A page of an answer. The items are rendered already: a list is read, shaped and written in one pass.
#[derive(Debug, Clone)]
pub struct Page {
    /// A JSON array.
    pub items: Vec<u8>,
    /// The page's number, from 1.
    pub page: i64,
    /// How many items a page has at most.
    pub per_page: i64,
    /// How many items there are in all; `None` where the count was skipped.
    pub total: Option<u64>,
}

/// A record as answers show it: a JSON object.
#[derive(Debug, Clone)]
pub struct Rendered(pub Vec<u8>);

/// What was sent to create or update a record.
#[derive(Debug, Clone, Default)]
pub struct RecordInput {
    /// The data by key, field names with and without modifiers.
    pub data: Map<String, Json>,
    /// The files that came along.
    pub uploads: Vec<Upload>,
}

impl Records {
    /// The room, from the parts that it uses.
    pub fn new(_store: Store, _schema: Arc<Published>, _files: Files, _passwords: Passwords) -> Self {
        todo!()
    }

    /// A page of records, as the context's query parameters ask for it.
    pub async fn list(&self, _context: &RequestContext, _collection: &str) -> Result<Page> {
        todo!()
    }

    /// One record.
    pub async fn view(&self, _context: &RequestContext, _collection: &str, _id: &str) -> Result<Rendered> {
        todo!()
    }

    /// How many bytes a body that creates or updates a record may have; asked before the body is read.
    ///
    /// # Errors
    /// `NotFound` for an unknown collection.
    pub fn body_limit(&self, _collection: &str) -> Result<u64> {
        todo!()
    }

    /// Creates a record.
    pub async fn create(&self, _context: &RequestContext, _collection: &str, _input: RecordInput) -> Result<Rendered> {
        todo!()
    }

    /// Updates a record.
    pub async fn update(
        &self,
        _context: &RequestContext,
        _collection: &str,
        _id: &str,
        _input: RecordInput,
    ) -> Result<Rendered> {
        todo!()
    }

    /// Deletes a record with what goes with it.
    pub async fn delete(&self, _context: &RequestContext, _collection: &str, _id: &str) -> Result<()> {
        todo!()
    }

    /// A record as the context's caller sees it, with the expands of its query.
    pub async fn render(&self, _context: &RequestContext, _record: &Record) -> Result<Rendered> {
        todo!()
    }
}

/// A record by its id.
pub fn load(_tx: &mut Tx<'_>, _collection: &CollectionRef, _id: &str) -> Result<Option<Record>> {
    todo!()
}

/// The first record whose field has exactly this value.
pub fn find(_tx: &mut Tx<'_>, _collection: &CollectionRef, _field: &str, _value: &str) -> Result<Option<Record>> {
    todo!()
}

/// Deletes a record with its cascades inside a transaction; its files go after the commit.
/// The last superuser, and a required reference, refuse.
pub fn delete_within(
    _tx: &mut Tx<'_>,
    _schema: &Schema,
    _files: &Files,
    _record: &Record,
    _actor: Option<&str>,
) -> Result<()> {
    todo!()
}
