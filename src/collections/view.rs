//! Viewing a collection.

use serde_json::Value as Json;

use super::Collections;
use crate::error::{Error, Result};

impl Collections {
    /// One collection by name or id, as it is published.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn view(&self, collection: &str) -> Result<Json> {
        let schema = self.schema.current();
        schema.find(collection).map(|found| found.to_json()).ok_or_else(Error::not_found)
    }
}
