//! One-time passwords and codes used twice, or tried until one fits (Parse CVE-2026-31875).

use serde_json::json;

use crate::support::{Client, TestServer};

const ANN: &str = "ann@example.com";

/// A server with Ann, who may sign in by one-time passwords of four digits.
async fn house() -> TestServer {
    let server = TestServer::builder().arg("--dev").start().await;
    let body = json!({"email": ANN, "password": "a password", "passwordConfirm": "a password", "verified": true});
    server.superuser().create("users", body).await.is(200);
    let otp = json!({"otp": {"enabled": true, "length": 4}});
    server.superuser().update_collection("users", otp).await.is(200);
    server
}

async fn request(server: &TestServer) -> String {
    let answer = server.guest().post("/api/collections/users/request-otp", json!({"email": ANN})).await;
    answer.text("/otpId").to_owned()
}

async fn try_code(server: &TestServer, id: &str, code: &str) -> u16 {
    let body = json!({"otpId": id, "password": code});
    let answer = server.guest().post("/api/collections/users/auth-with-otp", body).await;
    answer.is_no_failure().status
}

fn wrong(code: &str) -> String {
    code.chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect()
}

#[tokio::test]
async fn a_used_code_is_refused_under_its_id_and_any_other() {
    let server = house().await;
    let first = request(&server).await;
    let code = server.mail_to(ANN).await.code();
    assert_eq!(try_code(&server, &first, &code).await, 200);
    assert_eq!(try_code(&server, &first, &code).await, 400);
    let second = request(&server).await;
    let new = server.mail_to(ANN).await.code();
    if new != code {
        assert_eq!(try_code(&server, &second, &code).await, 400);
    }
}

#[tokio::test]
async fn codes_of_an_account_cannot_be_tried_without_end() {
    let server = house().await;
    let ids = [request(&server).await, request(&server).await];
    let right = server.mail_to(ANN).await.code();
    // Another id of the same account, another spelling of the client's address: the tries are the same five.
    for attempt in 0..5 {
        assert_eq!(try_code(&server, &ids[attempt % 2], &wrong(&right)).await, 400, "attempt {attempt}");
    }
    for id in &ids {
        assert_eq!(try_code(&server, id, &right).await, 429);
    }
    let third = request(&server).await;
    let code = server.mail_to(ANN).await.code();
    assert_eq!(try_code(&server, &third, &code).await, 429, "a new code brings no new tries");
    let guest = server.guest();
    let request = guest.request(reqwest::Method::POST, "/api/collections/users/auth-with-otp");
    let request = request.header("X-Forwarded-For", "203.0.113.9").header("X-Real-IP", "203.0.113.9");
    let spoofed = guest.send(request.json(&json!({"otpId": third, "password": code}))).await;
    spoofed.is(429);
    // Who is signed in is no exception.
    let body = json!({"otpId": third, "password": code});
    server.superuser().post("/api/collections/users/auth-with-otp", body).await.is(429).no_data();
}
