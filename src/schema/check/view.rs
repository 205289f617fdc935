//! What views cannot have. Whether the query is one, the room `collections` asks the engine.

use super::AddSome;
use crate::error::{Fault, FieldErrors};
use crate::schema::{Collection, ViewOptions};

/// Checks what only views are asked.
pub(super) fn check(collection: &Collection, options: &ViewOptions, errors: &mut FieldErrors) {
    for (key, rule) in [
        ("createRule", &collection.create_rule),
        ("updateRule", &collection.update_rule),
        ("deleteRule", &collection.delete_rule),
    ] {
        errors.add_some(key, rule.as_ref().map(|_| Fault::new("validation_nil", "Must be blank.")));
    }
    if !collection.indexes.is_empty() {
        let message = "View collections don't support indexes.";
        errors.add("indexes", Fault::new("validation_indexes_not_supported", message));
    }
    errors.add_some("viewQuery", options.query.trim().is_empty().then(Fault::required));
}
