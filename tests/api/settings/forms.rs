//! `PATCH /api/settings` with forms: dotted keys, and JSON among them.

use reqwest::Method;

use super::SETTINGS;
use crate::support::{Client, TestServer, form};

#[tokio::test]
async fn dotted_keys_of_a_form_are_settings() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let values = [
        ("meta.appName", "123"),
        ("meta.hideControls", "true"),
        ("smtp.port", "25"),
        ("superuserIPs", "127.0.0.1"),
        ("superuserIPs", "::1"),
        ("none.of.ours", "x"),
    ];
    let request = superuser.request(Method::PATCH, SETTINGS).multipart(form(&values));
    let answer = superuser.send(request).await;
    answer.is(200).has("/meta/appName", "123").has("/meta/hideControls", true).has("/smtp/port", 25);
    answer.has("/superuserIPs/1", "::1").has("/meta/senderName", "Support");
    let request = superuser.request(Method::PATCH, &format!("{SETTINGS}?fields=meta.appName"));
    let answer = superuser.send(request.form(&[("meta.appName", "a b"), ("smtp.tls", "false")])).await;
    assert_eq!(answer.json, serde_json::json!({"meta": {"appName": "a b"}}));
}

#[tokio::test]
async fn json_in_a_form_comes_over_its_values() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let values = [
        ("@jsonPayload", r#"{"meta":{"appName":"of JSON"},"batch":{"enabled":true}}"#),
        ("meta.appName", "of the form"),
        ("meta.senderName", "Somebody"),
    ];
    let request = superuser.request(Method::PATCH, SETTINGS).multipart(form(&values));
    let answer = superuser.send(request).await;
    answer.is(200).has("/meta/appName", "of JSON").has("/meta/senderName", "Somebody").has("/batch/enabled", true);
    for values in [
        [("@jsonPayload", "[]"), ("meta.appName", "x")],
        [("smtp.port", "many"), ("meta.appName", "x")],
        [("meta", "x"), ("meta.appName", "x")],
        [("rateLimits.rules", "x"), ("meta.appName", "x")],
    ] {
        let request = superuser.request(Method::PATCH, SETTINGS);
        superuser.send(request.form(&values)).await.is(400).no_data();
    }
    superuser.get(SETTINGS).await.has("/meta/appName", "of JSON");
}
