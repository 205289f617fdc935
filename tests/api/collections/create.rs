//! `POST /api/collections`.

use serde_json::json;

use super::{field, field_names};
use crate::support::{Client, TestServer, id, run_command};

#[tokio::test]
async fn a_name_is_enough() {
    let server = TestServer::start().await;
    let answer = server.superuser().create_collection(json!({"name": "demo"})).await;
    answer.is(200).has("/type", "base").has("/system", false).has("/listRule", json!(null)).has("/indexes", json!([]));
    assert_eq!(field_names(&answer.json), "id");
    let id_field = field(&answer.json, "id");
    for (key, value) in [
        ("id", json!("text3208210256")),
        ("type", json!("text")),
        ("system", json!(true)),
        ("hidden", json!(false)),
        ("required", json!(true)),
        ("primaryKey", json!(true)),
        ("min", json!(15)),
        ("max", json!(15)),
        ("pattern", json!("^[a-z0-9]+$")),
        ("autogeneratePattern", json!("[a-z0-9]{15}")),
        ("presentable", json!(false)),
        ("help", json!("")),
    ] {
        assert_eq!(id_field[key], value, "{key}");
    }
    let stamp = regex::Regex::new(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z$").unwrap();
    assert!(stamp.is_match(answer.text("/created")) && stamp.is_match(answer.text("/updated")), "{answer}");
    server.superuser().list("demo", &[]).await.is(200).has("/totalItems", 0);
}

#[tokio::test]
async fn ids_are_the_checksum_of_type_and_name() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    for (kind, name) in [("base", "demo"), ("auth", "people")] {
        let answer = superuser.create_collection(json!({"type": kind, "name": name})).await;
        answer.is(200).has("/id", format!("pbc_{}", crc32(&format!("{kind}{name}"))));
    }
    // The same checksum again: a number is appended.
    superuser.update_collection("demo", json!({"name": "demo_old"})).await.is(200);
    let second = superuser.create_collection(json!({"name": "demo"})).await;
    second.is(200).has("/id", format!("pbc_{}2", crc32("basedemo")));
    superuser.update_collection("demo", json!({"name": "demo_old2"})).await.is(200);
    let third = superuser.create_collection(json!({"name": "demo"})).await;
    third.is(200).has("/id", format!("pbc_{}3", crc32("basedemo")));
}

#[tokio::test]
async fn field_ids_are_the_type_and_the_checksum_of_the_name() {
    let server = TestServer::start().await;
    let fields = json!([{"name": "title", "type": "text"}, {"name": "n", "type": "number", "id": "mine"}]);
    let answer = server.superuser().create_collection(json!({"name": "demo", "fields": fields})).await;
    answer.is(200);
    assert_eq!(field(&answer.json, "title")["id"], format!("text{}", crc32("title")));
    assert_eq!(field(&answer.json, "n")["id"], "mine");
}

fn crc32(text: &str) -> u32 {
    crc32fast::hash(text.as_bytes())
}

#[tokio::test]
async fn every_field_type_comes_back_with_all_its_options() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    superuser.create_collection(json!({"id": "c_target", "name": "target"})).await.is(200);
    let types = [
        ("text", json!({"min": 0, "max": 0, "pattern": "", "autogeneratePattern": "", "primaryKey": false})),
        ("editor", json!({"maxSize": 0, "convertURLs": false})),
        ("number", json!({"min": null, "max": null, "onlyInt": false})),
        ("bool", json!({})),
        ("email", json!({"exceptDomains": null, "onlyDomains": null})),
        ("url", json!({"exceptDomains": null, "onlyDomains": null})),
        ("date", json!({"min": "", "max": ""})),
        ("autodate", json!({"onCreate": true, "onUpdate": false})),
        ("select", json!({"values": ["a", "b"], "maxSelect": 0})),
        ("file", json!({"maxSize": 0, "maxSelect": 0, "mimeTypes": null, "thumbs": null, "protected": false})),
        ("relation", json!({"collectionId": "c_target", "cascadeDelete": false, "minSelect": 0, "maxSelect": 0})),
        ("json", json!({"maxSize": 0})),
        ("password", json!({"min": 0, "max": 0, "pattern": "", "cost": 0})),
        ("geoPoint", json!({})),
    ];
    let fields: Vec<_> = types
        .iter()
        .map(|(kind, _)| match *kind {
            "autodate" => json!({"name": kind, "type": kind, "onCreate": true}),
            "select" => json!({"name": kind, "type": kind, "values": ["a", "b"]}),
            "relation" => json!({"name": kind, "type": kind, "collectionId": "c_target"}),
            _ => json!({"name": kind, "type": kind}),
        })
        .collect();
    let answer = superuser.create_collection(json!({"name": "demo", "fields": fields})).await;
    answer.is(200);
    for (kind, options) in types {
        let mut expected = json!({
            "id": format!("{kind}{}", crc32(kind)), "name": kind, "type": kind, "system": false, "hidden": false,
            "presentable": false,
        });
        let map = expected.as_object_mut().unwrap();
        if kind != "autodate" {
            map.insert("help".to_owned(), json!(""));
            map.insert("required".to_owned(), json!(false));
        }
        map.extend(options.as_object().unwrap().clone());
        assert_eq!(field(&answer.json, kind), &expected, "{kind}");
    }
    let again = superuser.get("/api/collections/demo").await;
    assert_eq!(again.json["fields"], answer.json["fields"]);
}

#[tokio::test]
async fn an_auth_collection_is_merged_over_its_scaffold() {
    let server = TestServer::start().await;
    let answer = server
        .superuser()
        .create_collection(json!({
            "type": "auth", "name": "people", "emailChangeToken": {"duration": 123}, "mfa": {"duration": 60},
            "fields": [{"name": "nick", "type": "text"}],
        }))
        .await;
    answer.is(200).has("/emailChangeToken", json!({"duration": 123})).has("/authToken", json!({"duration": 432_000}));
    answer.has("/mfa", json!({"enabled": false, "duration": 60, "rule": ""}));
    assert_eq!(field_names(&answer.json), "id nick password tokenKey email emailVisibility verified");
    let collection_id = answer.id();
    answer.has("/indexes/0", format!("CREATE UNIQUE INDEX `idx_tokenKey_{collection_id}` ON `people` (`tokenKey`)"));
    answer.has(
        "/indexes/1",
        format!("CREATE UNIQUE INDEX `idx_email_{collection_id}` ON `people` (`email`) WHERE `email` != ''"),
    );
    let password = field(&answer.json, "password");
    assert_eq!(
        (&password["min"], &password["hidden"], &password["required"], &password["system"]),
        (&json!(8), &json!(true), &json!(true), &json!(true))
    );
    let key = field(&answer.json, "tokenKey");
    assert_eq!(
        (&key["min"], &key["max"], &key["autogeneratePattern"]),
        (&json!(30), &json!(60), &json!("[a-zA-Z0-9]{50}"))
    );
    assert_eq!(field(&answer.json, "email")["required"], true);
}

#[tokio::test]
async fn an_index_follows_the_final_id() {
    let server = TestServer::start().await;
    let answer =
        server.superuser().create_collection(json!({"type": "auth", "name": "people", "id": "my_people"})).await;
    answer.is(200).has("/id", "my_people");
    assert!(answer.text("/indexes/0").contains("`idx_tokenKey_my_people`"), "{answer}");
}

#[tokio::test]
async fn unknown_types_are_refused_and_an_empty_one_is_base() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let unknown = superuser.create_collection(json!({"type": "nothing", "name": "demo"})).await;
    unknown.is(400).codes(&[("type", "validation_in_invalid")]);
    superuser.create_collection(json!({"type": "", "name": "demo"})).await.is(200).has("/type", "base");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_without_codes() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let texts = [
        "{",
        "[]",
        "5",
        r#"{"name":5}"#,
        r#"{"name":"a","listRule":5}"#,
        r#"{"name":"a","fields":{}}"#,
        r#"{"name":"a","fields":[5]}"#,
        r#"{"name":"a","fields":[{"name":"x"}]}"#,
        r#"{"name":"a","fields":[{"name":"x","type":"nothing"}]}"#,
        r#"{"name":"a","indexes":"x"}"#,
        r#"{"name":"a","fields":[{"name":"x","type":"text","min":"x"}]}"#,
        r#"{"name":"a","fields":[{"name":"x","type":"text","min":1.5}]}"#,
        r#"{"name":"a","fields":[{"name":"x","type":"bool","required":"yes"}]}"#,
        r#"{"name":"a","type":"auth","authToken":5}"#,
        r#"{"name":"a","system":"no"}"#,
    ];
    for text in texts {
        let answer = superuser.post_text("/api/collections", "application/json", text).await;
        answer.is(400).no_data();
        assert!(answer.text("/message").starts_with("Failed to load the "), "{text} → {answer}");
    }
    superuser
        .post_text("/api/collections", "application/json", "")
        .await
        .is(400)
        .codes(&[("name", "validation_required")]);
    superuser.get("/api/collections").await.has("/totalItems", 6);
}

#[tokio::test]
async fn unknown_keys_and_given_dates_are_ignored() {
    let server = TestServer::start().await;
    let answer = server.superuser().create_collection(json!({
        "name": "demo", "created": "2001-01-01 00:00:00.000Z", "updated": "2001-01-01 00:00:00.000Z", "what": {"a": 1},
        "viewQuery": "select 1", "authRule": "x", "fields": [{"name": "a", "type": "text", "what": 5}],
    })).await;
    answer.is(200).lacks("/what").lacks("/viewQuery").lacks("/authRule");
    assert!(!answer.text("/created").starts_with("2001"), "{answer}");
    assert!(!answer.text("/updated").starts_with("2001"), "{answer}");
}

#[tokio::test]
async fn a_collection_with_every_type_holds_a_record_and_a_restart() {
    let mut server = TestServer::start().await;
    let superuser = server.superuser();
    superuser
        .create_collection(crate::support::collection("target", json!([{"name": "t", "type": "text"}])))
        .await
        .is(200);
    superuser.create("target", json!({"id": id("t1"), "t": "here"})).await.is(200);
    let fields = json!([
        {"name": "text", "type": "text"}, {"name": "editor", "type": "editor"}, {"name": "number", "type": "number"},
        {"name": "bool", "type": "bool"}, {"name": "email", "type": "email"}, {"name": "url", "type": "url"},
        {"name": "date", "type": "date"}, {"name": "created", "type": "autodate", "onCreate": true},
        {"name": "select", "type": "select", "values": ["a", "b"], "maxSelect": 2},
        {"name": "file", "type": "file"}, {"name": "rel", "type": "relation", "collectionId": "c_target"},
        {"name": "json", "type": "json"}, {"name": "password", "type": "password"}, {"name": "geo", "type": "geoPoint"},
    ]);
    superuser.create_collection(crate::support::collection("all", fields)).await.is(200);
    let made = superuser.create("all", json!({
        "text": "t", "editor": "<b>e</b>", "number": 1.5, "bool": true, "email": "a@b.co", "url": "https://a.co",
        "date": "2024-01-02", "select": ["a"], "rel": id("t1"), "json": {"b": 1, "a": [true]}, "password": "12345678",
        "geo": {"lon": 1, "lat": 2},
    })).await;
    made.is(200).has("/password", "").has("/file", "").has("/date", "2024-01-02 00:00:00.000Z");
    assert!(server.terminate().success());
    server.restart();
    let again = server.guest().view("all", &made.id(), &[]).await;
    assert_eq!(again.is(200).json, made.json);
    // Beside a running server the command line may write.
    let output = run_command(
        server.root(),
        &["superuser", "upsert", "x@example.com", "12345678", "--dir", server.dir().to_str().unwrap()],
    );
    assert!(output.status.success());
}
