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

/// The rules that cannot be used, by their names, each with why.
pub(super) fn faults(collection: &CollectionRef, schema: &Schema) -> Vec<(String, String)> {
    let set = rules(collection).into_iter().filter(|(_, rule)| !rule.is_empty());
    let fault = |(path, rule): (Vec<_>, &str)| {
        filter::check_rule(schema, collection, rule).err().map(|error| (path.join("."), format!("{error}.")))
    };
    set.filter_map(fault).collect()
}

/// All rules with their names, whether they are set or not.
pub(super) fn named(collection: &Collection) -> Vec<(String, Option<&str>)> {
    every(collection).into_iter().map(|(path, rule)| (path.join("."), rule)).collect()
}

/// The rules that are set, with where their faults are told.
fn rules(collection: &Collection) -> Vec<(Vec<&'static str>, &str)> {
    every(collection).into_iter().filter_map(|(path, rule)| rule.map(|rule| (path, rule))).collect()
}

fn every(collection: &Collection) -> Vec<(Vec<&'static str>, Option<&str>)> {
    let mut all: Vec<_> = collection.rules().into_iter().map(|(key, rule)| (vec![key], rule)).collect();
    if let Some(auth) = collection.auth() {
        all.push((vec!["authRule"], auth.auth_rule.as_deref()));
        all.push((vec!["manageRule"], auth.manage_rule.as_deref()));
        all.push((vec!["mfa", "rule"], Some(&auth.mfa.rule)));
    }
    all
}
