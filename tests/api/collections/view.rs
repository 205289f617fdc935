//! `GET /api/collections/{collection}`.

use serde_json::json;

use super::field_names;
use crate::support::{Client, TestServer, notes};

#[tokio::test]
async fn a_collection_is_found_by_id_and_by_name_in_any_case() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    for name in ["notes", "NOTES", "Notes", "c_notes"] {
        superuser.get(&format!("/api/collections/{name}")).await.is(200).has("/id", "c_notes");
    }
    for name in ["C_NOTES", "missing", "no%20tes", "notes%00", "notes'", "%ff", "notes%2f"] {
        superuser.get(&format!("/api/collections/{name}")).await.is(404).no_data();
    }
}

#[tokio::test]
async fn a_base_collection_shows_its_keys_and_no_others() {
    let server = TestServer::with(notes()).await;
    let answer = server.superuser().get("/api/collections/notes").await;
    let keys: Vec<_> = answer.is(200).json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "created",
            "createRule",
            "deleteRule",
            "fields",
            "id",
            "indexes",
            "listRule",
            "name",
            "system",
            "type",
            "updateRule",
            "updated",
            "viewRule",
        ]
        .iter()
        .copied()
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect::<Vec<_>>()
    );
    answer.has("/type", "base").has("/system", false).has("/indexes", json!([]));
    assert_eq!(field_names(&answer.json), "id title secret rank done");
}

#[tokio::test]
async fn an_auth_collection_shows_its_options() {
    let server = TestServer::start().await;
    let answer = server.superuser().get("/api/collections/users").await;
    answer.is(200).has("/type", "auth").has("/authRule", "").has("/manageRule", json!(null));
    answer.has("/authToken", json!({"duration": 432_000})).has("/passwordResetToken", json!({"duration": 1800}));
    answer.has("/emailChangeToken", json!({"duration": 1800})).has("/verificationToken", json!({"duration": 86_400}));
    answer.has("/fileToken", json!({"duration": 180}));
    answer.has("/passwordAuth", json!({"enabled": true, "identityFields": ["email"]}));
    answer.has("/mfa", json!({"enabled": false, "duration": 600, "rule": ""}));
    answer.has("/otp/enabled", false).has("/otp/duration", 180).has("/otp/length", 8);
    answer.has("/oauth2/enabled", false).has("/oauth2/providers", json!([]));
    answer.has("/oauth2/mappedFields", json!({"id": "", "name": "name", "username": "", "avatarURL": "avatar"}));
    answer.has("/authAlert/enabled", true);
    for template in [
        "/otp/emailTemplate",
        "/authAlert/emailTemplate",
        "/verificationTemplate",
        "/resetPasswordTemplate",
        "/confirmEmailChangeTemplate",
    ] {
        assert!(!answer.text(&format!("{template}/subject")).is_empty(), "{template}");
        assert!(!answer.text(&format!("{template}/body")).is_empty(), "{template}");
    }
    answer.has("/createRule", "").has("/listRule", "id = @request.auth.id").has("/deleteRule", "id = @request.auth.id");
    assert_eq!(
        field_names(&answer.json),
        "id password tokenKey email emailVisibility verified name avatar created updated"
    );
    let superusers = server.superuser().get("/api/collections/_superusers").await;
    superusers
        .is(200)
        .has("/authToken", json!({"duration": 86_400}))
        .has("/system", true)
        .has("/listRule", json!(null));
}

#[tokio::test]
async fn fields_picks_keys() {
    let server = TestServer::with(notes()).await;
    let answer = server.superuser().get("/api/collections/notes?fields=name,fields.name").await;
    answer.is(200);
    assert_eq!(answer.json["name"], "notes");
    assert_eq!(answer.json["fields"][0], json!({"name": "id"}));
    assert_eq!(answer.json.as_object().unwrap().len(), 2);
}
