//! `/api/collections`.

mod access;
mod alter;
mod auth_options;
mod create;
mod delete;
mod fields;
mod import;
mod indexes;
mod list;
mod names;
mod plan;
mod rules;
mod scaffolds;
mod slow_checks;
mod system;
mod truncate;
mod under_load;
mod update;
mod view;

use serde_json::Value as Json;

use crate::support::{Client, Superuser};

/// Sends each body as a new collection, and demands exactly these codes of the refusal.
async fn are_refused(superuser: &Superuser, table: &[(Json, &[(&str, &str)])]) {
    for (body, codes) in table {
        let answer = superuser.create_collection(body.clone()).await;
        assert_eq!(answer.status, 400, "{body} → {answer}");
        answer.is(400).message("Failed to create collection.").codes(codes);
    }
}

/// The names of a collection's fields, in their order.
fn field_names(collection: &Json) -> String {
    let names = collection["fields"].as_array().expect("fields").iter().map(|field| field["name"].as_str().unwrap());
    names.collect::<Vec<_>>().join(" ")
}

/// A field of a collection by name.
pub fn field<'a>(collection: &'a Json, name: &str) -> &'a Json {
    let fields = collection["fields"].as_array().expect("fields");
    fields.iter().find(|field| field["name"] == name).unwrap_or_else(|| panic!("no field {name}: {collection}"))
}
