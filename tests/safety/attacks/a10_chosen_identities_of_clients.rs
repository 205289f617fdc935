//! Somebody who escapes a limit, or passes for somebody else, by what is sent along: an address in a header that no
//! proxy wrote, or another name in the body.

use reqwest::Method;
use serde_json::json;

use crate::support::{Client, TestServer, blog};

#[tokio::test]
async fn a_made_up_header_is_no_other_client() {
    let server = TestServer::start().await;
    let rule = json!({"label": "/api/health", "duration": 100_000, "maxRequests": 3});
    server.superuser().patch("/api/settings", json!({"rateLimits": {"enabled": true, "rules": [rule]}})).await.is(200);
    let guest = server.guest();
    let headers = ["X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP", "Fly-Client-IP", "Forwarded", "True-Client-IP"];
    for (turn, header) in headers.iter().enumerate() {
        let request = guest.request(Method::GET, "/api/health").header(*header, format!("10.0.0.{turn}"));
        guest.send(request).await.is(if turn < 3 { 200 } else { 429 });
    }
}

#[tokio::test]
async fn behind_a_proxy_what_the_client_wrote_before_it_is_nothing() {
    let server = TestServer::start().await;
    let rule = json!({"label": "/api/health", "duration": 100_000, "maxRequests": 1});
    let limits = json!({"enabled": true, "rules": [rule], "excludedIPs": ["10.0.0.1"]});
    let change = json!({"rateLimits": limits, "trustedProxy": {"headers": ["X-Forwarded-For"]}});
    server.superuser().patch("/api/settings", change).await.is(200);
    let guest = server.guest();
    let turns =
        [("10.0.0.1, 1.1.1.1", 200), ("10.0.0.1, 1.1.1.1", 429), ("10.0.0.2,1.1.1.1", 429), ("1.1.1.1, nobody", 429)];
    for (line, status) in turns {
        let request = guest.request(Method::GET, "/api/health").header("X-Forwarded-For", line);
        guest.send(request).await.is(status);
    }
}

#[tokio::test]
async fn a_made_up_header_opens_no_door_for_superusers() {
    let server = TestServer::start().await;
    server.superuser().patch("/api/settings", json!({"superuserIPs": ["10.0.0.1"]})).await.is(200);
    let superuser = server.superuser();
    for header in ["X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP", "Forwarded"] {
        let request = superuser.request(Method::GET, "/api/settings").header(header, "10.0.0.1");
        superuser.send(request).await.is(403);
    }
}

#[tokio::test]
async fn another_body_is_no_other_client() {
    let server = TestServer::with(blog()).await;
    let rule = json!({"label": "*:auth", "duration": 100_000, "maxRequests": 2});
    server.superuser().patch("/api/settings", json!({"rateLimits": {"enabled": true, "rules": [rule]}})).await.is(200);
    let guest = server.guest();
    for turn in 0..6 {
        let body = json!({"identity": format!("u{turn}@example.com"), "password": format!("guess {turn}"), "ip": turn});
        let path = format!("/api/collections/_superusers/auth-with-password?turn={turn}");
        guest.post(&path, body).await.is(if turn < 2 { 400 } else { 429 });
    }
}
