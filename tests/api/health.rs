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

#[tokio::test]
async fn a_superuser_learns_of_each_part_whether_it_does_its_work() {
    let server = TestServer::with(notes()).await;
    let answer = server.superuser().get("/api/health").await;
    let parts = answer.is(200).at("/data/readiness").as_array().expect("a list");
    for name in ["database", "feed", "jobs", "schedules", "files", "logs"] {
        let part = parts.iter().find(|part| part["part"] == name).unwrap_or_else(|| panic!("no {name}: {parts:?}"));
        assert_eq!(part["state"], "ready", "{part}");
        assert!(part["detail"].as_str().is_some_and(|detail| detail.ends_with('.')), "{part}");
    }
    assert!(parts.iter().any(|part| part["part"] == "mail"), "{parts:?}");
    let picked = server.superuser().get("/api/health?fields=data.readiness.part,code").await;
    assert_eq!(picked.at("/data/readiness/0"), &serde_json::json!({"part": "database"}));
}

#[tokio::test]
async fn a_bucket_that_cannot_be_reached_is_told_of_and_nothing_else_suffers() {
    let server = TestServer::start().await;
    // Nobody listens there.
    let s3 = serde_json::json!({"enabled": true, "bucket": "b", "region": "r", "endpoint": "http://127.0.0.1:9",
        "accessKey": "a", "secret": "s", "forcePathStyle": true});
    server.superuser().patch("/api/settings", serde_json::json!({"s3": s3})).await.is(200);
    let answer = server.superuser().get("/api/health").await;
    let parts = answer.is(200).at("/data/readiness").as_array().expect("a list");
    let state = |name: &str| parts.iter().find(|part| part["part"] == name).map(|part| part["state"].clone());
    assert_ne!(state("files"), Some("ready".into()), "{parts:?}");
    assert_eq!(state("database"), Some("ready".into()), "{parts:?}");
    server.guest().get("/api/health").await.is(200).has("/data", serde_json::json!({}));
}

#[tokio::test]
async fn attack_32_many_who_ask_share_one_look() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let details = |answer: &crate::support::Answer| answer.is(200).at("/data/readiness").clone();
    let first = details(&superuser.get("/api/health").await);
    // What was looked up just now is not looked up again: the trouble of a moment ago is not seen yet.
    superuser
        .patch(
            "/api/settings",
            serde_json::json!({"s3": {"enabled": true, "bucket": "b", "region": "r",
        "endpoint": "http://127.0.0.1:9", "accessKey": "a", "secret": "s"}}),
        )
        .await
        .is(200);
    let files = |parts: &serde_json::Value| {
        parts
            .as_array()
            .and_then(|parts| parts.iter().find(|part| part["part"] == "files").map(|part| part["state"].clone()))
    };
    let answers = futures_util::future::join_all((0..50).map(|_| superuser.get("/api/health"))).await;
    for answer in &answers {
        assert_eq!(files(&details(answer)), files(&first));
    }
}
