//! Limits of a collection follow it to its new name.

use serde_json::{Value as Json, json};

use super::SETTINGS;
use crate::support::{Client, Superuser, TestServer, collection};

async fn labels(superuser: &Superuser) -> Vec<Json> {
    let answer = superuser.get(SETTINGS).await;
    let rules = answer.at("/rateLimits/rules").as_array().expect("rules").clone();
    rules.into_iter().map(|rule| rule["label"].clone()).collect()
}

async fn limited(superuser: &Superuser, labels: &[&str]) {
    let rule = |label: &&str| json!({"label": label, "duration": 1, "maxRequests": 1});
    let rules: Vec<_> = labels.iter().map(rule).collect();
    superuser.patch(SETTINGS, json!({"rateLimits": {"rules": rules}})).await.is(200);
}

#[tokio::test]
async fn a_renamed_collection_keeps_its_limits() {
    let mut server =
        TestServer::with_collections([collection("notes", json!([])), collection("news", json!([]))]).await;
    let superuser = server.superuser();
    limited(&superuser, &["notes:create", "*:create", "notes_x:list", "/notes", "notes"]).await;
    superuser.update_collection("notes", json!({"name": "pages"})).await.is(200);
    let expected = ["pages:create", "*:create", "notes_x:list", "/notes", "notes"];
    assert_eq!(labels(&superuser).await, expected);
    server.restart();
    assert_eq!(labels(&server.superuser()).await, expected);
}

#[tokio::test]
async fn a_rename_that_fails_leaves_the_limits_alone() {
    let server = TestServer::with_collections([collection("notes", json!([])), collection("news", json!([]))]).await;
    let superuser = server.superuser();
    limited(&superuser, &["notes:create"]).await;
    superuser.update_collection("notes", json!({"name": "news"})).await.is(400);
    assert_eq!(labels(&superuser).await, ["notes:create"]);
}

#[tokio::test]
async fn an_import_renames_too() {
    let server = TestServer::with_collections([collection("notes", json!([]))]).await;
    let superuser = server.superuser();
    limited(&superuser, &["notes:create"]).await;
    let mut renamed = superuser.get("/api/collections/notes").await.json;
    renamed["name"] = json!("pages");
    let body = json!({"collections": [renamed]});
    superuser.send(superuser.request(reqwest::Method::PUT, "/api/collections/import").json(&body)).await.is(204);
    assert_eq!(labels(&superuser).await, ["pages:create"]);
}
