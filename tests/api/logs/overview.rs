//! `GET /api/logs/overview`: the log at a glance.

use serde_json::{Value as Json, json};

use super::{beside, set};
use crate::support::{Answer, Client, TestServer, blog, id};

const OVERVIEW: &str = "/api/logs/overview";

/// A server with these requests of 1 May 2022: minute, method, url, status and time. Without any it keeps none of its own.
async fn server(requests: &[(u32, &str, &str, u16, f64)]) -> TestServer {
    let server = TestServer::start().await;
    // What is below a level goes in the background, and would take these requests along.
    let least = if requests.is_empty() { 100 } else { 0 };
    set(&server, json!({"maxDays": 100_000, "minLevel": least})).await;
    let connection = beside(&server);
    for (minute, method, url, status, took) in requests {
        let data = json!({
            "type": "request", "method": method, "url": url, "status": status, "execTime": took, "auth": "users",
            "userIP": "10.0.0.1",
        });
        let level = if *status >= 400 { 8 } else { 0 };
        let created = format!("2022-05-01 10:{minute:02}:30.000Z");
        connection
            .execute(
                "INSERT INTO _logs (level, message, data, created) VALUES (?, '', ?, ?)",
                (level, data.to_string(), created),
            )
            .expect("an entry");
    }
    server
}

/// The overview of that hour.
async fn overview(server: &TestServer, more: &[(&str, &str)]) -> Answer {
    let superuser = server.superuser();
    let hour = [("from", "2022-05-01 10:00:00.000Z"), ("to", "2022-05-01T11:00:00Z")];
    let request = superuser.request(reqwest::Method::GET, OVERVIEW).query(&hour).query(more);
    superuser.send(request).await
}

const REQUESTS: [(u32, &str, &str, u16, f64); 6] = [
    (0, "GET", "/api/collections/posts/records/abc?expand=x", 200, 1.0),
    (0, "GET", "/api/collections/posts/records/def", 200, 3.0),
    (1, "GET", "/api/collections/posts/records/ghi", 404, 2.0),
    (30, "POST", "/api/collections/posts/records", 503, 40.5),
    (59, "GET", "/_/", 304, 0.25),
    (59, "GET", "/api/health", 200, 0.5),
];

#[tokio::test]
async fn requests_are_counted_by_time_outcome_and_what_they_have_in_common() {
    let server = server(&REQUESTS).await;
    let connection = beside(&server);
    connection
        .execute("INSERT INTO _logs (level, message, created) VALUES (8, 'no request', '2022-05-01 10:30:00.000Z')", ())
        .expect("an entry");
    let answer = overview(&server, &[]).await;
    answer.is(200).has("/from", "2022-05-01 10:00:00.000Z").has("/to", "2022-05-01 11:00:00.000Z");
    answer.has("/step", 60.0).has("/total", 7).has("/errors", 3).has("/partial", false);
    answer.has("/p50", 1.0).has("/p95", 40.5);
    assert_eq!(answer.at("/buckets").as_array().map(Vec::len), Some(60));
    let bucket = |at: &str, [s2, s3, s4, s5, other]: [u64; 5], p50: Json, p95: Json| json!({"at": at, "s2": s2, "s3": s3, "s4": s4, "s5": s5, "other": other, "p50": p50, "p95": p95});
    answer.has("/buckets/0", bucket("2022-05-01 10:00:00.000Z", [2, 0, 0, 0, 0], json!(1.0), json!(3.0)));
    answer.has("/buckets/30", bucket("2022-05-01 10:30:00.000Z", [0, 0, 0, 1, 1], json!(40.5), json!(40.5)));
    answer.has("/buckets/58", bucket("2022-05-01 10:58:00.000Z", [0; 5], Json::Null, Json::Null));
    answer.has("/buckets/59/s3", 1).has("/buckets/59/s2", 1);
    let view = "GET /api/collections/posts/records/{id}";
    answer.has("/facets/level", json!([{"value": 0, "count": 4}, {"value": 8, "count": 3}]));
    answer.has("/facets/status/0", json!({"value": 200, "count": 3}));
    answer.has("/facets/method", json!([{"value": "GET", "count": 5}, {"value": "POST", "count": 1}]));
    answer.has("/facets/route/0", json!({"value": view, "count": 3}));
    answer.has("/facets/auth", json!([{"value": "users", "count": 6}]));
    answer.has("/facets/ip", json!([{"value": "10.0.0.1", "count": 6}]));
    let slowest = "POST /api/collections/posts/records";
    answer.has("/slowest/0", json!({"route": slowest, "count": 1, "errors": 1, "p50": 40.5, "p95": 40.5}));
    answer.has("/slowest/1", json!({"route": view, "count": 3, "errors": 1, "p50": 2.0, "p95": 3.0}));
}

#[tokio::test]
async fn a_filter_and_a_number_of_buckets_choose_what_is_looked_at() {
    let server = server(&REQUESTS).await;
    let answer = overview(&server, &[("filter", "data.status >= 400 || level > 100"), ("buckets", "2")]).await;
    answer.is(200).has("/total", 2).has("/step", 1800.0).has("/buckets/0/s4", 1).has("/buckets/1/s5", 1);
    let answer = overview(&server, &[("fields", "total,buckets.s2"), ("buckets", "1")]).await;
    assert_eq!(answer.is(200).json, json!({"total": 6, "buckets": [{"s2": 3}]}));
    let times = [("from", "2022-05-01 10:01:30.000Z"), ("to", "2022-05-01 10:30:30.000Z")];
    let superuser = server.superuser();
    let answer = superuser.send(superuser.request(reqwest::Method::GET, OVERVIEW).query(&times)).await;
    answer.is(200).has("/total", 2);
}

#[tokio::test]
async fn nothing_at_all_is_an_overview_too() {
    let server = server(&[]).await;
    let answer = server.superuser().get(OVERVIEW).await;
    answer.is(200).has("/total", 0).has("/p50", Json::Null).has("/slowest", json!([])).has("/facets/route", json!([]));
    assert_eq!(answer.at("/buckets").as_array().map(Vec::len), Some(60));
}

#[tokio::test]
async fn without_a_time_it_is_the_last_hour() {
    let server = TestServer::start().await;
    server.superuser().get("/api/settings").await.is(200);
    let answer = server.superuser().get(OVERVIEW).await;
    answer.is(200).has("/facets/route/0/value", "GET /api/settings");
    // Asking leaves no entry.
    let again = server.superuser().get(OVERVIEW).await;
    assert_eq!(again.at("/total"), answer.at("/total"));
}

#[tokio::test]
async fn what_is_wrong_with_a_parameter_is_said() {
    let server = server(&[]).await;
    for more in [
        [("buckets", "0")],
        [("buckets", "201")],
        [("buckets", "many")],
        [("filter", "nothing = 1")],
        [("filter", "(")],
    ] {
        overview(&server, &more).await.is(400).no_data();
    }
    for query in ["from=yesterday", "to=soon", "from=2022-01-02&to=2022-01-01", "from=2022-01-01&to=2022-01-01"] {
        server.superuser().get(&format!("{OVERVIEW}?{query}")).await.is(400).no_data();
    }
}

#[tokio::test]
async fn it_is_for_superusers() {
    let server = TestServer::with(blog()).await;
    server.guest().get(OVERVIEW).await.is(401);
    server.user("members", &id("ann")).await.get(OVERVIEW).await.is(403);
}
