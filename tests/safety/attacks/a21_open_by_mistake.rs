//! A permissive rule that nobody meant (audits of many systems): what is not opened is closed.

use serde_json::{Value as Json, json};

use crate::support::{Client, TestServer};

const RULES: [&str; 5] = ["listRule", "viewRule", "createRule", "updateRule", "deleteRule"];

#[tokio::test]
async fn a_collection_is_closed_until_it_is_opened() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let fields = json!([{"name": "title", "type": "text"}]);
    superuser.create_collection(json!({"name": "plain", "type": "base", "fields": fields})).await.is(200);
    superuser.create_collection(json!({"name": "people", "type": "auth"})).await.is(200);
    superuser
        .create_collection(json!({"name": "seen", "type": "view", "viewQuery": "SELECT id, title FROM plain"}))
        .await
        .is(200);
    let import =
        json!({"collections": [{"name": "brought", "type": "base", "fields": fields}], "deleteMissing": false});
    superuser.send(superuser.request(reqwest::Method::PUT, "/api/collections/import").json(&import)).await.is(204);
    let guest = server.guest();
    for name in ["plain", "people", "seen", "brought"] {
        let collection = superuser.get(&format!("/api/collections/{name}")).await;
        for rule in RULES {
            assert_eq!(collection.is(200).json[rule], Json::Null, "{rule} of {name}");
        }
        if name == "people" {
            collection.has("/manageRule", Json::Null);
        }
        guest.list(name, &[]).await.is(403);
        guest.view(name, "x", &[]).await.is(403);
    }
    guest.create("plain", json!({"title": "x"})).await.is(403);
    guest
        .create("people", json!({"email": "a@example.com", "password": "12345678", "passwordConfirm": "12345678"}))
        .await
        .is(403);
    // Everything that the server brings along itself is closed, or open to the owner alone.
    let all = superuser.get("/api/collections?perPage=100").await;
    let mut open: Vec<(String, &str)> = Vec::new();
    for collection in all.is(200).items() {
        for rule in RULES {
            if collection[rule] == json!("") {
                open.push((collection["name"].as_str().unwrap().to_owned(), rule));
            }
        }
    }
    assert_eq!(open, [("users".to_owned(), "createRule")], "open to everybody");
}

#[tokio::test]
async fn an_open_collection_can_be_told_from_a_closed_one() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    // `null`, "" and a filter stay what they are, and a change of one rule opens no other.
    let body = json!({"name": "mixed", "type": "base", "listRule": "", "viewRule": null, "createRule": "@request.auth.id != ''"});
    superuser.create_collection(body).await.is(200);
    superuser.update_collection("mixed", json!({"updateRule": null})).await.is(200);
    let stored = superuser.get("/api/collections/mixed").await;
    stored.is(200).has("/listRule", "").has("/viewRule", Json::Null).has("/createRule", "@request.auth.id != ''");
    stored.has("/updateRule", Json::Null).has("/deleteRule", Json::Null);
    // A rule of blanks is a mistake, not an open door.
    for rule in [" ", "\n", "// everybody"] {
        superuser
            .update_collection("mixed", json!({"viewRule": rule}))
            .await
            .is(400)
            .code("viewRule", "validation_invalid_rule");
    }
}
