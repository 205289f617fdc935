//! Clients that send or read a byte now and then, and many connections of one of them.

use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Client, TestServer, collection, id, notes, slow_connection};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dripping_uploads_hold_nobody_up() {
    let server = TestServer::with(notes()).await;
    server.superuser().create_collection(collection("docs", json!([{"name": "doc", "type": "file"}]))).await.is(200);
    let head = b"POST /api/collections/docs/records HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\n\r\n--x\r\nContent-Disposition: form-data; name=\"doc\"; filename=\"a.txt\"\r\n\r\n";
    let mut open: Vec<_> = (0..100).map(|_| slow_connection(server.url(), head)).collect();
    let guest = server.guest();
    for turn in 0..20 {
        for stream in &mut open {
            stream.write_all(b"x").ok();
        }
        let began = Instant::now();
        guest.create("notes", json!({"title": "meanwhile"})).await.is(200);
        guest.create_form("docs", crate::support::multipart(&[], &[("doc", "b.txt", b"quick")])).await.is(200);
        guest.view("notes", &id("n1"), &[]).await.is(200);
        assert!(began.elapsed() < Duration::from_secs(2), "turn {turn} took {:?}", began.elapsed());
    }
    drop(open);
    guest.list("docs", &[]).await.is(200).has("/totalItems", 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_that_do_not_read_hold_nobody_up() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    for _ in 0..40 {
        guest.create("notes", json!({"title": "x".repeat(5000)})).await.is(200);
    }
    let ask = "GET /api/collections/notes/records?perPage=1000 HTTP/1.1\r\nHost: x\r\n\r\n".repeat(20);
    let open: Vec<_> = (0..30).map(|_| slow_connection(server.url(), ask.as_bytes())).collect();
    for turn in 0..20 {
        let began = Instant::now();
        guest.create("notes", json!({"title": "meanwhile"})).await.is(200);
        guest.list("notes", &[("perPage", "5")]).await.is(200);
        let took = began.elapsed();
        assert!(took < Duration::from_secs(2), "turn {turn} took {took:?}");
    }
    drop(open);
}
