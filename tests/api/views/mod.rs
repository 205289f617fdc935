//! View collections: what their queries become, what happens to them when others change, and their records.

mod dependants;
mod dry_run;
mod files;
mod hostile;
mod queries;
mod records;

use serde_json::{Value as Json, json};

use crate::support::{Answer, Client, Superuser};

/// A view that everyone may read.
fn view(name: &str, query: &str) -> Json {
    json!({
        "id": format!("c_{name}"), "name": name, "type": "view", "viewQuery": query, "listRule": "", "viewRule": "",
    })
}

/// Makes a view that everyone may read.
async fn has_view(superuser: &Superuser, name: &str, query: &str) -> Answer {
    let answer = superuser.create_collection(view(name, query)).await;
    answer.is(200);
    answer
}

/// The fields of a collection as `name:type`, in one line.
fn types(answer: &Answer) -> String {
    let fields = answer.at("/fields").as_array().expect("fields").iter();
    let word = |field: &Json| format!("{}:{}", field["name"].as_str().unwrap(), field["type"].as_str().unwrap());
    fields.map(word).collect::<Vec<_>>().join(" ")
}

/// The fields of a stored collection as `name:type`, in one line.
async fn types_of(superuser: &Superuser, collection: &str) -> String {
    types(superuser.get(&format!("/api/collections/{collection}")).await.is(200))
}
