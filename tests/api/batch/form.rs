//! What is read, what is refused before anything is done, and in which order.

use reqwest::Method;
use serde_json::json;

use super::{create, offer, send, send_form, server};
use crate::support::{Client, TestServer, form, notes};

const UNREADABLE: &str = "Failed to read the submitted batch data.";

#[tokio::test]
async fn a_fresh_installation_offers_none() {
    let server = TestServer::with(notes()).await;
    let refusal = "Batch requests are not allowed.";
    let superuser = server.superuser();
    send(&superuser, vec![create("notes", json!({}))]).await.is(403).no_data().message(refusal);
    superuser.post_text("/api/batch", "text/plain", "no form").await.is(403).message(refusal);
    // Also one that is too large for every route, and one without a body.
    let declared = superuser.request(Method::POST, "/api/batch").header("Content-Type", "application/json");
    superuser.send(declared.body(vec![b' '; 129 << 20])).await.is(403).message(refusal);
    superuser.send(superuser.request(Method::POST, "/api/batch?fields=a:b")).await.is(403).message(refusal);
    superuser.patch("/api/settings", json!({"batch": {"enabled": true, "maxRequests": 1}})).await.is(200);
    send(&superuser, vec![create("notes", json!({}))]).await.is(200);
}

#[tokio::test]
async fn only_posts_are_batches() {
    let server = server(notes()).await;
    server.superuser().get("/api/batch").await.is(404);
    server.superuser().patch("/api/batch", json!({"requests": []})).await.is(404);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_as_a_whole() {
    let server = server(notes()).await;
    let guest = server.guest();
    for body in ["{", "[]", "5", r#"{"requests": 5}"#, r#"{"requests": [null]}"#, r#"{"requests": [[]]}"#] {
        let answer = guest.post_text("/api/batch", "application/json", body).await;
        answer.is(400).no_data().message(UNREADABLE);
    }
    for item in [
        json!({"method": 1, "url": "/x"}),
        json!({"method": "POST", "url": "/x", "body": "text"}),
        json!({"method": "POST", "url": "/x", "body": []}),
        json!({"method": "POST", "url": "/x", "headers": {"X-Tag": 1}}),
    ] {
        send(&guest, vec![create("notes", json!({})), item]).await.is(400).no_data().message(UNREADABLE);
    }
    let good = json!({"requests": [create("notes", json!({}))]}).to_string();
    for content_type in ["text/plain", "application/xml", "", "multipart/form-data"] {
        let answer = guest.post_text("/api/batch", content_type, good.clone()).await;
        answer.is(400).no_data().message(UNREADABLE);
    }
    send_form(&guest, form(&[("@jsonPayload", "{")])).await.is(400).no_data().message(UNREADABLE);
    guest.list("notes", &[]).await.is(200).has("/totalItems", 3);
}

#[tokio::test]
async fn a_form_without_items_or_with_too_many_is_invalid() {
    let server = server(notes()).await;
    let guest = server.guest();
    offer(&server, json!({"maxRequests": 2})).await;
    for body in ["", "null", "{}", r#"{"requests": null}"#, r#"{"requests": []}"#] {
        let answer = guest.post_text("/api/batch", "application/json", body).await;
        answer.is(400).message("Invalid batch request data.").codes(&[("requests", "validation_required")]);
    }
    let nothing = guest.send(guest.request(Method::POST, "/api/batch")).await;
    nothing.is(400).message("Invalid batch request data.").codes(&[("requests", "validation_required")]);
    let no_payload = send_form(&guest, form(&[("requests", "[]")])).await;
    no_payload.is(400).codes(&[("requests", "validation_required")]);
    let answer = send(&guest, vec![create("notes", json!({})); 3]).await;
    answer.is(400).message("Invalid batch request data.").codes(&[("requests", "validation_length_too_long")]);
    send(&guest, vec![create("notes", json!({})); 2]).await.is(200);
}

#[tokio::test]
async fn every_bad_item_is_listed_and_none_is_done() {
    let server = server(notes()).await;
    let guest = server.guest();
    let long = format!("/api/collections/notes/records?{}", "é".repeat(2000));
    let items = vec![
        json!({"url": "/api/collections/notes/records"}),
        create("notes", json!({"title": "good"})),
        json!({"method": "post", "url": ""}),
        json!({"method": "HEAD", "url": "/x"}),
        json!({"method": "DELETE", "url": long}),
    ];
    send(&guest, items).await.is(400).message("Invalid batch request data.").codes(&[
        ("requests.0.method", "validation_required"),
        ("requests.2.method", "validation_in_invalid"),
        ("requests.2.url", "validation_required"),
        ("requests.3.method", "validation_in_invalid"),
        ("requests.4.url", "validation_length_too_long"),
    ]);
    guest.list("notes", &[]).await.is(200).has("/totalItems", 3);
}

#[tokio::test]
async fn a_body_has_the_limit_of_the_settings() {
    let server = server(notes()).await;
    offer(&server, json!({"maxBodySize": 300})).await;
    let guest = server.guest();
    let body = |length: usize| {
        let empty = json!({"requests": [create("notes", json!({"title": ""}))]}).to_string();
        let title = "x".repeat(length - empty.len());
        json!({"requests": [create("notes", json!({"title": title}))]}).to_string()
    };
    guest.post_text("/api/batch", "application/json", body(300)).await.is(200);
    let answer = guest.post_text("/api/batch", "application/json", body(301)).await;
    answer.is(413).no_data().message("Request entity too large.");
    // Without a declared length it shows while it is read.
    let pieces =
        futures_util::stream::iter(body(301).into_bytes().into_iter().map(|byte| Ok::<_, std::io::Error>(vec![byte])));
    let chunked = reqwest::Body::wrap_stream(pieces);
    guest.post_text("/api/batch", "application/json", chunked).await.is(400).no_data().message(UNREADABLE);
}

#[tokio::test]
async fn a_body_may_be_larger_than_that_of_a_single_record() {
    let server = server(notes()).await;
    let text = "x".repeat(5000);
    let items = vec![create("notes", json!({"title": text, "ignored": "y".repeat(1 << 20)})); 40];
    send(&server.guest(), items).await.is(200).has("/39/body/title", text);
}
