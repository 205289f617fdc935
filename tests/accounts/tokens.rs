//! What a token opens, and what ends it.

use jsonwebtoken::Algorithm;
use serde_json::json;

use super::{PASSWORD, add_user, sign_in};
use crate::support::{Claims, Client, TestServer, id, sign_with};

/// Whether a token signs its bearer in.
async fn opens(server: &TestServer, token: &str) -> bool {
    let answer = server.guest().with_token(token).post("/api/collections/users/auth-refresh", json!({})).await;
    assert!([200, 401].contains(&answer.status), "{answer}");
    answer.status == 200
}

/// A server with `ann` signed in, and her token.
async fn with_ann() -> (TestServer, String) {
    let server = TestServer::start().await;
    add_user(&server, "users", "ann").await;
    let token = sign_in(&server.guest(), "users", "ann@example.com", PASSWORD).await.text("/token").to_owned();
    assert!(opens(&server, &token).await);
    (server, token)
}

#[tokio::test]
async fn expired_forged_and_foreign_tokens_open_nothing() {
    let server = TestServer::start().await;
    add_user(&server, "users", "ann").await;
    let ann = server.user("users", &id("ann")).await;
    let claims = || Claims::auth("_pb_users_auth_", &id("ann"));
    let signed = |claims: &Claims| sign_with(Algorithm::HS256, &ann.key, claims);
    assert!(opens(&server, &signed(&claims())).await);
    for (why, token) in [
        ("expired", signed(&claims().expiring_in(-1))),
        ("another key", sign_with(Algorithm::HS256, &format!("{}x", ann.key), &claims())),
        ("another algorithm", sign_with(Algorithm::HS512, &ann.key, &claims())),
        ("a file token", signed(&claims().but("type", json!("file")))),
        ("a verification token", signed(&claims().but("type", json!("verification")))),
        ("a reset token", signed(&claims().but("type", json!("passwordReset")))),
        ("an e-mail token", signed(&claims().but("type", json!("emailChange")))),
        ("another record", signed(&claims().but("id", json!(id("bob"))))),
        ("another collection", signed(&claims().but("collectionId", json!("pbc_3142635823")))),
        ("no collection", signed(&claims().but("collectionId", json!("missing")))),
    ] {
        assert!(!opens(&server, &token).await, "{why}");
    }
}

#[tokio::test]
async fn a_new_password_ends_all_tokens_even_the_same_one() {
    let (server, token) = with_ann().await;
    let body = json!({"password": PASSWORD, "passwordConfirm": PASSWORD});
    server.superuser().update("users", &id("ann"), body).await.is(200);
    assert!(!opens(&server, &token).await);
}

#[tokio::test]
async fn a_new_address_ends_all_tokens() {
    let (server, token) = with_ann().await;
    server.superuser().update("users", &id("ann"), json!({"name": "Ann"})).await.is(200);
    assert!(opens(&server, &token).await, "other changes do not");
    server.superuser().update("users", &id("ann"), json!({"email": "new@example.com"})).await.is(200);
    assert!(!opens(&server, &token).await);
}

#[tokio::test]
async fn another_auth_rule_or_secret_ends_the_tokens_of_a_collection() {
    let (server, token) = with_ann().await;
    let superuser = server.superuser();
    superuser.update_collection("users", json!({"authRule": null})).await.is(200);
    superuser.update_collection("users", json!({"authRule": ""})).await.is(200);
    assert!(opens(&server, &token).await, "no rule and an empty one count as equal");
    superuser.update_collection("users", json!({"authRule": "id != ''"})).await.is(200);
    assert!(!opens(&server, &token).await);

    let token = sign_in(&server.guest(), "users", "ann@example.com", PASSWORD).await.text("/token").to_owned();
    superuser.update_collection("users", json!({"fileToken": {"secret": "f".repeat(50)}})).await.is(200);
    assert!(opens(&server, &token).await, "each kind has its own secret");
    superuser.update_collection("users", json!({"authToken": {"secret": "s".repeat(50)}})).await.is(200);
    assert!(!opens(&server, &token).await);
}

#[tokio::test]
async fn a_verified_address_ends_the_accounts_at_other_services_and_all_tokens() {
    let (server, token) = with_ann().await;
    let superuser = server.superuser();
    let row = json!({
        "collectionRef": "_pb_users_auth_", "recordRef": id("ann"), "provider": "github", "providerId": "7",
    });
    superuser.create("_externalAuths", row).await.is(200);
    superuser.update("users", &id("ann"), json!({"verified": true})).await.is(200);
    assert!(!opens(&server, &token).await);
    superuser.list("_externalAuths", &[]).await.is(200).has("/totalItems", 0);
}

#[tokio::test]
async fn a_deleted_record_has_no_tokens() {
    let (server, token) = with_ann().await;
    server.superuser().delete("users", &id("ann")).await.is(204);
    assert!(!opens(&server, &token).await);
}

#[tokio::test]
async fn a_file_token_is_for_whoever_is_signed_in_and_for_files_alone() {
    let (server, token) = with_ann().await;
    let path = "/api/files/token";
    server.guest().post(path, json!({})).await.is(401).no_data();
    server.guest().with_token("a.b.c").post(path, json!({})).await.is(401);
    let ann = server.guest().with_token(&token);
    let answer = ann.post(path, json!({})).await;
    let file_token = answer.is(200).text("/token").to_owned();
    assert_eq!(answer.json.as_object().unwrap().len(), 1);
    assert!(!opens(&server, &file_token).await);
    server.guest().with_token(&file_token).post(path, json!({})).await.is(401);
    server.superuser().post(path, json!({})).await.is(200);
}
