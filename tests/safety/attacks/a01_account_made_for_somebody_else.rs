//! Somebody makes an account with the address of another, and waits for them to come through another service
//! (PocketBase CVE-2024-38351 and CVE-2026-44166).

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::accounts::oauth2::provider::Provider;
use crate::accounts::oauth2::{PATH, ann, by_password, links, server_with, sign_in, sign_in_with};
use crate::support::{Client, TestServer, id};

#[tokio::test]
async fn an_account_that_was_made_for_somebody_else_loses_its_password_tokens_and_links() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    // The attacker makes it, signs in, and ties an account of their own to it.
    ann(&server, false).await;
    let attacker = server.guest().with_token(by_password(&server).await.text("/token"));
    provider.knows_proven("attacker", "attacker@example.com");
    sign_in(&attacker, "attacker").await.is(200).has("/record/id", id("ann"));

    // The owner of the address comes.
    provider.knows_proven("owner", "ann@example.com");
    let owner = sign_in(&server.guest(), "owner").await;
    owner.is(200).has("/record/id", id("ann")).has("/record/verified", true);

    assert_eq!(links(&server).await, [format!("{} oidc id-owner", id("ann"))]);
    by_password(&server).await.is(400);
    attacker.post("/api/collections/users/auth-refresh", json!({})).await.is(401);
    let elsewhere = sign_in(&server.guest(), "attacker").await;
    elsewhere.is(200).has("/meta/isNew", true);
    assert_ne!(elsewhere.text("/record/id"), id("ann"));
    server
        .guest()
        .with_token(owner.text("/token"))
        .post("/api/collections/users/auth-refresh", json!({}))
        .await
        .is(200);
}

#[tokio::test]
async fn an_account_with_the_address_of_another_stays_unverified_when_its_maker_comes_back() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    provider.knows_proven("attacker", "attacker@example.com");
    let data = json!({"createData": {"email": "ann@example.com"}});
    let made = sign_in_with(&server.guest(), "attacker", data).await;
    made.is(200).has("/record/email", "ann@example.com").has("/record/verified", false);
    sign_in(&server.guest(), "attacker").await.is(200).has("/record/verified", false);

    provider.knows_proven("owner", "ann@example.com");
    let owner = sign_in(&server.guest(), "owner").await;
    owner.is(200).has("/record/id", made.text("/record/id")).has("/record/verified", true);
    sign_in(&server.guest(), "attacker").await.is(200).has("/meta/isNew", true);
}

/// Reads from a connection until there is this text.
async fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut read = String::new();
    while !read.contains(text) {
        let mut part = [0; 4096];
        let length = stream.read(&mut part).await.expect("an answer");
        assert_ne!(length, 0, "no {text} in {read}");
        read.push_str(&String::from_utf8_lossy(&part[..length]));
    }
    read
}

/// Begins a sign-in with a token and keeps its body back, once the server has looked at the token.
async fn begin_slowly(server: &TestServer, token: &str, length: usize) -> TcpStream {
    let address = server.url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("the server accepts");
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("the server reads");
    read_until(&mut stream, "100 Continue").await;
    stream
}

#[tokio::test]
async fn a_request_that_waits_until_the_owner_has_come_links_nothing() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    ann(&server, false).await;
    provider.knows_proven("attacker", "attacker@example.com");
    provider.knows_proven("owner", "ann@example.com");
    let body = json!({"provider": "oidc", "code": "attacker", "codeVerifier": "v"}).to_string();
    let mut waiting = begin_slowly(&server, by_password(&server).await.text("/token"), body.len()).await;

    sign_in(&server.guest(), "owner").await.is(200).has("/record/id", id("ann")).has("/record/verified", true);
    waiting.write_all(body.as_bytes()).await.expect("the server reads");
    let answer = read_until(&mut waiting, "\"token\"").await;
    assert!(!answer.contains(&id("ann")), "{answer}");
    let of_ann: Vec<_> = links(&server).await.into_iter().filter(|link| link.starts_with(&id("ann"))).collect();
    assert_eq!(of_ann, [format!("{} oidc id-owner", id("ann"))]);
}
