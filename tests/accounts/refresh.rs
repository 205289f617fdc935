//! `POST /api/collections/{collection}/auth-refresh` for ordinary users.

use serde_json::json;

use super::{PASSWORD, add_user, cell, sign_in};
use crate::support::{Client, TestServer, id};

const PATH: &str = "/api/collections/users/auth-refresh";

#[tokio::test]
async fn guards_come_in_the_contracts_order() {
    let server = TestServer::start().await;
    let ann = add_user(&server, "users", "ann").await;
    let token = sign_in(&server.guest(), "users", "ann@example.com", PASSWORD).await.text("/token").to_owned();
    let (guest, ann_signed_in) = (server.guest(), server.guest().with_token(token));
    guest.post("/api/collections/missing/auth-refresh", json!({})).await.is(404);
    guest.post(PATH, json!({})).await.is(401).no_data();
    guest.with_token("a.b.c").post(PATH, json!({})).await.is(401);
    guest.post("/api/collections/_otps/auth-refresh", json!({})).await.is(401);
    ann_signed_in.post("/api/collections/_otps/auth-refresh", json!({})).await.is(403);
    ann_signed_in.post("/api/collections/_superusers/auth-refresh", json!({})).await.is(403);
    server.superuser().post(PATH, json!({})).await.is(403).no_data();
    ann_signed_in.post(PATH, json!({})).await.is(200).has("/record/id", ann);
}

#[tokio::test]
async fn neither_a_second_factor_nor_the_place_is_asked_for() {
    let server = TestServer::start().await;
    add_user(&server, "users", "ann").await;
    let token = sign_in(&server.guest(), "users", "ann@example.com", PASSWORD).await.text("/token").to_owned();
    let options = json!({"otp": {"enabled": true}, "mfa": {"enabled": true}});
    server.superuser().update_collection("users", options).await.is(200);
    let guest = server.guest();
    let request = guest.request(reqwest::Method::POST, PATH).header("Authorization", &token);
    let answer = guest.send(request.header("User-Agent", "elsewhere")).await;
    answer.is(200).has("/record/email", "ann@example.com");
    assert_eq!(cell(&server, "SELECT count(*) FROM _authOrigins").await, "1");
}

#[tokio::test]
async fn the_auth_rule_is_asked_again() {
    let server = TestServer::start().await;
    add_user(&server, "users", "ann").await;
    // A changed rule ends all tokens, so it stands before.
    let rule = json!({"authRule": "name != 'out' && @request.context != 'oauth2'"});
    server.superuser().update_collection("users", rule).await.is(200);
    let token = sign_in(&server.guest(), "users", "ann@example.com", PASSWORD).await.text("/token").to_owned();
    let ann = server.guest().with_token(token);
    ann.post(PATH, json!({})).await.is(200);
    server.superuser().update("users", &id("ann"), json!({"name": "out"})).await.is(200);
    ann.post(PATH, json!({})).await.is(403).no_data();
}
