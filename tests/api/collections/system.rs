//! The collections that every server has.

use serde_json::json;

use super::{field, field_names};
use crate::support::{Client, TestServer};

const OWNER: &str =
    "@request.auth.id != '' && recordRef = @request.auth.id && collectionRef = @request.auth.collectionId";

#[tokio::test]
async fn support_collections_have_the_contracts_fields_rules_and_indexes() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let table = [
        (
            "_mfas",
            "id collectionRef recordRef method created updated",
            json!(null),
            vec!["idx_mfas_collectionRef_recordRef"],
        ),
        (
            "_otps",
            "id collectionRef recordRef password sentTo created updated",
            json!(null),
            vec!["idx_otps_collectionRef_recordRef"],
        ),
        (
            "_externalAuths",
            "id collectionRef recordRef provider providerId created updated",
            json!(OWNER),
            vec!["idx_externalAuths_record_provider", "idx_externalAuths_collection_provider"],
        ),
        (
            "_authOrigins",
            "id collectionRef recordRef fingerprint created updated",
            json!(OWNER),
            vec!["idx_authOrigins_unique_pairs"],
        ),
    ];
    for (name, fields, delete_rule, indexes) in table {
        let answer = superuser.get(&format!("/api/collections/{name}")).await;
        answer.is(200).has("/system", true).has("/type", "base").has("/listRule", OWNER).has("/viewRule", OWNER);
        answer.has("/createRule", json!(null)).has("/updateRule", json!(null)).has("/deleteRule", delete_rule);
        assert_eq!(field_names(&answer.json), fields, "{name}");
        for entry in answer.at("/fields").as_array().unwrap() {
            assert_eq!(entry["system"], true, "{name}: {entry}");
        }
        for (number, index) in indexes.iter().enumerate() {
            assert!(answer.text(&format!("/indexes/{number}")).contains(index), "{answer}");
        }
        assert_eq!(field(&answer.json, "created")["onUpdate"], false);
        assert_eq!(field(&answer.json, "updated")["onUpdate"], true);
    }
    let otps = superuser.get("/api/collections/_otps").await;
    assert_eq!(field(&otps.json, "password")["hidden"], true);
    assert_eq!(field(&otps.json, "password")["cost"], 8);
    assert_eq!(field(&otps.json, "sentTo")["hidden"], true);
}

#[tokio::test]
async fn fields_have_the_well_known_ids() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let users = superuser.get("/api/collections/users").await;
    for (name, id) in [
        ("id", "text3208210256"),
        ("password", "password901924565"),
        ("tokenKey", "text2504183744"),
        ("email", "email3885137012"),
        ("emailVisibility", "bool1547992806"),
        ("verified", "bool256245529"),
        ("created", "autodate2990389176"),
        ("updated", "autodate3332085495"),
        ("name", "text1579384326"),
        ("avatar", "file376926767"),
    ] {
        assert_eq!(field(&users.json, name)["id"], id);
    }
    let auths = superuser.get("/api/collections/_externalAuths").await;
    for (name, id) in [
        ("collectionRef", "text455797646"),
        ("recordRef", "text127846527"),
        ("provider", "text2462348188"),
        ("providerId", "text1044722854"),
    ] {
        assert_eq!(field(&auths.json, name)["id"], id);
    }
    let avatar = field(&users.json, "avatar");
    assert_eq!(avatar["mimeTypes"], json!(["image/jpeg", "image/png", "image/svg+xml", "image/gif", "image/webp"]));
    assert_eq!(field(&users.json, "name")["max"], 255);
}

#[tokio::test]
async fn names_and_system_fields_stay() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let answer = superuser.update_collection("_otps", json!({"name": "codes"})).await;
    answer.is(400).codes(&[("name", "validation_collection_system_name_change")]);
    answer.says("name", "System collection name cannot be changed.");
    let current = superuser.get("/api/collections/_mfas").await;
    let mut fields = current.at("/fields").as_array().unwrap().clone();
    fields.retain(|field| field["name"] != "method");
    let answer = superuser.update_collection("_mfas", json!({"fields": fields})).await;
    answer.is(400).codes(&[("fields", "validation_system_field_change")]);
    answer.says("fields", "System fields cannot be deleted or renamed.");
    // New fields beside them are welcome.
    let mut fields = current.at("/fields").as_array().unwrap().clone();
    fields.push(json!({"name": "note", "type": "text"}));
    superuser.update_collection("_mfas", json!({"fields": fields})).await.is(200);
}

#[tokio::test]
async fn system_fields_of_auth_collections_cannot_be_renamed() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let current = superuser.get("/api/collections/users").await;
    let mut fields = current.at("/fields").as_array().unwrap().clone();
    fields.iter_mut().find(|field| field["name"] == "email").unwrap()["name"] = json!("mail");
    superuser
        .update_collection("users", json!({"fields": fields}))
        .await
        .is(400)
        .codes(&[("fields", "validation_system_field_change")]);
}
