//! An id chosen by the caller that grants a role (Parse GHSA-8xq9-g7ch-35hg), and system fields set along.

use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::support::club::{Club, PASSWORD};
use crate::support::{Claims, Client, TestServer, blog, form, id, sign_with};

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

/// What nobody may set of an account, with the answer where it is not dropped in silence.
#[tokio::test]
async fn owners_set_nothing_along_with_their_name() {
    let mut club = Club::open().await;
    let mismatch = "validation_values_mismatch";
    let key = "t".repeat(50);
    let refused = [
        (json!({"verified": true}), "verified"),
        (json!({"verified": "true"}), "verified"),
        (json!({"email": "x@example.com"}), "email"),
        (json!({"email": "ann@example.com"}), "email"),
        (json!({"email": null}), "email"),
        (json!({"email": ""}), "email"),
    ];
    for (body, field) in &refused {
        let mut body = body.clone();
        body["name"] = json!("with more");
        club.cid.update("people", &id("cid"), body.clone()).await.is(400).codes(&[(field, mismatch)]);
        let payload = body.to_string();
        let sent = form(&[("@jsonPayload", &payload)]);
        club.cid.update_form("people", &id("cid"), sent).await.is(400).codes(&[(field, mismatch)]);
    }
    let dropped = [
        json!({"tokenKey": key, "pin": "0000"}),
        json!({"tokenKey+": "t", "tokenKey:autogenerate": "t", "+tokenKey": "t", "pin+": "0"}),
        json!({"password_hash": "x", "system": true, "superuser": true, "admin": true, "rowid": 1, "_rowid_": 1, "oid": 1}),
        json!({"collectionId": "pbc_3142635823", "collectionName": "_superusers", "expand": {"role": "admin"}}),
        json!({"created": "2001-01-01", "lastResetSentAt": "2001-01-01", "@request.auth.role": "admin", "auth": {"role": "admin"}}),
        json!({"verified ": true, "Verified": true, "VERIFIED": true, "verified+": 1, "email ": "x@example.com", "Email": "x"}),
    ];
    for body in &dropped {
        club.cid.update("people", &id("cid"), body.clone()).await.is(200).has("/collectionName", "people");
        let payload = body.to_string();
        club.cid.update_form("people", &id("cid"), form(&[("@jsonPayload", &payload)])).await.is(200);
        let mut new = body.clone();
        new["password"] = json!(PASSWORD);
        new["passwordConfirm"] = json!(PASSWORD);
        new["email"] = json!("new@example.com");
        let made = club.bob.create("people", new).await;
        made.is(200).has("/verified", false).has("/collectionName", "people").lacks("/pin");
        club.superuser.view("people", &made.id(), &[]).await.is(200).has("/pin", "").has("/email", "new@example.com");
        club.superuser.delete("people", &made.id()).await.is(204);
    }
    let cid = club.superuser.view("people", &id("cid"), &[]).await;
    cid.is(200).has("/verified", false).has("/email", "cid@example.com").has("/pin", "pin of cid").has("/role", "");
    // The token is still good: its key is the one that it was.
    club.cid.post("/api/collections/people/auth-refresh", json!({})).await.is(200);
    let database = club.server.stopped_database();
    assert_eq!(database.value("SELECT count(*) FROM people WHERE tokenKey LIKE 'ttt%'"), "0");
}

#[tokio::test]
async fn a_bulk_import_is_for_superusers_and_keeps_keys_its_own_way() {
    let club = Club::open().await;
    let rows = |email: &str| json!([{"email": email, "password": PASSWORD, "verified": true, "tokenKey": "t".repeat(50), "role": "admin"}]);
    for client in [&club.ann, &club.robot] {
        for collection in ["people", "robots", "_superusers", "_externalAuths"] {
            client.post(&format!("/api/collections/{collection}/import"), rows("new@example.com")).await.is(403);
        }
    }
    club.guest.post("/api/collections/people/import", rows("new@example.com")).await.is(401);
    club.superuser.list("people", &[]).await.is(200).has("/totalItems", 3);
    // Superusers may set what users may not, as with single records.
    club.superuser.post("/api/collections/people/import", rows("new@example.com")).await.is(200);
    let made = club.superuser.list("people", &[("filter", "email = 'new@example.com'")]).await;
    made.is(200).has("/items/0/verified", true).lacks("/items/0/tokenKey");
}
