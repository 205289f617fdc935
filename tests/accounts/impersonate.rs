//! `POST /api/collections/{collection}/impersonate/{id}`.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};

use super::{PASSWORD, add_user, cell, sign_in};
use crate::support::{Client, TestServer, form, id};

fn path(collection: &str, record: &str) -> String {
    format!("/api/collections/{collection}/impersonate/{record}")
}

fn payload(token: &str) -> Json {
    let part = token.split('.').nth(1).expect("a payload");
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON")
}

/// How long a token is good from now, in seconds.
fn life(token: &str) -> i64 {
    payload(token)["exp"].as_i64().expect("a number").saturating_sub(chrono::Utc::now().timestamp())
}

#[tokio::test]
async fn superusers_alone_may_ask() {
    let server = TestServer::start().await;
    let ann = add_user(&server, "users", "ann").await;
    let token = sign_in(&server.guest(), "users", "ann@example.com", PASSWORD).await.text("/token").to_owned();
    for path in [path("users", &ann), path("missing", &ann), path("users", "missing")] {
        server.guest().post(&path, json!({})).await.is(401).no_data();
        server.guest().with_token(&token).post(&path, json!({})).await.is(403).no_data();
    }
    for path in [path("missing", &ann), path("users", "missing"), path("_otps", &ann)] {
        server.superuser().post(&path, json!({"duration": -1})).await.is(404).no_data();
        server.superuser().post_text(&path, "application/json", "{").await.is(404).no_data();
    }
}

#[tokio::test]
async fn the_token_is_the_records_own_and_cannot_be_prolonged() {
    let server = TestServer::start().await;
    let ann = add_user(&server, "users", "ann").await;
    let answer = server.superuser().post(&path("users", &ann), json!({"duration": 100})).await;
    answer.is(200).has("/record/id", ann.as_str()).has("/record/email", "ann@example.com").lacks("/meta");
    answer.lacks("/record/tokenKey");
    let token = answer.text("/token").to_owned();
    assert_eq!(payload(&token)["refreshable"], false);
    assert_eq!(payload(&token)["type"], "auth");
    assert!((90..=100).contains(&life(&token)), "{}", life(&token));
    let signed_in = server.guest().with_token(&token);
    signed_in.view("users", &ann, &[]).await.is(200);
    signed_in.post("/api/collections/users/auth-refresh", json!({})).await.is(200).has("/token", token.as_str());
}

#[tokio::test]
async fn the_duration_is_checked_and_has_no_upper_bound() {
    let server = TestServer::start().await;
    let ann = add_user(&server, "users", "ann").await;
    let (superuser, path) = (server.superuser(), path("users", &ann));
    let negative = superuser.post(&path, json!({"duration": -1})).await;
    negative.is(400).codes(&[("duration", "validation_min_greater_equal_than_required")]);
    negative.params("duration", json!({"threshold": 0}));
    for wrong in [json!("5"), json!(1.5), json!([]), json!(u64::MAX), json!(1e300)] {
        superuser.post(&path, json!({"duration": wrong})).await.is(400).no_data();
    }
    superuser.post_text(&path, "application/json", "{").await.is(400).no_data();
    for usual in [json!({}), json!({"duration": 0}), json!({"duration": null})] {
        let answer = superuser.post(&path, usual).await;
        assert!((431_900..=432_000).contains(&life(answer.is(200).text("/token"))));
    }
    let bare = superuser.send(superuser.request(reqwest::Method::POST, &path)).await;
    bare.is(200);
    let sent = superuser.request(reqwest::Method::POST, &path).multipart(form(&[("duration", "60")]));
    assert!(life(superuser.send(sent).await.is(200).text("/token")) <= 60);
    for long in [10_000_000_000_i64, i64::MAX] {
        let token = superuser.post(&path, json!({"duration": long})).await.is(200).text("/token").to_owned();
        server.guest().with_token(token).view("users", &ann, &[]).await.is(200);
    }
}

#[tokio::test]
async fn nothing_that_a_sign_in_asks_for_is_asked() {
    let server = TestServer::start().await;
    let ann = add_user(&server, "users", "ann").await;
    let options = json!({"authRule": null, "otp": {"enabled": true}, "mfa": {"enabled": true}});
    server.superuser().update_collection("users", options).await.is(200);
    server.superuser().post(&path("users", &ann), json!({})).await.is(200);
    let support = "SELECT (SELECT count(*) FROM _mfas), (SELECT count(*) FROM _authOrigins)";
    assert_eq!(cell(&server, support).await, "0|0");
    let answer = server.superuser().post(&path("_superusers", server.superuser_id()), json!({"duration": 60})).await;
    let key = server.guest().with_token(answer.is(200).text("/token"));
    key.get("/api/collections").await.is(200);
}

#[tokio::test]
async fn a_new_key_of_the_record_ends_the_token() {
    let server = TestServer::start().await;
    let ann = add_user(&server, "users", "ann").await;
    let token = server.superuser().post(&path("users", &ann), json!({})).await.text("/token").to_owned();
    let key = json!({"tokenKey": "k".repeat(50)});
    server.superuser().update("users", &id("ann"), key).await.is(200);
    server.guest().with_token(token).view("users", &ann, &[]).await.is(404);
}
