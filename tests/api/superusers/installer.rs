//! The set-up link of the first superuser.

use serde_json::json;

use crate::support::{Client, TestServer};

/// The token of the link that a fresh server prints.
fn link_token(server: &mut TestServer) -> String {
    let line = server.process().line_with("/_/#/pbinstall/");
    let rest = line.split("/_/#/pbinstall/").nth(1).unwrap();
    rest.chars().take_while(|character| character.is_alphanumeric() || "._-".contains(*character)).collect()
}

#[tokio::test]
async fn the_printed_link_creates_the_first_superuser_and_dies() {
    let mut server = TestServer::builder().empty().start().await;
    let token = link_token(&mut server);
    let installer = server.guest().with_token(token);
    let body = json!({"email": "me@example.com", "password": "1234567890", "passwordConfirm": "1234567890"});
    installer.create("_superusers", body.clone()).await.is(200).has("/email", "me@example.com");
    // The placeholder is gone, and its token with it.
    installer.get("/api/collections").await.is(401);
    let sign_in = json!({"identity": "me@example.com", "password": "1234567890"});
    let answer = server.guest().post("/api/collections/_superusers/auth-with-password", sign_in).await;
    answer.is(200);
    let list = server.guest().with_token(answer.text("/token")).list("_superusers", &[]).await;
    assert_eq!(list.is(200).column("email"), "me@example.com");
}

#[tokio::test]
async fn the_link_is_not_refreshable() {
    let mut server = TestServer::builder().empty().start().await;
    let token = link_token(&mut server);
    let answer =
        server.guest().with_token(token.clone()).post("/api/collections/_superusers/auth-refresh", json!({})).await;
    answer.is(200).has("/token", token);
}

#[tokio::test]
async fn a_server_with_a_superuser_prints_no_link() {
    let mut server = TestServer::start().await;
    server.guest().get("/api/health").await.is(200);
    assert!(!server.process().log().contains("pbinstall"));
}

#[tokio::test]
async fn guests_cannot_create_the_first_superuser() {
    let server = TestServer::builder().empty().start().await;
    let body = json!({"email": "me@example.com", "password": "1234567890", "passwordConfirm": "1234567890"});
    server.guest().create("_superusers", body).await.is(403).no_data();
}
