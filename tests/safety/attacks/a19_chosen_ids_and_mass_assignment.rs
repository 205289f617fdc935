//! An id chosen by the caller that grants a role (Parse GHSA-8xq9-g7ch-35hg), and system fields set along.

use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::support::{Claims, Client, TestServer, blog, id, sign_with};

#[tokio::test]
async fn an_id_of_another_auth_collection_is_refused() {
    let server = TestServer::with(blog()).await;
    let body =
        |id: &str| json!({"id": id, "email": "x@example.com", "password": "12345678", "passwordConfirm": "12345678"});
    let answer = server.guest().create("users", body(server.superuser_id())).await;
    answer.is(400).codes(&[("id", "validation_invalid_auth_id")]);
    server.guest().create("users", body(&id("ann"))).await.is(400).codes(&[("id", "validation_invalid_auth_id")]);
    server
        .superuser()
        .create("_superusers", body(&id("ann")))
        .await
        .is(400)
        .codes(&[("id", "validation_invalid_auth_id")]);
}

#[tokio::test]
async fn a_users_token_is_no_superusers() {
    let server = TestServer::with(blog()).await;
    let user = server.user("members", &id("ann")).await;
    for claims in [
        Claims::auth("pbc_3142635823", &user.id),
        Claims::auth("_superusers", &user.id),
        Claims::auth(&user.collection_id, server.superuser_id()),
        Claims::auth(&user.collection_id, &user.id)
            .but("superuser", json!(true))
            .but("collectionName", json!("_superusers")),
        Claims::auth(&user.collection_id, &user.id).but("type", json!("admin")),
    ] {
        let answer = user.with_token(sign_with(Algorithm::HS256, &user.key, &claims)).get("/api/collections").await;
        assert!([401, 403].contains(&answer.status), "{answer}");
        answer.is_refused();
    }
}

#[tokio::test]
async fn system_fields_cannot_be_set_along() {
    let mut server = TestServer::with(blog()).await;
    let guest = server.guest();
    let made = guest.create("members", json!({
        "email": "x@example.com", "password": "12345678", "passwordConfirm": "12345678", "tokenKey": "t".repeat(50), "tokenKey:autogenerate": "t",
        "collectionId": "pbc_3142635823", "collectionName": "_superusers", "system": true, "superuser": true, "admin": true, "rowid": 1,
        "password_hash": "x", "created": "2001-01-01", "expand": {"roles": ["admin"]},
    })).await;
    made.is(200).has("/collectionName", "members");
    for body in [json!({"verified": true}), json!({"verified+": 1}), json!({"verified": "1"}), json!({"verified": 1})] {
        guest.update("members", &made.id(), body).await.is_no_failure();
        guest.view("members", &made.id(), &[]).await.is(200).has("/verified", false);
    }
    for body in [json!({"tokenKey": "t".repeat(50)}), json!({"tokenKey+": "t"})] {
        guest.update("members", &made.id(), body).await.is(200);
    }
    let key = server.stopped_database().value(&format!("SELECT tokenKey FROM members WHERE id = '{}'", made.id()));
    assert!(key.len() == 50 && !key.starts_with("ttt"), "{key}");
}
