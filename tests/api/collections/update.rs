//! `PATCH /api/collections/{collection}`.

use serde_json::json;

use crate::support::{Client, TestServer, notes};

#[tokio::test]
async fn nothing_is_a_valid_change() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let before = superuser.get("/api/collections/notes").await;
    let after = superuser.update_collection("notes", json!({})).await;
    after.is(200);
    assert!(after.text("/updated") >= before.text("/updated"));
    for key in ["/created", "/fields", "/name", "/listRule", "/indexes"] {
        assert_eq!(after.at(key), before.at(key), "{key}");
    }
}

#[tokio::test]
async fn absent_keys_stay_and_null_is_a_rule() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    superuser.update_collection("c_notes", json!({"listRule": null})).await.is(200).has("/viewRule", "");
    server.guest().list("notes", &[]).await.is(403).message("Only superusers can perform this action.");
    superuser.update_collection("Notes", json!({"viewRule": "rank > 1"})).await.is(200).has("/listRule", json!(null));
}

#[tokio::test]
async fn what_cannot_change() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let answer = superuser.update_collection("notes", json!({"id": "other"})).await;
    answer.is(400).no_data().message_has("Failed to update collection. Raw error");
    let answer = superuser.update_collection("notes", json!({"system": true})).await;
    answer.is(400).codes(&[("system", "validation_collection_system_flag_change")]);
    let answer = superuser.update_collection("notes", json!({"type": "auth"})).await;
    answer.is(400).code("type", "validation_collection_type_change").says("type", "Collection type cannot be changed.");
    superuser.update_collection("notes", json!({"id": "c_notes", "type": "base", "system": false})).await.is(200);
}

#[tokio::test]
async fn unknown_collections_are_404() {
    let server = TestServer::start().await;
    server.superuser().update_collection("missing", json!({"name": "x"})).await.is(404).no_data();
}

#[tokio::test]
async fn what_cannot_be_read_changes_nothing() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    for text in ["{", "[]", r#"{"listRule":5}"#, r#"{"fields":[{"name":"a"}]}"#, r#"{"name":true}"#] {
        let request = superuser.request(reqwest::Method::PATCH, "/api/collections/notes");
        let answer = superuser.send(request.header("Content-Type", "application/json").body(text)).await;
        answer.is(400).no_data();
        assert!(answer.text("/message").starts_with("Failed to load the "), "{text} → {answer}");
    }
    superuser.get("/api/collections/notes").await.is(200).has("/listRule", "");
}

#[tokio::test]
async fn created_may_be_set_and_updated_not() {
    let server = TestServer::with(notes()).await;
    let body = json!({"created": "2001-01-01 00:00:00.000Z", "updated": "2001-01-01 00:00:00.000Z"});
    let answer = server.superuser().update_collection("notes", body).await;
    answer.is(200).has("/created", "2001-01-01 00:00:00.000Z");
    assert!(!answer.text("/updated").starts_with("2001"));
}

#[tokio::test]
async fn a_new_name_is_checked_like_the_first() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    for (name, code) in [
        ("", "validation_required"),
        ("a b", "validation_match_invalid"),
        ("users", "validation_collection_name_exists"),
        ("pbc_3142635823", "validation_collection_name_id_duplicate"),
        ("_params", "validation_collection_name_invalid"),
        ("_tb_x", "validation_collection_name_invalid"),
        ("a_via_b", "validation_found_via"),
    ] {
        let answer = superuser.update_collection("notes", json!({"name": name})).await;
        answer.is(400).message("Failed to update collection.").codes(&[("name", code)]);
    }
    superuser.update_collection("notes", json!({"name": "Notes"})).await.is(200).has("/name", "Notes");
}

#[tokio::test]
async fn a_change_is_seen_at_once() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    for rank in [0, 1, 2, 3] {
        superuser.update_collection("notes", json!({"listRule": format!("rank > {rank}")})).await.is(200);
        server.guest().list("notes", &[]).await.is(200).has("/totalItems", 3 - rank);
    }
}
