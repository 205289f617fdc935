//! Order, slow clients, many topics.

use std::io::Read;

use serde_json::json;

use crate::support::{Client, Events, TestServer, collection, id, notes, slow_connection};

#[tokio::test]
async fn every_client_hears_everything_in_the_order_of_the_feed() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let mut streams = [Events::open(&server).await, Events::open(&server).await];
    for events in &streams {
        events.subscribe(&guest, &["notes/*"]).await.is(204);
    }
    let writes = (0..100).map(|_| guest.update("notes", "n10000000000000", json!({"rank+": 1})));
    futures_util::future::join_all(writes).await.iter().for_each(|answer| _ = answer.is(200));
    for events in &mut streams {
        for rank in 2..=101 {
            assert_eq!(events.next().await.data["record"]["rank"], json!(rank));
        }
    }
}

#[tokio::test]
async fn a_client_that_never_reads_is_disconnected_and_holds_nobody_up() {
    let server = TestServer::with(notes()).await;
    let fields = json!([{"name": "text", "type": "text", "max": 2_000_000}]);
    server.superuser().create_collection(collection("pages", fields)).await.is(200);
    let guest = server.guest();
    let mut slow = slow_connection(server.url(), b"GET /api/realtime HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut head = Vec::new();
    while !head.ends_with(b"\"}\n\n\r\n") {
        let mut byte = [0];
        slow.read_exact(&mut byte).expect("a first message");
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).expect("text");
    let client = head.split("\nid:").nth(1).and_then(|rest| rest.lines().next()).expect("an id").trim().to_owned();
    guest.post("/api/realtime", json!({"clientId": client, "subscriptions": ["pages/*"]})).await.is(204);
    let mut events = Events::open(&server).await;
    events.subscribe(&guest, &["pages/*"]).await.is(204);
    let text = "x".repeat(1_000_000);
    let same = json!({"clientId": client, "subscriptions": ["pages/*"]});
    for round in 0..40 {
        guest.create("pages", json!({"text": text})).await.is(200);
        assert_eq!(events.next().await.data["action"], "create");
        // While it is still there, and has read nothing, neither the writer nor the other waits for it.
        if round == 2 {
            guest.post("/api/realtime", same.clone()).await.is(204);
        }
    }
    let unknown = guest.post("/api/realtime", json!({"clientId": client, "subscriptions": []})).await;
    unknown.is(404);
    // Its connection is cut, not left to linger: the rest of what the system holds for it ends.
    let mut rest = vec![0; 1 << 20];
    while slow.read(&mut rest).is_ok_and(|read| read > 0) {}
}

#[tokio::test]
async fn ten_thousand_subscriptions_are_refused_and_a_thousand_work() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let mut events = Events::open(&server).await;
    let topics: Vec<String> = (0..10_000).map(|number| format!("notes/*?{number}")).collect();
    let body = |topics: &[String]| json!({"clientId": events.client_id, "subscriptions": topics});
    let refused = guest.post("/api/realtime", body(&topics)).await;
    refused.is(400).code("subscriptions", "validation_length_too_long");
    guest.post("/api/realtime", body(&topics[..1000])).await.is(204);
    // More than may wait for a client at once would be too much for one that does not read; 200 are not.
    guest.post("/api/realtime", body(&topics[..200])).await.is(204);
    guest.update("notes", &id("n1"), json!({"title": "many"})).await.is(200);
    let mut heard = std::collections::HashSet::new();
    for _ in 0..200 {
        heard.insert(events.next().await.topic);
    }
    assert_eq!(heard.len(), 200);
}

#[tokio::test]
async fn another_process_s_writes_are_told_too() {
    let server = TestServer::with(notes()).await;
    let mut events = Events::open(&server).await;
    events.subscribe(&server.guest(), &["notes/*"]).await.is(204);
    let file = server.root().join("more.csv");
    std::fs::write(&file, "title\nElm\n").expect("written");
    let done = server.run(&["import", "csv", file.to_str().expect("a path"), "--collection", "notes"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(events.next().await.told("title"), "create Elm");
}
