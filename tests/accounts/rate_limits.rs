//! How often who may ask. Windows of these tests are so long that none ends while a test runs.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::{Answer, Client, Guest, TestServer, blog, collection, id, notes};

const LONG: u32 = 100_000;

fn rule(label: &str, most: u32) -> Json {
    json!({"label": label, "audience": "", "duration": LONG, "maxRequests": most})
}

fn rule_for(audience: &str, label: &str, most: u32) -> Json {
    json!({"label": label, "audience": audience, "duration": LONG, "maxRequests": most})
}

/// Limits, and addresses that a test may choose.
async fn limit(server: &TestServer, rules: &[Json]) {
    let change = json!({
        "rateLimits": {"enabled": true, "rules": rules, "excludedIPs": ["10.9.0.0/16"]},
        "trustedProxy": {"headers": ["X-Client"]},
    });
    server.superuser().patch("/api/settings", change).await.is(200);
}

async fn from(guest: &Guest, address: &str, path: &str) -> Answer {
    guest.send(guest.request(Method::GET, path).header("X-Client", address)).await
}

#[tokio::test]
async fn nothing_is_limited_until_it_is_switched_on() {
    let server = TestServer::start().await;
    let rules = json!({"rateLimits": {"rules": [rule("/api/", 1)]}});
    server.superuser().patch("/api/settings", rules).await.is(200);
    for _ in 0..5 {
        let answer = server.guest().get("/api/health").await;
        answer.is(200);
        assert_eq!(answer.header("ratelimit"), None);
    }
}

#[tokio::test]
async fn one_request_too_many_is_refused_and_told_when_to_come_back() {
    let server = TestServer::with(notes()).await;
    limit(&server, &[rule("/api/health", 2)]).await;
    let guest = server.guest();
    guest.get("/api/health").await.is(200).has_header("ratelimit-policy", "\"/api/health\";q=2;w=100000");
    let second = guest.get("/api/health?query=counts&not=1").await;
    second.is(200);
    assert!(second.header("ratelimit").is_some_and(|told| told.starts_with("\"/api/health\";r=0;t=")), "{second}");
    assert_eq!(second.header("retry-after"), None);
    let third = guest.get("/api/health").await;
    third.is(429).no_data().message("Too Many Requests.");
    let wait: u32 = third.header("retry-after").expect("when to come back").parse().expect("seconds");
    assert!(wait > LONG - 600 && wait <= LONG, "{wait}");
    third.has_header("ratelimit", &format!("\"/api/health\";r=0;t={wait}"));
    // Others are counted by themselves, and so are other paths.
    from(&guest, "10.0.0.1", "/api/health").await.is(200);
    guest.list("notes", &[]).await.is(200);
    guest.get("/api/health/").await.is(404);
}

#[tokio::test]
async fn a_prefix_is_one_counter_for_all_that_lies_below_it_but_for_routes_of_collections() {
    let server = TestServer::with(notes()).await;
    limit(&server, &[rule("/api/", 2)]).await;
    let guest = server.guest();
    guest.get("/api/health").await.is(200);
    guest.get("/api/nowhere").await.is(404);
    guest.get("/api/health").await.is(429);
    // Each endpoint of each collection has a counter of its own; name and id are one.
    guest.list("notes", &[]).await.is(200);
    guest.list("c_notes", &[]).await.is(200);
    guest.list("notes", &[]).await.is(429);
    guest.view("notes", &id("n1"), &[]).await.is(200);
    guest.view("c_notes", &id("n2"), &[]).await.is(200);
    guest.view("notes", &id("n3"), &[]).await.is(429);
    guest.list("users", &[]).await.is_no_failure();
    guest.get("/_/").await.is_no_failure();
}

#[tokio::test]
async fn each_action_on_records_has_its_tag() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    superuser.create_collection(collection("docs", json!([{"name": "doc", "type": "file"}]))).await.is(200);
    let made = superuser.create_form("docs", crate::support::multipart(&[], &[("doc", "a.txt", b"text")])).await;
    let file = format!("/api/files/docs/{}/{}", made.id(), made.text("/doc"));
    limit(&server, &["list", "view", "create", "update", "delete", "file"].map(|tag| rule(&format!("*:{tag}"), 1)))
        .await;
    let guest = server.guest();
    for status in [200, 429] {
        guest.list("notes", &[]).await.is(status);
        guest.view("notes", &id("n1"), &[]).await.is(status);
        guest.create("notes", json!({"title": "x"})).await.is(status);
        guest.update("notes", &id("n1"), json!({"title": "y"})).await.is(status);
        assert_eq!(guest.get(&file).await.status, status);
    }
    guest.delete("notes", &id("n1")).await.is(204);
    guest.delete("notes", &id("n2")).await.is(429);
    superuser.list("notes", &[]).await.is(200).has("/totalItems", 3);
}

#[tokio::test]
async fn sign_ins_share_a_tag_and_each_has_its_own() {
    let server = TestServer::with(blog()).await;
    limit(&server, &[rule("members:auth", 1), rule("*:auth", 2)]).await;
    let guest = server.guest();
    let sign_in = |collection: &str, way: &str| format!("/api/collections/{collection}/auth-with-{way}");
    guest.post(&sign_in("members", "password"), json!({})).await.is_refused();
    guest.post(&sign_in("members", "password"), json!({})).await.is(429);
    guest.post(&sign_in("c_members", "password"), json!({})).await.is(429);
    // Counted by endpoint, though the rule is one.
    assert_ne!(guest.post(&sign_in("members", "otp"), json!({})).await.status, 429);
    for status in [400, 400, 429] {
        guest.post(&sign_in("_superusers", "password"), json!({})).await.is(status);
    }
}

#[tokio::test]
async fn a_missing_collection_is_told_before_everything_else() {
    let server = TestServer::start().await;
    limit(&server, &[rule("/api/", 1)]).await;
    let guest = server.guest();
    for _ in 0..2 {
        guest.post("/api/collections/none/auth-refresh", json!({})).await.is(404);
        guest.post_text("/api/collections/none/auth-with-password", "application/json", "{").await.is(404);
        guest.list("none", &[("filter", "((")]).await.is(404);
        guest.get("/api/files/none/r/f").await.is(404);
    }
}

#[tokio::test]
async fn rules_are_for_guests_for_users_or_for_all_and_superusers_and_excluded_addresses_are_free() {
    let server = TestServer::with(blog()).await;
    let ann = server.user("members", &id("ann")).await;
    limit(&server, &[rule_for("@guest", "/api/health", 1), rule_for("@auth", "/api/health", 2), rule("/api/", 50)])
        .await;
    let guest = server.guest();
    for status in [200, 429] {
        guest.get("/api/health").await.is(status);
    }
    for status in [200, 200, 429] {
        ann.get("/api/health").await.is(status);
    }
    for _ in 0..4 {
        server.superuser().get("/api/health").await.is(200);
        from(&guest, "10.9.1.2", "/api/health").await.is(200);
    }
    // Whoever shows a token that is none is a guest.
    guest.with_token("nonsense").get("/api/health").await.is(429);
}

#[tokio::test]
async fn a_save_of_the_settings_begins_anew() {
    let server = TestServer::start().await;
    limit(&server, &[rule("/api/health", 1)]).await;
    let guest = server.guest();
    for _ in 0..2 {
        guest.get("/api/health").await.is(200);
        guest.get("/api/health").await.is(429);
        server.superuser().patch("/api/settings", json!({})).await.is(200);
    }
    guest.get("/api/health").await.is(200);
    server.superuser().patch("/api/settings", json!({"rateLimits": {"enabled": false}})).await.is(200);
    guest.get("/api/health").await.is(200);
}

#[tokio::test]
async fn limits_come_before_the_body_and_after_the_address() {
    let server = TestServer::with(notes()).await;
    limit(&server, &[rule("*:create", 1)]).await;
    let guest = server.guest();
    guest.create("notes", json!({"title": "x"})).await.is(200);
    let large = "x".repeat(40 * 1024 * 1024);
    guest.post_text("/api/collections/notes/records", "application/json", large).await.is(429);
    server.superuser().patch("/api/settings", json!({"superuserIPs": ["10.0.0.1"]})).await.is(200);
    server.superuser().create("none", json!({})).await.is(403);
}

#[tokio::test]
async fn the_path_counts_as_it_is_meant_and_as_it_is_spelt() {
    let server = TestServer::with(notes()).await;
    limit(&server, &[rule("GET /api/collections/notes/records", 1), rule("HEAD /api/health", 1)]).await;
    let guest = server.guest();
    guest.get("/api/collections/notes/records").await.is(200);
    guest.get("/api/collections/n%6ftes/records").await.is(429);
    guest.create("notes", json!({})).await.is(200);
    guest.get("/api/health").await.is(200);
    for status in [200, 429] {
        guest.send(guest.request(Method::HEAD, "/api/health")).await.is(status);
    }
    guest.get("/API/collections/notes/records").await.is(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_are_counted_exactly() {
    let server = TestServer::start().await;
    limit(&server, &[rule("/api/health", 40)]).await;
    let asked = (0..200).map(|_| {
        let guest = server.guest();
        tokio::spawn(async move { guest.get("/api/health").await.status })
    });
    let mut let_through = 0;
    for answer in asked.collect::<Vec<_>>() {
        let_through += u32::from(answer.await.expect("answered") == 200);
    }
    assert_eq!(let_through, 40);
}
