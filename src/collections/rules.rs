//! Whether the rules of a collection compile. Checked here and not in `schema`, which does not know the filter
//! language.

use crate::error::{Fault, FieldErrors};
use crate::filter;
use crate::schema::{Collection, CollectionRef, Schema};

/// The faults of a collection's rules. `schema` is the snapshot that the collection is already part of, so that
/// rules may speak of fields that come with them.
pub(super) fn check(collection: &CollectionRef, schema: &Schema) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for (path, rule) in rules(collection) {
        if rule.is_empty() {
            continue;
        }
        if let Err(error) = filter::check_rule(schema, collection, rule) {
            let message = format!("Invalid rule. Raw error: {error}.");
            errors.add_at(&path, Fault::new("validation_invalid_rule", message));
        }
    }
    errors
}

/// The rules that are set, with where their faults are told.
fn rules(collection: &Collection) -> Vec<(Vec<&'static str>, &str)> {
    let mut all: Vec<_> = collection.rules().into_iter().map(|(key, rule)| (vec![key], rule)).collect();
    if let Some(auth) = collection.auth() {
        all.push((vec!["authRule"], auth.auth_rule.as_deref()));
        all.push((vec!["manageRule"], auth.manage_rule.as_deref()));
        all.push((vec!["mfa", "rule"], Some(&auth.mfa.rule)));
    }
    all.into_iter().filter_map(|(path, rule)| rule.map(|rule| (path, rule))).collect()
}
