//! `/api/batch`: several writes in one transaction.

mod accounts;
mod failing;
mod files;
mod form;
mod items;
mod limits;

use reqwest::multipart::Form;
use serde_json::{Value as Json, json};

use crate::support::{Answer, Client, Fixture, TestServer, multipart};

/// A server with these things that offers batches.
pub async fn server(fixture: Fixture) -> TestServer {
    let server = TestServer::with(fixture).await;
    offer(&server, json!({})).await;
    server
}

/// Offers batches, with these settings beside.
pub async fn offer(server: &TestServer, more: Json) {
    let mut batch = json!({"enabled": true, "maxRequests": 50, "timeout": 30});
    batch.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    server.superuser().patch("/api/settings", json!({"batch": batch})).await.is(200);
}

/// Sends items as JSON.
pub async fn send(client: &impl Client, items: Vec<Json>) -> Answer {
    client.post("/api/batch", json!({"requests": items})).await
}

/// Sends items with files: `(key, file name, content)`.
pub async fn send_files(client: &impl Client, items: Vec<Json>, files: &[(&str, &str, &[u8])]) -> Answer {
    let payload = json!({"requests": items}).to_string();
    send_form(client, multipart(&[("@jsonPayload", &payload)], files)).await
}

async fn send_form(client: &impl Client, form: Form) -> Answer {
    client.send(client.request(reqwest::Method::POST, "/api/batch").multipart(form)).await
}

pub fn create(collection: &str, body: Json) -> Json {
    json!({"method": "POST", "url": format!("/api/collections/{collection}/records"), "body": body})
}

fn upsert(collection: &str, body: Json) -> Json {
    json!({"method": "PUT", "url": format!("/api/collections/{collection}/records"), "body": body})
}

fn update(collection: &str, id: &str, body: Json) -> Json {
    json!({"method": "PATCH", "url": format!("/api/collections/{collection}/records/{id}"), "body": body})
}

pub fn delete(collection: &str, id: &str) -> Json {
    json!({"method": "DELETE", "url": format!("/api/collections/{collection}/records/{id}")})
}

/// The batch failed at this item, which would have been answered with this status and message alone.
#[track_caller]
pub fn failed_at<'a>(answer: &'a Answer, at: usize, status: u16, message: &str) -> &'a Json {
    answer.is(400).message("Batch transaction failed.");
    let requests = answer.at("/data/requests").as_object().expect("items");
    assert_eq!(requests.keys().collect::<Vec<_>>(), [&at.to_string()], "{answer}");
    let item = &requests[&at.to_string()];
    assert_eq!(item["code"], "batch_request_failed", "{answer}");
    assert_eq!(item["message"], "Batch request failed.", "{answer}");
    let response = &item["response"];
    assert_eq!(response["status"], status, "{answer}");
    assert_eq!(response["message"], message, "{answer}");
    &response["data"]
}
