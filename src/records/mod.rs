//! Records: list, view, create, update, delete, under rules. One file a verb; what they share stands in `rules.rs`
//! (does a row satisfy a rule), `render.rs` (a record as its reader may see it) and `write.rs` (a row and its change).

mod accounts;
mod cascade;
mod create;
mod delete;
mod file;
mod gate;
mod input;
mod list;
mod page;
mod render;
mod rules;
mod save;
mod update;
mod validate;
mod view;
mod write;

use std::sync::Arc;

use serde_json::{Map, Value as Json};

pub use accounts::INSTALLER_EMAIL;
pub use delete::delete_within;
pub use page::Page;

use crate::crypto::passwords::Passwords;
use crate::error::Result;
use crate::files::{Files, Upload};
use crate::schema::{CollectionRef, Published, Record};
use crate::store::{Store, Tx};

/// The room of records.
#[derive(Clone)]
pub struct Records {
    parts: Arc<Parts>,
}

/// What the verbs use.
#[allow(dead_code)]
struct Parts {
    store: Store,
    schema: Arc<Published>,
    files: Files,
    passwords: Passwords,
    conditions: rules::Conditions,
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
    pub fn new(store: Store, schema: Arc<Published>, files: Files, passwords: Passwords) -> Self {
        let parts = Parts { store, schema, files, passwords, conditions: rules::Conditions::new() };
        Self { parts: Arc::new(parts) }
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
