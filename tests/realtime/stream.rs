//! The stream itself: its first message, its headers, its end.

use serde_json::json;

use crate::support::{Client, Events, TestServer, id, notes};

#[tokio::test]
async fn the_first_message_is_the_client_s_id_byte_for_byte() {
    let server = TestServer::start().await;
    let events = Events::open(&server).await;
    let client = &events.client_id;
    assert_eq!(client.len(), 40);
    assert!(client.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert_eq!(events.greeting, format!("id:{client}\nevent:PB_CONNECT\ndata:{{\"clientId\":\"{client}\"}}"));
    assert_ne!(Events::open(&server).await.client_id, *client);
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store"),
        ("x-accel-buffering", "no"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(events.header(name), Some(value), "{name}");
    }
}

#[tokio::test]
async fn a_message_of_a_record_is_written_as_the_contract_says() {
    let server = TestServer::with(notes()).await;
    let mut events = Events::open(&server).await;
    events.subscribe(&server.guest(), &["notes/*"]).await.is(204);
    let made = server.guest().create("notes", json!({"title": "Dogwood \"<&>\"\nline"})).await;
    made.is(200);
    let record = server.guest().view("notes", &made.id(), &[]).await;
    let frame = events.frame().await.expect("a message");
    let [first, second, data] = frame.lines().collect::<Vec<_>>()[..] else { panic!("three lines: {frame}") };
    assert_eq!(first, format!("id:{}", events.client_id));
    assert_eq!(second, "event:notes/*");
    let record: serde_json::Value = record.at("").clone();
    let told: serde_json::Value = serde_json::from_str(data.strip_prefix("data:").expect("data")).expect("JSON");
    assert_eq!(told, json!({"record": record, "action": "create"}));
    assert!(data.ends_with(r#","action":"create"}"#));
}

#[tokio::test]
async fn a_head_request_gets_the_headers_and_no_client() {
    let server = TestServer::start().await;
    let head = server.guest().send(server.guest().request(reqwest::Method::HEAD, "/api/realtime")).await;
    head.is(200).has_header("content-type", "text/event-stream").has_header("cache-control", "no-store");
    assert!(head.body.is_empty());
}

#[tokio::test]
async fn nothing_is_compressed() {
    let server = TestServer::with(notes()).await;
    let request = server.guest().request(reqwest::Method::GET, "/api/realtime").header("Accept-Encoding", "gzip, br");
    let response = request.send().await.expect("a stream");
    assert_eq!(response.headers().get("content-encoding"), None);
}

#[tokio::test]
async fn a_server_that_stops_ends_its_streams_in_order() {
    let mut server = TestServer::with(notes()).await;
    let mut events = Events::open(&server).await;
    events.subscribe(&server.guest(), &["notes/*"]).await.is(204);
    server.guest().update("notes", &id("n1"), json!({"title": "last"})).await.is(200);
    assert_eq!(events.next().await.told("title"), "update last");
    let status = server.terminate_while_others_run().await;
    assert!(status.success());
    assert_eq!(events.frame().await, None);
}

#[tokio::test]
async fn a_client_that_left_is_unknown() {
    let server = TestServer::start().await;
    let events = Events::open(&server).await;
    let client = events.client_id.clone();
    events.subscribe(&server.guest(), &[]).await.is(204);
    drop(events);
    let body = json!({"clientId": client, "subscriptions": []});
    loop {
        let answer = server.guest().post("/api/realtime", body.clone()).await;
        if answer.status == 404 {
            answer.message("Missing or invalid client id.").no_data();
            break;
        }
        answer.is(204);
        tokio::task::yield_now().await;
    }
}
