//! Floods: slow connections, and many at once.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Client, TestServer, id, notes, slow_connection};

/// How many sockets this machine lets a process have, less what is needed for everything else.
fn sockets() -> usize {
    let output = std::process::Command::new("sh").args(["-c", "ulimit -n"]).output().expect("sh runs");
    let limit = String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or(100_000_usize);
    limit.saturating_sub(200)
}

/// Some requests by others, each of which must be answered soon.
async fn others_are_served(server: &TestServer) {
    let guest = server.guest();
    for round in 0..10 {
        let began = Instant::now();
        guest.get("/api/health").await.is(200);
        guest.view("notes", &id("n1"), &[]).await.is(200);
        guest.create("notes", json!({"title": "meanwhile"})).await.is(200);
        let took = began.elapsed();
        assert!(took < Duration::from_secs(2), "round {round} took {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_slow_connections_delay_nobody() {
    let server = TestServer::with(notes()).await;
    let starts: [&[u8]; 5] = [
        b"",
        b"G",
        b"GET /api/health HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        b"POST /api/collections/notes/records HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
        b"POST /api/collections/notes/records HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"tit",
    ];
    let open: Vec<_> =
        (0..1000.min(sockets())).map(|n| slow_connection(server.url(), starts[n % starts.len()])).collect();
    others_are_served(&server).await;
    drop(open);
    others_are_served(&server).await;
    server.guest().list("notes", &[]).await.is(200).has("/totalItems", 23);
}

#[tokio::test]
async fn slow_connections_do_not_delay_stopping_for_long() {
    let mut server = TestServer::with(notes()).await;
    let open: Vec<_> =
        (0..50).map(|_| slow_connection(server.url(), b"GET /api/health HTTP/1.1\r\nHost: x\r\nX-Slow: ")).collect();
    others_are_served(&server).await;
    assert!(server.terminate().success());
    drop(open);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_at_once_are_all_answered() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let amount = 500.min(sockets());
    let answers =
        join_all((0..amount).map(|n| guest.create("notes", json!({"title": format!("t{n}"), "rank": n})))).await;
    for answer in &answers {
        answer.is(200);
    }
    let answers =
        join_all((0..amount).map(|_| guest.list("notes", &[("filter", "rank > 10"), ("perPage", "5")]))).await;
    for answer in &answers {
        answer.is(200);
    }
    guest.list("notes", &[]).await.is(200).has("/totalItems", amount + 3);
}

#[tokio::test]
async fn huge_heads_are_refused() {
    let server = TestServer::with(notes()).await;
    for head in [
        format!("GET /api/health HTTP/1.1\r\nHost: x\r\nX-Big: {}\r\n\r\n", "x".repeat(2 << 20)),
        format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(2 << 20)),
        format!("GET /api/health HTTP/1.1\r\nHost: x\r\n{}\r\n", "X-Many: 1\r\n".repeat(20_000)),
    ] {
        if let Some((status, _)) = crate::support::raw_request(server.url(), head.as_bytes()) {
            assert!((400..500).contains(&status), "{status}");
        }
    }
    others_are_served(&server).await;
}
