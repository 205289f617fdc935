//! A reset link that leads to the attacker, built from what the request says of its host (Appsmith CVE-2026-22794).

use reqwest::Method;
use serde_json::json;

use crate::support::{Client, TestServer};

const ANN: &str = "ann@example.com";

#[tokio::test]
async fn links_in_mails_lead_to_the_app_whatever_the_request_says() {
    let server = TestServer::builder().arg("--dev").start().await;
    let body = json!({"email": ANN, "password": "a password", "passwordConfirm": "a password"});
    server.superuser().create("users", body).await.is(200);
    let guest = server.guest();
    for action in ["request-password-reset", "request-verification"] {
        let path = format!("/api/collections/users/{action}?host=evil.example&appURL=https://evil.example");
        let mut request = guest.request(Method::POST, &path);
        for name in ["Host", "X-Forwarded-Host", "X-Original-Host", "X-Forwarded-Server", "X-Host"] {
            request = request.header(name, "evil.example");
        }
        for name in ["Origin", "Referer", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-Original-URL", "Forwarded"] {
            request = request.header(name, "https://evil.example/");
        }
        let body = json!({"email": ANN, "appURL": "https://evil.example", "host": "evil.example"});
        guest.send(request.json(&body)).await.is(204);
    }
    let mails = server.mails_to(ANN).await;
    assert_eq!(mails.len(), 2);
    for mail in mails {
        assert!(!mail.html.contains("evil.example") && !mail.text.contains("evil.example"), "{}", mail.html);
        assert!(mail.link().starts_with("http://localhost:8090/_/#/auth/"), "{}", mail.link());
    }
}
