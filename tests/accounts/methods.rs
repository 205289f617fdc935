//! `GET /api/collections/{collection}/auth-methods`.

use serde_json::json;

use crate::support::{Client, TestServer};

const PATH: &str = "/api/collections/users/auth-methods";

#[tokio::test]
async fn guests_are_told_what_is_offered() {
    let server = TestServer::start().await;
    let answer = server.guest().get(PATH).await;
    answer.is(200);
    let expected = json!({
        "password": {"enabled": true, "identityFields": ["email"]},
        "oauth2": {"enabled": false, "providers": []},
        "mfa": {"enabled": false, "duration": 0}, "otp": {"enabled": false, "duration": 0},
        "authProviders": null, "usernamePassword": false, "emailPassword": true,
    });
    assert_eq!(answer.json, expected);
    let options = json!({"otp": {"enabled": true}, "mfa": {"enabled": true, "duration": 700}});
    server.superuser().update_collection("users", options).await.is(200);
    let answer = server.guest().get(PATH).await;
    answer.is(200).has("/otp", json!({"enabled": true, "duration": 180}));
    answer.has("/mfa", json!({"enabled": true, "duration": 700}));
}

#[tokio::test]
async fn what_is_switched_off_tells_nothing() {
    let server = TestServer::start().await;
    let options = json!({"passwordAuth": {"enabled": false, "identityFields": ["email"]}});
    server.superuser().update_collection("users", options).await.is(200);
    let answer = server.guest().get(PATH).await;
    answer.is(200).has("/password", json!({"enabled": false, "identityFields": []})).has("/emailPassword", false);
}

#[tokio::test]
async fn fields_are_picked_and_other_collections_have_none() {
    let server = TestServer::start().await;
    let picked = server.guest().get(&format!("{PATH}?fields=mfa,otp,password,oauth2")).await;
    let mut keys: Vec<_> = picked.is(200).json.as_object().unwrap().keys().cloned().collect();
    keys.sort();
    assert_eq!(keys, ["mfa", "oauth2", "otp", "password"]);
    server.guest().get("/api/collections/_superusers/auth-methods").await.is(200);
    for name in ["missing", "_otps"] {
        server.guest().get(&format!("/api/collections/{name}/auth-methods")).await.is(404).no_data();
    }
}
