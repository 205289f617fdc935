//! Changing a collection.

use serde_json::{Map, Value as Json};

use super::Collections;
use super::apply::Saved;
use super::draft::{self, Place, refuse_excess, unreadable};
use super::save::raw;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::schema::wire::{Unreadable, merge, text};
use crate::schema::{Collection, Schema};
use crate::store::Tx;
use crate::time;

impl Collections {
    /// Changes a collection: the body over the stored one.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` with a code for each key at fault, or with the engine's text.
    pub async fn update(&self, collection: &str, body: Map<String, Json>) -> Result<Json> {
        let asked = collection.to_owned();
        self.save("update", move |tx, place, schema| changed(tx, place, schema, &asked, &body)).await
    }
}

pub(super) fn changed(
    tx: &mut Tx<'_>,
    place: Place,
    schema: &Schema,
    asked: &str,
    body: &Map<String, Json>,
) -> Result<Saved> {
    let old = schema.find(asked).ok_or_else(Error::not_found)?;
    refuse_excess(body)?;
    let found = type_fault(old, body).map_err(|error| unreadable(&error))?;
    let sent_id = text(body, "id").map_err(|error| unreadable(&error))?;
    let mut collection = Collection::clone(old);
    merge(&mut collection, body, false).map_err(|error| unreadable(&error))?;
    collection.updated = time::now_text();
    let saved = draft::finish(tx, place, collection, Some(old), schema, found)?;
    match sent_id {
        Some(id) if id != old.id => Err(raw("update", "the id of a collection cannot be changed")),
        _ => Ok(saved),
    }
}

/// What is wrong with the type that a body tells: it is fixed once a collection is made, so nobody else reads it.
pub(super) fn type_fault(old: &Collection, body: &Map<String, Json>) -> Result<FieldErrors, Unreadable> {
    let mut errors = FieldErrors::new();
    match text(body, "type")? {
        None => {}
        Some(kind) if kind == old.type_name() || (kind.is_empty() && old.type_name() == "base") => {}
        Some("" | "base" | "auth" | "view") => {
            errors.add("type", Fault::new("validation_collection_type_change", "Collection type cannot be changed."));
        }
        Some(_) => errors.add("type", Fault::new("validation_in_invalid", "Must be a valid value.")),
    }
    Ok(errors)
}
