//! Whether the rules of a collection compile. Checked here and not in `schema`, which does not know the filter
//! language.

use crate::error::{Fault, FieldErrors};
use crate::filter;
use crate::schema::{CollectionRef, Schema};

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
            errors.add_at(path, Fault::new("validation_invalid_rule", message));
        }
    }
    errors
}

/// The rules that are set, with where their faults are told.
fn rules(collection: &CollectionRef) -> Vec<(&'static [&'static str], &str)> {
    let mut all: Vec<(&'static [&'static str], Option<&String>)> = vec![
        (&["listRule"], collection.list_rule.as_ref()),
        (&["viewRule"], collection.view_rule.as_ref()),
        (&["createRule"], collection.create_rule.as_ref()),
        (&["updateRule"], collection.update_rule.as_ref()),
        (&["deleteRule"], collection.delete_rule.as_ref()),
    ];
    if let Some(auth) = collection.auth() {
        all.push((&["authRule"], auth.auth_rule.as_ref()));
        all.push((&["manageRule"], auth.manage_rule.as_ref()));
        all.push((&["mfa", "rule"], Some(&auth.mfa.rule)));
    }
    all.into_iter().filter_map(|(path, rule)| rule.map(|rule| (path, rule.as_str()))).collect()
}
