//! Empty collections to begin with.

use serde_json::{Value as Json, json};

use super::Collections;
use crate::schema::wire::{Scaffold, scaffold};

impl Collections {
    /// One collection of each kind with default values, by kind.
    pub fn scaffolds(&self) -> Json {
        json!({
            "base": scaffold(Scaffold::Base).to_json(),
            "auth": scaffold(Scaffold::Auth).to_json(),
            "view": scaffold(Scaffold::View).to_json(),
        })
    }
}
