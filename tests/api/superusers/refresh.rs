//! `POST /api/collections/{collection}/auth-refresh`.

use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::support::{
    Claims, Client, SUPERUSER_EMAIL, SUPERUSER_PASSWORD, TestServer, blog, id, second_superuser, sign_with,
};

#[tokio::test]
async fn a_superuser_gets_a_new_token() {
    let server = TestServer::start().await;
    let guest = server.guest();
    let body = json!({"identity": SUPERUSER_EMAIL, "password": SUPERUSER_PASSWORD});
    let first = guest.post("/api/collections/_superusers/auth-with-password", body).await;
    let old = guest.with_token(first.text("/token"));
    let answer = old.post("/api/collections/_superusers/auth-refresh", json!({})).await;
    answer.is(200).has("/record/email", SUPERUSER_EMAIL);
    guest.with_token(answer.text("/token")).get("/api/collections").await.is(200);
    // A refresh revokes nothing.
    old.get("/api/collections").await.is(200);
}

#[tokio::test]
async fn no_token_or_a_bad_one_is_401_and_another_collection_403() {
    let server = TestServer::with(blog()).await;
    let path = "/api/collections/_superusers/auth-refresh";
    let guest = server.guest();
    guest.post(path, json!({})).await.is(401).no_data();
    guest.with_token("nonsense").post(path, json!({})).await.is(401).no_data();
    let user = server.user("members", &id("ann")).await;
    user.post(path, json!({})).await.is(403).no_data();
    server.superuser().post("/api/collections/members/auth-refresh", json!({})).await.is(403).no_data();
    server.superuser().post("/api/collections/missing/auth-refresh", json!({})).await.is(404).no_data();
}

#[tokio::test]
async fn a_token_that_is_not_refreshable_stays_the_same() {
    let server = TestServer::start().await;
    let user = second_superuser(&server.superuser()).await;
    let path = "/api/collections/_superusers/auth-refresh";
    for claims in [
        Claims::auth(&user.collection_id, &user.id).but("refreshable", json!(false)),
        Claims::auth(&user.collection_id, &user.id).but("refreshable", json!(null)),
    ] {
        let token = sign_with(Algorithm::HS256, &user.key, &claims);
        let answer = user.with_token(token.clone()).post(path, json!({})).await;
        answer.is(200).has("/token", token).has("/record/email", "second@example.com");
    }
    let claims = Claims::auth(&user.collection_id, &user.id).expiring_in(60);
    let refreshable = sign_with(Algorithm::HS256, &user.key, &claims);
    let answer = user.with_token(refreshable.clone()).post(path, json!({})).await;
    answer.is(200).lacks("/record/tokenKey").lacks("/record/password");
    assert_ne!(answer.text("/token"), refreshable);
    user.with_token(answer.text("/token")).get("/api/collections").await.is(200);
}
