//! `_superusers` through the records API.

use serde_json::json;

use crate::support::{Client, SUPERUSER_EMAIL, TestServer, blog, id};

#[tokio::test]
async fn others_are_refused_every_action() {
    let server = TestServer::with(blog()).await;
    let user = server.user("members", &id("ann")).await;
    let new = json!({"email": "x@example.com", "password": "1234567890", "passwordConfirm": "1234567890"});
    for client in [server.guest().with_token("none"), server.guest().with_token(user.token().unwrap())] {
        let record = server.superuser_id();
        client.list("_superusers", &[]).await.is(403).message("Only superusers can perform this action.");
        client.view("_superusers", record, &[]).await.is(403);
        client.create("_superusers", new.clone()).await.is(403);
        client.update("_superusers", record, json!({"email": "x@example.com"})).await.is(403);
        client.delete("_superusers", record).await.is(403);
        client.view("_superusers", "missing", &[]).await.is(403);
    }
}

#[tokio::test]
async fn superusers_manage_superusers() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let new =
        json!({"email": "x@example.com", "password": "1234567890", "passwordConfirm": "1234567890", "verified": false});
    let made = superuser.create("_superusers", new).await;
    made.is(200).has("/verified", true).lacks("/password").lacks("/tokenKey");
    let list = superuser.list("_superusers", &[("sort", "email")]).await;
    assert_eq!(list.is(200).column("email"), format!("{SUPERUSER_EMAIL} x@example.com"));
    superuser
        .update("_superusers", &made.id(), json!({"verified": false, "email": "y@example.com"}))
        .await
        .is(200)
        .has("/verified", true)
        .has("/email", "y@example.com");
    superuser.delete("_superusers", &made.id()).await.is(204);
}

#[tokio::test]
async fn the_last_superuser_stays() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let answer = superuser.delete("_superusers", server.superuser_id()).await;
    answer.is(400).message("You can't delete the only existing superuser.").no_data();
    superuser.remove("/api/collections/_superusers/truncate").await.is(400);
    superuser.list("_superusers", &[]).await.is(200).has("/totalItems", 1);
}

#[tokio::test]
async fn what_the_collection_must_be_is_forced() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let answer = superuser
        .update_collection(
            "_superusers",
            json!({
                "passwordAuth": {"enabled": false},
                "oauth2": {"enabled": true, "providers": [{"name": "google", "clientId": "a", "clientSecret": "b"}]},
            }),
        )
        .await;
    answer.is(200).has("/passwordAuth/enabled", true).has("/oauth2/enabled", false).has("/oauth2/providers", json!([]));
}

#[tokio::test]
async fn support_collections_are_their_owners() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let ann = server.user("members", &id("ann")).await;
    let bob = server.user("members", &id("bob")).await;
    let row = json!({"collectionRef": "c_members", "recordRef": id("ann")});
    let with = |more: serde_json::Value| {
        let mut row = row.clone();
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        row
    };
    let rows = [
        ("_mfas", with(json!({"method": "otp"})), 403),
        ("_otps", with(json!({"password": "12345678"})), 403),
        ("_authOrigins", with(json!({"fingerprint": "abc"})), 204),
        ("_externalAuths", with(json!({"provider": "google", "providerId": "1"})), 204),
    ];
    for (collection, body, deletion) in rows {
        let made = superuser.create(collection, body.clone()).await;
        made.is(200).lacks("/password_hash");
        assert_eq!(ann.list(collection, &[]).await.is(200).items().len(), 1, "{collection}");
        ann.view(collection, &made.id(), &[]).await.is(200);
        bob.list(collection, &[]).await.is(200).has("/totalItems", 0);
        bob.view(collection, &made.id(), &[]).await.is(404);
        server.guest().list(collection, &[]).await.is(200).has("/totalItems", 0);
        for client in [&ann, &bob] {
            client.create(collection, body.clone()).await.is(403);
            client.update(collection, &made.id(), json!({})).await.is(403);
        }
        bob.delete(collection, &made.id()).await.is(if deletion == 204 { 404 } else { 403 });
        ann.delete(collection, &made.id()).await.is(deletion);
    }
}

#[tokio::test]
async fn references_of_support_collections_are_checked() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let table = [
        (
            json!({}),
            vec![
                ("collectionRef", "validation_required"),
                ("recordRef", "validation_required"),
                ("fingerprint", "validation_required"),
            ],
        ),
        (
            json!({"collectionRef": "missing", "recordRef": id("ann"), "fingerprint": "a"}),
            vec![("collectionRef", "validation_invalid_collection_id"), ("recordRef", "validation_invalid_collection")],
        ),
        (
            json!({"collectionRef": "c_posts", "recordRef": id("p1"), "fingerprint": "a"}),
            vec![("collectionRef", "validation_invalid_collection_type")],
        ),
        (
            json!({"collectionRef": "c_members", "recordRef": "missing", "fingerprint": "a"}),
            vec![("recordRef", "validation_invalid_record")],
        ),
    ];
    for (body, codes) in table {
        superuser.create("_authOrigins", body).await.is(400).codes(&codes);
    }
    let unknown =
        json!({"collectionRef": "c_members", "recordRef": id("ann"), "provider": "nowhere", "providerId": "1"});
    superuser.create("_externalAuths", unknown).await.is(400).codes(&[("provider", "validation_in_invalid")]);
}

#[tokio::test]
async fn support_rows_go_with_their_record_and_with_its_password() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let row = json!({"collectionRef": "c_members", "recordRef": id("ann")});
    let add = async |collection: &str, key: &str, value: &str| {
        let mut row = row.clone();
        row[key] = json!(value);
        superuser.create(collection, row).await.is(200);
    };
    let count = async |collection: &str| superuser.list(collection, &[]).await.at("/totalItems").as_i64().unwrap();
    add("_mfas", "method", "otp").await;
    add("_otps", "password", "12345678").await;
    add("_authOrigins", "fingerprint", "f").await;
    superuser.update("members", &id("ann"), json!({"nick": "anna"})).await.is(200);
    assert_eq!((count("_mfas").await, count("_otps").await, count("_authOrigins").await), (1, 1, 1));
    superuser.update("members", &id("ann"), json!({"email": "anna@example.com"})).await.is(200);
    assert_eq!((count("_mfas").await, count("_otps").await, count("_authOrigins").await), (1, 0, 1));
    add("_otps", "password", "12345678").await;
    let change = json!({"password": "another-password", "passwordConfirm": "another-password"});
    superuser.update("members", &id("ann"), change).await.is(200);
    assert_eq!((count("_mfas").await, count("_otps").await, count("_authOrigins").await), (0, 0, 0));
    add("_mfas", "method", "otp").await;
    add("_authOrigins", "fingerprint", "f").await;
    superuser.delete("members", &id("ann")).await.is(204);
    assert_eq!((count("_mfas").await, count("_authOrigins").await), (0, 0));
}
