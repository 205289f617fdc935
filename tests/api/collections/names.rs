//! Names and ids of collections, and what they may be.

use serde_json::json;

use super::are_refused;
use crate::support::{Client, TestServer, notes};

#[tokio::test]
async fn names_that_are_refused() {
    let server = TestServer::with(notes()).await;
    let long = "x".repeat(256);
    let name = |name: &str| json!({"name": name});
    are_refused(
        &server.superuser(),
        &[
            (name(""), &[("name", "validation_required")]),
            (json!({}), &[("name", "validation_required")]),
            (name(&long), &[("name", "validation_length_out_of_range")]),
            (name("a b"), &[("name", "validation_match_invalid")]),
            (name("a-b"), &[("name", "validation_match_invalid")]),
            (name("é"), &[("name", "validation_match_invalid")]),
            (name("a\n"), &[("name", "validation_match_invalid")]),
            (name("a\u{0}"), &[("name", "validation_match_invalid")]),
            (name("a'; DROP TABLE notes; --"), &[("name", "validation_match_invalid")]),
            (name("a_via_b"), &[("name", "validation_found_via")]),
            (name("a_VIA_b"), &[("name", "validation_found_via")]),
            (name("notes"), &[("name", "validation_collection_name_exists")]),
            (name("NOTES"), &[("name", "validation_collection_name_exists")]),
            (name("_superusers"), &[("name", "validation_collection_name_exists")]),
            (name("c_notes"), &[("name", "validation_collection_name_id_duplicate")]),
            (name("pbc_3142635823"), &[("name", "validation_collection_name_id_duplicate")]),
            (name("_params"), &[("name", "validation_collection_name_invalid")]),
            (name("_collections"), &[("name", "validation_collection_name_invalid")]),
            (name("_migrations"), &[("name", "validation_collection_name_invalid")]),
            (name("_tb_changes"), &[("name", "validation_collection_name_invalid")]),
            (name("_tb_mine"), &[("name", "validation_collection_name_invalid")]),
            (name("_TB_mine"), &[("name", "validation_collection_name_invalid")]),
        ],
    )
    .await;
    server
        .superuser()
        .create_collection(name("NOTES"))
        .await
        .says("name", "Collection name must be unique (case insensitive).");
    server
        .superuser()
        .create_collection(name(&long))
        .await
        .says("name", "The length must be between 1 and 255.")
        .params("name", json!({"min": 1, "max": 255}));
}

#[tokio::test]
async fn names_of_the_engine_are_its_to_refuse() {
    let server = TestServer::start().await;
    let answer = server.superuser().create_collection(json!({"name": "sqlite_x"})).await;
    answer.is(400).no_data().message_has("Raw error").message_has("object name reserved for internal use: sqlite_x");
}

#[tokio::test]
async fn words_of_sql_digits_and_underscores_are_free() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    for name in
        ["select", "true", "null", "table", "1st", "42", "_mine", "Group", "rowid", "main", "x", &"y".repeat(255)]
    {
        let fields = json!([{"name": "order", "type": "text"}, {"name": "from", "type": "number"}, {"name": "1", "type": "bool"}]);
        let body = json!({"name": name, "fields": fields, "listRule": ""});
        superuser.create_collection(body).await.is(200).has("/name", name);
        let made = superuser.create(name, json!({"order": "by", "from": 2, "1": true})).await;
        made.is(200).has("/order", "by").has("/from", 2).has("/1", true);
        let list = server.guest().list(name, &[("filter", "order='by' && from=2"), ("sort", "-from,order")]).await;
        list.is(200).has("/totalItems", 1);
    }
}

#[tokio::test]
async fn ids_of_collections() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let with = |id: &str| json!({"name": "demo", "id": id});
    are_refused(
        &superuser,
        &[
            (with("a b"), &[("id", "validation_match_invalid")]),
            (with("é"), &[("id", "validation_match_invalid")]),
            (with(&"x".repeat(101)), &[("id", "validation_length_out_of_range")]),
            (with("c_notes"), &[("id", "validation_invalid_or_existing_id")]),
        ],
    )
    .await;
    superuser.create_collection(with("C_mine")).await.is(200).has("/id", "C_mine");
}

#[tokio::test]
async fn names_of_fields() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let named = |name: &str| json!({"name": "demo", "fields": [{"name": name, "type": "text"}]});
    let long = "x".repeat(101);
    // The `id` field comes first, so the sent one has index 1.
    let table = [
        ("", "validation_required"),
        (long.as_str(), "validation_length_out_of_range"),
        ("a b", "validation_match_invalid"),
        ("a.b", "validation_match_invalid"),
        ("a\"b", "validation_match_invalid"),
        ("a`b", "validation_match_invalid"),
        ("é", "validation_match_invalid"),
        ("null", "validation_not_in_invalid"),
        ("true", "validation_not_in_invalid"),
        ("false", "validation_not_in_invalid"),
        ("_rowid_", "validation_not_in_invalid"),
        ("collectionId", "validation_not_in_invalid"),
        ("collectionName", "validation_not_in_invalid"),
        ("expand", "validation_not_in_invalid"),
        ("a_via_b", "validation_found_via"),
    ];
    for (name, code) in table {
        let answer = superuser.create_collection(named(name)).await;
        assert_eq!(answer.status, 400, "{name}: {answer}");
        answer.codes(&[("fields.1.name", code)]);
    }
    for (number, name) in
        ["NULL", "Expand", "rowid", "oid", "_x", "1", "Select", &"x".repeat(100)].into_iter().enumerate()
    {
        let mut body = named(name);
        body["name"] = json!(format!("demo{number}"));
        superuser.create_collection(body).await.is(200);
        superuser.create(&format!("demo{number}"), json!({name: "v"})).await.is(200).has(&format!("/{name}"), "v");
    }
}

#[tokio::test]
async fn field_names_are_unique_in_any_case_and_a_repeated_id_replaces() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let twice = json!({"name": "demo", "fields": [{"name": "a", "type": "text"}, {"name": "A", "type": "number"}]});
    let answer = superuser.create_collection(twice).await;
    answer.is(400).codes(&[("fields.2.name", "validation_duplicated_field_name")]);
    let same_id = json!({"name": "demo", "fields": [{"id": "x", "name": "a", "type": "text"}, {"id": "x", "name": "b", "type": "text"}]});
    let answer = superuser.create_collection(same_id).await;
    assert_eq!(super::field_names(&answer.is(200).json), "id b");
}

#[tokio::test]
async fn reserved_names_of_auth_collections() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    for name in ["passwordConfirm", "oldPassword"] {
        let fields = json!([{"name": name, "type": "text"}]);
        let answer = superuser.create_collection(json!({"type": "auth", "name": "demo", "fields": fields})).await;
        answer.is(400).code("fields.1.name", "validation_reserved_field_name");
        superuser.create_collection(json!({"name": format!("base_{name}"), "fields": fields})).await.is(200);
    }
    // In a base collection the names of auth fields are free.
    let fields = json!([{"name": "email", "type": "number"}, {"name": "password", "type": "bool"}, {"name": "verified", "type": "text"}]);
    superuser.create_collection(json!({"name": "free", "fields": fields})).await.is(200);
    // In an auth collection a field of another type becomes the system field.
    let fields = json!([{"name": "email", "type": "number", "id": "mine"}]);
    let answer = superuser.create_collection(json!({"type": "auth", "name": "forced", "fields": fields})).await;
    let email = super::field(&answer.is(200).json, "email");
    assert_eq!((&email["type"], &email["system"], &email["id"]), (&json!("email"), &json!(true), &json!("mine")));
}
