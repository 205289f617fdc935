//! `GET /api/health`.

use reqwest::Method;

use crate::support::{Client, TestServer, notes};

#[tokio::test]
async fn health_is_public() {
    let server = TestServer::start().await;
    let answer = server.guest().get("/api/health").await;
    answer.is(200).has("/message", "API is healthy.").has("/code", 200).has("/data", serde_json::json!({}));
    answer.has_header("content-type", "application/json");
}

#[tokio::test]
async fn a_head_request_has_the_headers_and_no_body() {
    let server = TestServer::start().await;
    let guest = server.guest();
    let answer = guest.send(guest.request(Method::HEAD, "/api/health")).await;
    answer.is(200).has_header("content-type", "application/json");
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn a_superuser_learns_more() {
    let server = TestServer::start().await;
    let answer = server.superuser().get("/api/health").await;
    answer.is(200).has("/data/realIP", "127.0.0.1").has("/data/possibleProxyHeader", "").has("/data/canBackup", true);
}

#[tokio::test]
async fn a_user_learns_as_little_as_a_guest() {
    let server = TestServer::with(crate::support::blog()).await;
    let user = server.user("members", &crate::support::id("ann")).await;
    user.get("/api/health").await.is(200).has("/data", serde_json::json!({}));
}

#[tokio::test]
async fn health_costs_no_write() {
    let mut server = TestServer::with(notes()).await;
    for _ in 0..20 {
        server.guest().get("/api/health").await.is(200);
    }
    let feed = server.stopped_database().value("SELECT count(*) FROM _tb_changes WHERE collection = 'c_notes'");
    assert_eq!(feed, "3");
}
