//! Places of sign-in: `_authOrigins`.

use serde_json::json;

use super::{PASSWORD, add_user, cell, sql};
use crate::support::{Answer, Client, TestServer, id};

const PATH: &str = "/api/collections/users/auth-with-password";

/// Signs `ann` in with a browser that calls itself so.
async fn sign_in_with(server: &TestServer, collection: &str, identity: &str, agent: &str) -> Answer {
    let guest = server.guest();
    let path = PATH.replace("users", collection);
    let body = json!({"identity": identity, "password": PASSWORD});
    guest.send(guest.request(reqwest::Method::POST, &path).header("User-Agent", agent).json(&body)).await
}

/// A server whose collection `members` knows people by a name, without addresses.
async fn without_addresses() -> TestServer {
    let members = json!({
        "name": "members", "type": "auth",
        "fields": [{"name": "handle", "type": "text"}, {"name": "email", "type": "email", "required": false}],
        "indexes": ["CREATE UNIQUE INDEX idx_handle ON members (handle)"],
        "passwordAuth": {"enabled": true, "identityFields": ["handle"]},
    });
    let server = TestServer::with_collections([members]).await;
    let body = json!({"id": id("m1"), "handle": "uno", "password": PASSWORD, "passwordConfirm": PASSWORD});
    server.superuser().create("members", body).await.is(200);
    server
}

#[tokio::test]
async fn the_first_place_is_noted_in_silence() {
    let server = TestServer::start().await;
    add_user(&server, "users", "ann").await;
    sign_in_with(&server, "users", "ann@example.com", "test-browser").await.is(200);
    // The digest of `127.0.0.1test-browser`.
    let row = cell(&server, "SELECT collectionRef, recordRef, fingerprint FROM _authOrigins").await;
    assert_eq!(row, format!("_pb_users_auth_|{}|edd7f23d46a8c4e8615c75d5f8fae03e", id("ann")));
    let heard = "SELECT op FROM _tb_changes WHERE record = (SELECT id FROM _authOrigins)";
    assert_eq!(sql(&server, heard).await, ["create"]);
}

#[tokio::test]
async fn a_known_place_is_touched() {
    let server = TestServer::start().await;
    add_user(&server, "users", "ann").await;
    sign_in_with(&server, "users", "ann@example.com", "test-browser").await.is(200);
    let before = cell(&server, "SELECT id, created, updated FROM _authOrigins").await;
    sign_in_with(&server, "users", "ann@example.com", "test-browser").await.is(200);
    let after = cell(&server, "SELECT id, created, updated FROM _authOrigins").await;
    let parts = |row: &str| row.split('|').map(str::to_owned).collect::<Vec<_>>();
    let (before, after) = (parts(&before), parts(&after));
    assert_eq!(before[..2], after[..2]);
    assert!(before[2] < after[2], "{before:?} {after:?}");
}

#[tokio::test]
async fn the_newest_five_places_are_remembered() {
    let server = without_addresses().await;
    for number in 1..=7 {
        sign_in_with(&server, "members", "uno", &format!("browser {number}")).await.is(200);
        // Their order is that of their dates.
        let dated =
            format!("UPDATE _authOrigins SET created = '200{number}-01-01 00:00:00.000Z' WHERE created > '2020'");
        sql(&server, &dated).await;
    }
    let years = sql(&server, "SELECT substr(created, 1, 4) FROM _authOrigins ORDER BY created").await;
    assert_eq!(years, ["2003", "2004", "2005", "2006", "2007"]);
}

#[tokio::test]
async fn nothing_is_noted_where_alerts_are_off() {
    let server = TestServer::start().await;
    add_user(&server, "users", "ann").await;
    server.superuser().update_collection("users", json!({"authAlert": {"enabled": false}})).await.is(200);
    sign_in_with(&server, "users", "ann@example.com", "test-browser").await.is(200);
    assert_eq!(cell(&server, "SELECT count(*) FROM _authOrigins").await, "0");
}

#[tokio::test]
async fn a_new_password_forgets_all_places() {
    let server = TestServer::start().await;
    for short in ["ann", "bob"] {
        add_user(&server, "users", short).await;
        sign_in_with(&server, "users", &format!("{short}@example.com"), "test-browser").await.is(200);
    }
    let body = json!({"password": "another-password", "passwordConfirm": "another-password"});
    server.superuser().update("users", &id("ann"), body).await.is(200);
    assert_eq!(sql(&server, "SELECT recordRef FROM _authOrigins").await, [id("bob")]);
}

#[tokio::test]
async fn odd_names_of_browsers_do_not_hinder_a_sign_in() {
    let server = without_addresses().await;
    let long = "x".repeat(5_000);
    for agent in ["", "\u{e9}\u{4e2d}", "<script>{TOKEN}</script>", long.as_str()] {
        sign_in_with(&server, "members", "uno", agent).await.is(200);
    }
    assert_eq!(cell(&server, "SELECT count(*) FROM _authOrigins").await, "4");
}
