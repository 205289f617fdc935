//! A picture's address that leads into the house, however it is written (Directus CVE-2026-35409), used as a probe
//! (attack 29: Appwrite 2.6.2, PocketBase 0.36.9). What a redirect or a name leads to is tested where pictures are
//! fetched, since here no address outside can be had.

use serde_json::{Value as Json, json};
use tokio::net::TcpListener;

use crate::accounts::oauth2::provider::Provider;
use crate::accounts::oauth2::{alter, server_with, sign_in};
use crate::support::TestServer;

/// Whether nobody knocked.
async fn is_quiet(door: &TcpListener) -> bool {
    tokio::select! {
        biased;
        _ = door.accept() => false,
        () = std::future::ready(()) => true,
    }
}

async fn house() -> (Provider, TestServer) {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    alter(&server, json!({"oauth2": {"mappedFields": {"avatarURL": "avatar"}}})).await;
    (provider, server)
}

fn user(number: usize, picture: &str) -> Json {
    json!({
        "sub": format!("u-{number}"), "email": format!("{number}@example.com"), "email_verified": true,
        "picture": picture,
    })
}

#[tokio::test]
async fn no_picture_is_fetched_from_the_house_and_nobody_learns_what_is_there() {
    let (provider, server) = house().await;
    let door = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = door.local_addr().expect("an address").port();
    for (number, host) in [
        "127.0.0.1",
        "127.0.0.1.",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "0.0.0.0",
        "0",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "user:password@127.0.0.1",
        "1.1.1.1@127.0.0.1",
        "\u{2460}27.0.0.1",
    ]
    .into_iter()
    .enumerate()
    {
        provider.knows("code", user(number, &format!("http://{host}:{port}/me.png")));
        let answer = sign_in(&server.guest(), "code").await;
        answer.is(200).has("/meta/isNew", true).has("/record/avatar", "");
        assert!(is_quiet(&door).await, "{host}");
    }
}

#[tokio::test]
async fn a_door_that_is_shut_looks_like_one_that_is_open() {
    let (provider, server) = house().await;
    let open = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let shut = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addresses = [&open, &shut].map(|door| door.local_addr().expect("an address"));
    drop(shut);
    let mut told = Vec::new();
    for (number, address) in addresses.iter().enumerate() {
        provider.knows("code", user(number, &format!("http://{address}/")));
        let answer = sign_in(&server.guest(), "code").await;
        told.push((answer.status, answer.at("/record/avatar").clone(), answer.at("/meta/isNew").clone()));
    }
    assert_eq!(told[0], told[1]);
    assert!(is_quiet(&open).await);
}

#[tokio::test]
async fn only_addresses_of_the_web_are_fetched() {
    let (provider, server) = house().await;
    for (number, picture) in
        ["file:///etc/passwd", "ftp://127.0.0.1/a", "data:image/png;base64,AAAA", "gopher://x", "//x", "x", "http://"]
            .into_iter()
            .enumerate()
    {
        provider.knows("code", user(number, picture));
        sign_in(&server.guest(), "code").await.is(200).has("/meta/isNew", true).has("/record/avatar", "");
    }
}
