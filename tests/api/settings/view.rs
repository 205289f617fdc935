//! `GET /api/settings`.

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::SETTINGS;
use crate::support::{Client, TestServer, blog, id};

fn fresh() -> Json {
    let s3 =
        json!({"enabled": false, "bucket": "", "region": "", "endpoint": "", "accessKey": "", "forcePathStyle": false});
    let rule = |label: &str, duration: u32, most: u32| json!({"label": label, "audience": "", "duration": duration, "maxRequests": most});
    json!({
        "superuserIPs": [],
        "smtp": {"enabled": false, "port": 587, "host": "smtp.example.com", "username": "", "authMethod": "",
            "tls": false, "localName": ""},
        "backups": {"cron": "", "cronMaxKeep": 3, "s3": s3},
        "s3": s3,
        "meta": {"accentColor": "#1055c9", "appName": "Acme", "appURL": "http://localhost:8090",
            "senderName": "Support", "senderAddress": "support@example.com", "hideControls": false},
        "rateLimits": {"rules": [rule("*:auth", 3, 2), rule("*:create", 5, 20), rule("/api/batch", 1, 3),
            rule("/api/", 10, 300)], "excludedIPs": [], "enabled": false},
        "trustedProxy": {"headers": [], "useLeftmostIP": false},
        "batch": {"enabled": false, "maxRequests": 50, "timeout": 3, "maxBodySize": 0},
        "logs": {"maxDays": 5, "minLevel": 0, "logIP": true, "logAuthId": false},
    })
}

#[tokio::test]
async fn a_new_server_has_the_defaults() {
    let server = TestServer::start().await;
    let answer = server.superuser().get(SETTINGS).await;
    answer.is(200);
    assert_eq!(answer.json, fresh());
    server.superuser().get(&format!("{SETTINGS}?fields=meta.appName,logs")).await.is(200);
    let picked = server.superuser().get(&format!("{SETTINGS}?fields=meta.appName,batch.timeout")).await;
    assert_eq!(picked.json, json!({"meta": {"appName": "Acme"}, "batch": {"timeout": 3}}));
}

#[tokio::test]
async fn settings_are_for_superusers_alone() {
    let server = TestServer::with(blog()).await;
    let user = server.user("members", &id("ann")).await;
    let apple = format!("{SETTINGS}/apple/generate-client-secret");
    for (method, path) in [(Method::GET, SETTINGS), (Method::PATCH, SETTINGS), (Method::POST, apple.as_str())] {
        // Whatever the body is: who asks comes first.
        let guest = server.guest();
        guest.send(guest.request(method.clone(), path).body("{")).await.is(401).no_data();
        user.send(user.request(method, path).body("{")).await.is(403).no_data();
    }
    let superuser = server.superuser();
    for method in [Method::PUT, Method::POST, Method::DELETE] {
        superuser.send(superuser.request(method, SETTINGS)).await.is(404);
    }
    superuser.get(SETTINGS).await.is(200).has("/meta/appName", "Acme");
}
