//! `POST /api/settings/test/rate-limit`: which rule a request would be counted under.

use serde_json::{Value as Json, json};

use super::SETTINGS;
use crate::support::{Client, TestServer, blog, id};

const TEST: &str = "/api/settings/test/rate-limit";

fn rule(label: &str, audience: &str) -> Json {
    json!({"label": label, "audience": audience, "duration": 10, "maxRequests": 5})
}

#[tokio::test]
async fn the_saved_rule_that_a_request_falls_under_is_told() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let rules = [rule("/api/", ""), rule("*:create", "@guest"), rule("POST /api/batch", "")];
    superuser.patch(SETTINGS, json!({"rateLimits": {"enabled": true, "rules": rules}})).await.is(200);
    for (method, path, audience, at, tags) in [
        ("POST", "/api/collections/posts/records", "@guest", Some(1), json!(["posts:create", "*:create"])),
        ("post", "/api/collections/posts/records?x=1", "@auth", Some(0), json!(["posts:create", "*:create"])),
        ("POST", "/api/batch", "@guest", Some(2), json!([])),
        ("GET", "/api/collections/nothing/records", "@guest", None, json!([])),
        ("POST", "/api/collections/members/auth-with-password", "@guest", Some(0), {
            json!(["members:authWithPassword", "members:auth", "*:authWithPassword", "*:auth"])
        }),
        ("GET", "/_/", "@guest", None, json!([])),
    ] {
        let answer = superuser.post(TEST, json!({"method": method, "path": path, "audience": audience})).await;
        let expected = at.map_or(Json::Null, |at: usize| rules[at].clone());
        answer.is(200).has("/rule", expected).has("/tags", tags).has("/enabled", true);
    }
}

#[tokio::test]
async fn rules_that_are_sent_along_are_tried_and_not_saved() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let before = superuser.get(SETTINGS).await.json.clone();
    let asked = json!({"method": "GET", "path": "/api/health", "audience": "@auth", "rules": [
        rule("/api/health", "@guest"), rule("GET /api/", "@auth"),
    ]});
    superuser.post(TEST, asked).await.is(200).has("/rule/label", "GET /api/").has("/at", 1).has("/enabled", false);
    assert_eq!(superuser.get(SETTINGS).await.json, before);
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    superuser
        .post(TEST, json!({}))
        .await
        .is(400)
        .codes(&[("method", "validation_required"), ("path", "validation_required")]);
    let wrong = json!({"method": "G E T", "path": "api", "audience": "me"});
    let code = "validation_in_invalid";
    superuser.post(TEST, wrong).await.is(400).codes(&[("method", code), ("path", code), ("audience", code)]);
    superuser.post(TEST, json!({"method": "GET", "path": "/", "rules": "all"})).await.is(400).no_data();
    server.guest().post(TEST, json!({})).await.is(401);
    server.user("members", &id("ann")).await.post(TEST, json!({})).await.is(403);
}
