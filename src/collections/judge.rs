//! What can be said against collections that another program has saved, as they are.

use super::rules;
use crate::schema::check::check;
use crate::schema::{CollectionRef, Schema};

/// Something that would be refused if the collection were saved so.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The collection's name.
    pub collection: String,
    /// Where in it: `fields.2.pattern`, `listRule`.
    pub path: String,
    /// The field, where it is about one.
    pub field: Option<String>,
    /// The code of the check, empty for rules.
    pub code: &'static str,
    /// What is wrong, in a sentence.
    pub message: String,
    /// Whether a rule cannot be used.
    pub is_rule: bool,
}

/// Judges collections among each other.
pub fn judge(collections: &[CollectionRef]) -> Vec<Judgement> {
    let schema = Schema::sharing(0, collections.to_vec());
    let mut found = Vec::new();
    for collection in collections {
        let errors = check(collection, Some(collection), &schema);
        for (path, fault) in errors.faults() {
            let place = path.strip_prefix("fields.").and_then(|path| path.split('.').next()?.parse::<usize>().ok());
            found.push(Judgement {
                collection: collection.name.clone(),
                field: place.and_then(|at| Some(collection.fields.get(at)?.name.clone())),
                path,
                code: fault.code,
                message: fault.message.clone(),
                is_rule: false,
            });
        }
        for (path, message) in rules::faults(collection, &schema) {
            let collection = collection.name.clone();
            found.push(Judgement { collection, path, field: None, code: "", message, is_rule: true });
        }
    }
    found
}
