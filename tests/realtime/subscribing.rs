//! `POST /api/realtime`: what is refused, and that each call replaces the one before.

use serde_json::{Value as Json, json};

use crate::support::{Client, Events, TestServer, blog, form, id, notes};

const WRONG: &str = "Something went wrong while processing your request.";

#[tokio::test]
async fn what_cannot_be_accepted_is_refused_in_the_contract_s_order() {
    let server = TestServer::start().await;
    let guest = server.guest();
    let events = Events::open(&server).await;
    let client = &events.client_id;
    let many: Vec<String> = (0..1001).map(|number| format!("t{number}")).collect();
    let long = ["x".repeat(2501)];
    let refused = [
        (json!({}), "clientId", "validation_required"),
        (json!({"clientId": "x".repeat(256)}), "clientId", "validation_length_out_of_range"),
        (json!({"clientId": client, "subscriptions": many}), "subscriptions", "validation_length_too_long"),
        (json!({"clientId": client, "subscriptions": ["a", long[0]]}), "subscriptions.1", "validation_length_too_long"),
        (json!({"clientId": "unknown", "subscriptions": long}), "subscriptions.0", "validation_length_too_long"),
    ];
    for (body, field, code) in refused {
        guest.post("/api/realtime", body).await.is(400).message(WRONG).code(field, code);
    }
    guest.post_text("/api/realtime", "application/json", "{").await.is(400).message(WRONG).no_data();
    guest.post_text("/api/realtime", "text/csv", "a").await.is(400).message(WRONG).no_data();
    let unknown = guest.post("/api/realtime", json!({"clientId": "unknown"})).await;
    unknown.is(404).message("Missing or invalid client id.").no_data();
    for none in [json!(null), json!([]), json!([""])] {
        guest.post("/api/realtime", json!({"clientId": client, "subscriptions": none})).await.is(204);
    }
}

#[tokio::test]
async fn forms_are_understood_too() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let mut events = Events::open(&server).await;
    let urlencoded = format!("clientId={}&subscriptions=notes%2F*&subscriptions=1", events.client_id);
    guest.post_text("/api/realtime", "application/x-www-form-urlencoded", urlencoded).await.is(204);
    guest.update("notes", &id("n1"), json!({"title": "one"})).await.is(200);
    assert_eq!(events.next().await.told("title"), "update one");
    let values = form(&[("clientId", events.client_id.as_str()), ("subscriptions", "notes")]);
    guest.send(guest.request(reqwest::Method::POST, "/api/realtime").multipart(values)).await.is(204);
    guest.update("notes", &id("n1"), json!({"title": "two"})).await.is(200);
    assert_eq!(events.next().await.topic, "notes");
}

#[tokio::test]
async fn each_call_replaces_the_whole_set() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let mut events = Events::open(&server).await;
    events.subscribe(&guest, &["notes/*", "notes/*"]).await.is(204);
    let other = format!("notes/{}", id("n2"));
    events.subscribe(&guest, &[&other, "PB_CONNECT", "anything at all"]).await.is(204);
    for note in ["n1", "n2"] {
        guest.update("notes", &id(note), json!({"title": note})).await.is(200);
    }
    assert_eq!(events.next().await.told("title"), "update n2");
}

#[tokio::test]
async fn what_happened_before_is_not_told() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    for round in 0..20 {
        let mut events = Events::open(&server).await;
        guest.update("notes", &id("n1"), json!({"title": "before"})).await.is(200);
        events.subscribe(&guest, &["notes/*"]).await.is(204);
        let title = format!("after {round}");
        guest.update("notes", &id("n1"), json!({"title": title})).await.is(200);
        assert_eq!(events.next().await.told("title"), format!("update {title}"));
    }
}

#[tokio::test]
async fn a_client_changes_from_guest_to_somebody_and_to_nobody_else() {
    let server = TestServer::with(blog()).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let ann = server.user("members", &id("ann")).await;
    let bob = server.user("members", &id("bob")).await;
    let events = Events::open(&server).await;
    events.subscribe(&guest, &["posts"]).await.is(204);
    events.subscribe(&ann, &["posts"]).await.is(204);
    events.subscribe(&ann, &[]).await.is(204);
    let mismatch = "The current and the previous request authorization don't match.";
    events.subscribe(&bob, &[]).await.is(403).message(mismatch).no_data();
    events.subscribe(&superuser, &[]).await.is(403);
    events.subscribe(&guest, &[]).await.is(403);
    events.subscribe(&guest.with_token("no token"), &[]).await.is(403);
}

#[tokio::test]
async fn another_address_may_not_speak_for_a_client() {
    let server = TestServer::start().await;
    let settings = json!({"trustedProxy": {"headers": ["X-Real-IP"], "useLeftmostIP": false}});
    server.superuser().patch("/api/settings", settings).await.is(200);
    let events = Events::open(&server).await;
    let guest = server.guest();
    let body: Json = json!({"clientId": events.client_id, "subscriptions": []});
    let request = guest.request(reqwest::Method::POST, "/api/realtime").json(&body).header("X-Real-IP", "10.1.2.3");
    guest.send(request).await.is(400).message("Invalid realtime client.").no_data();
    events.subscribe(&guest, &[]).await.is(204);
}
