//! Collections as JSON: what clients send and see, and what the `_collections` table keeps.

use serde_json::{Map, Value as Json};

use super::Collection;

/// The body cannot be read as a collection: a key has another JSON type than the contract says, or a field's type is
/// unknown. One sentence for the log.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

/// The kinds of collections that can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scaffold {
    /// A table.
    Base,
    /// A table whose records can log in.
    Auth,
}

/// A new collection with default values: no id, no name, no dates; an auth one has fresh secrets.
pub fn scaffold(_kind: Scaffold) -> Collection {
    todo!()
}

/// Merges a body over a collection: absent keys stay; `fields` and `indexes` replace the whole list; option objects
/// are merged key by key, arrays in them replaced. `type` is not read here.
/// `creating` tells whether `id` and `system` are taken over and `created` ignored (a new collection).
pub fn merge(_collection: &mut Collection, _body: &Map<String, Json>, _creating: bool) -> Result<(), Unreadable> {
    todo!()
}

/// The columns of a row of `_collections`, as text: what is read from and written to the table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stored {
    /// `id`.
    pub id: String,
    /// `system`.
    pub system: bool,
    /// `type`.
    pub kind: String,
    /// `name`.
    pub name: String,
    /// `fields`: a JSON array.
    pub fields: String,
    /// `indexes`: a JSON array of texts.
    pub indexes: String,
    /// `listRule`, `viewRule`, `createRule`, `updateRule`, `deleteRule`.
    pub rules: [Option<String>; 5],
    /// `options`: a JSON object, with secrets.
    pub options: String,
    /// `created`.
    pub created: String,
    /// `updated`.
    pub updated: String,
}

impl Collection {
    /// As answers show it: every option of every field, no secrets.
    pub fn to_json(&self) -> Json {
        todo!()
    }

    /// As the `_collections` table keeps it.
    pub fn to_stored(&self) -> Stored {
        todo!()
    }

    /// From a row of `_collections`.
    pub fn from_stored(_stored: &Stored) -> Result<Self, Unreadable> {
        todo!()
    }
}
