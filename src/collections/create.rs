//! Creating a collection.

use serde_json::{Map, Value as Json};

use super::Collections;
use super::apply::Saved;
use super::draft::{self, Place, refuse_excess, unreadable};
use super::save::explain;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::schema::wire::{Scaffold, Unreadable, merge, scaffold, text};
use crate::schema::{CollectionRef, Schema};
use crate::store::Tx;
use crate::time;

impl Collections {
    /// Makes a collection: the body over the scaffold of its type.
    ///
    /// # Errors
    /// `Invalid` with a code for each key at fault, or with the engine's text.
    pub async fn create(&self, body: Map<String, Json>) -> Result<Json> {
        self.save("create", move |tx, place, schema| created(tx, place, schema, &body)).await
    }

    /// The collection that [`Collections::create`] would make, without making it.
    ///
    /// # Errors
    /// `Invalid` as there; what only the engine finds is not found.
    pub async fn would_create(&self, body: Map<String, Json>) -> Result<CollectionRef> {
        let made = self.on_a_reader(move |tx, schema| created(tx, Place::Reader, schema, &body)).await;
        made.map(|saved| saved.new).map_err(|error| explain("create", error))
    }
}

pub(super) fn created(tx: &mut Tx<'_>, place: Place, schema: &Schema, body: &Map<String, Json>) -> Result<Saved> {
    let mut found = FieldErrors::new();
    let kind = match kind(body).map_err(|_| unreadable_type())? {
        Some(kind) => kind,
        None => {
            found.add("type", Fault::new("validation_in_invalid", "Must be a valid value."));
            Scaffold::Base
        }
    };
    refuse_excess(body)?;
    let mut collection = scaffold(kind);
    merge(&mut collection, body, true).map_err(|error| unreadable(&error))?;
    collection.created = time::now_text();
    collection.updated.clone_from(&collection.created);
    draft::finish(tx, place, collection, None, schema, found)
}

/// What kind of collection is asked for; `None` where there is no such kind. The contract reads the name along.
pub(super) fn kind(body: &Map<String, Json>) -> Result<Option<Scaffold>, Unreadable> {
    text(body, "name")?;
    Ok(Scaffold::parse(text(body, "type")?.unwrap_or_default()))
}

fn unreadable_type() -> Error {
    Error::bad_request("Failed to load the collection type data due to invalid formatting.")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kind_of(body: Json) -> Result<Option<Scaffold>, Unreadable> {
        kind(body.as_object().expect("an object"))
    }

    #[test]
    fn no_type_is_base_and_an_unknown_one_is_none() {
        assert_eq!(kind_of(json!({})), Ok(Some(Scaffold::Base)));
        assert_eq!(kind_of(json!({"type": null})), Ok(Some(Scaffold::Base)));
        assert_eq!(kind_of(json!({"type": ""})), Ok(Some(Scaffold::Base)));
        assert_eq!(kind_of(json!({"type": "auth"})), Ok(Some(Scaffold::Auth)));
        assert_eq!(kind_of(json!({"type": "table"})), Ok(None));
    }

    #[test]
    fn a_name_or_type_that_is_no_text_cannot_be_read() {
        assert!(kind_of(json!({"type": 5})).is_err());
        assert!(kind_of(json!({"name": ["a"]})).is_err());
    }
}
