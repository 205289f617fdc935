//! What holds on every route: the envelope, methods, bodies, limits, CORS, compression, HEAD, HTTP/2.

use futures_util::stream;
use reqwest::Method;
use serde_json::json;

use tuckbox::app::App;
use tuckbox::config::Config;
use tuckbox::http::Service;

use crate::support::{Client, TestServer, id, notes, raw_request};

const NOT_FOUND: &str = "The requested resource wasn't found.";
/// What is read, and is no route's, is looked for among the public files.
const NO_FILE: &str = "File not found.";

/// How much room a connection keeps for the request that it answers, in bytes.
const ROOM: usize = 1536;

#[tokio::test]
async fn a_request_on_its_way_takes_little_room() {
    let dir = tempfile::tempdir().expect("a directory");
    let app = App::open(Config::new(dir.path()).expect("a configuration")).await.expect("an app");
    let (service, mut request) = (Service::new(app), http::Request::default());
    let room = size_of_val(&service.answer(&mut request));
    assert!(room <= ROOM, "{room} bytes");
}

#[tokio::test]
async fn unknown_routes_wrong_methods_and_trailing_slashes_are_404_envelopes() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let record = format!("/api/collections/notes/records/{}", id("n1"));
    for (method, path) in [
        (Method::GET, "/api/nothing"),
        (Method::GET, "/nothing"),
        (Method::GET, "/"),
        (Method::GET, "/api"),
        (Method::GET, "/api/"),
        (Method::POST, "/api/health"),
        (Method::GET, "/api/health/"),
        (Method::DELETE, "/api/health"),
        (Method::PUT, "/api/collections/notes/records"),
        (Method::PATCH, "/api/collections/notes/records"),
        (Method::GET, "/api/collections/notes/records/"),
        (Method::GET, "/api/collections/notes"),
        (Method::POST, record.as_str()),
        (Method::PUT, record.as_str()),
        (Method::GET, "/api/collections/notes/records/x/y"),
        (Method::GET, "/api/collections/_superusers/auth-with-password"),
        (Method::TRACE, "/api/health"),
    ] {
        let answer = guest.send(guest.request(method.clone(), path)).await;
        if path == "/api/collections/notes" {
            // A known route with a guard: the guard answers.
            answer.is(401).no_data();
            continue;
        }
        let message = if method == Method::GET { NO_FILE } else { NOT_FOUND };
        answer.is(404).message(message).no_data().has_header("content-type", "application/json");
    }
}

#[tokio::test]
async fn bodies_that_are_no_json_object_are_400() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let path = "/api/collections/notes/records";
    for body in [
        "{",
        "[]",
        "[{}]",
        "5",
        "\"text\"",
        "true",
        "   ",
        "{\"title\":}",
        "{'title':1}",
        "{\"title\":1e400}",
        "nul",
        "{\"a\":\"\\ud800\"",
        "\u{feff}{}x",
    ] {
        let answer = guest.post_text(path, "application/json", body).await;
        answer.is(400).message("Something went wrong while processing your request.").no_data();
    }
    for body in ["", "null", "{}", "{} trailing text is ignored"] {
        guest.post_text(path, "application/json", body).await.is(200).has("/title", "");
    }
}

#[tokio::test]
async fn an_unknown_collection_is_told_before_anything_about_the_body() {
    let server = TestServer::with(notes()).await;
    for path in ["/api/collections/missing", "/api/collections/missing/records/x"] {
        for (content_type, body) in [("application/json", "{"), ("text/plain", "x"), ("application/json", "{}")] {
            let request = server.superuser().request(Method::PATCH, path).header("content-type", content_type);
            server.superuser().send(request.body(body)).await.is(404).no_data();
        }
    }
}

#[tokio::test]
async fn other_content_types_are_refused_if_there_is_a_body() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let path = "/api/collections/notes/records";
    for content_type in
        ["text/plain", "text/json", "application/vnd.api+json", "Application/JSON", "application/xml", "text/xml", ""]
    {
        let answer = guest.post_text(path, content_type, "{\"title\":\"x\"}").await;
        answer.is(400).message("Unsupported Content-Type.").no_data();
        guest.post_text(path, content_type, "").await.is(200);
    }
    guest.send(guest.request(Method::POST, path)).await.is(200);
    let parameters = guest.post_text(path, "application/json; charset=utf-8; x=y", "{\"title\":\"ok\"}").await;
    parameters.is(200).has("/title", "ok");
}

#[tokio::test]
async fn a_body_over_the_limit_is_413_by_length_and_while_reading() {
    const LIMIT: usize = 32 * 1024 * 1024;
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let path = "/api/collections/notes/records";
    let text = |length: usize| format!("{{\"other\":\"{}\"}}", "x".repeat(length - 12));
    assert_eq!(text(100).len(), 100);

    guest.post_text(path, "application/json", text(LIMIT)).await.is(200);
    let over = guest.post_text(path, "application/json", text(LIMIT + 1)).await;
    over.is(413).message("Request entity too large.").no_data();

    let parts: Vec<Result<Vec<u8>, std::io::Error>> =
        text(LIMIT + 1).into_bytes().chunks(1 << 20).map(|part| Ok(part.to_vec())).collect();
    let streamed = guest.post_text(path, "application/json", reqwest::Body::wrap_stream(stream::iter(parts))).await;
    streamed.is(413).message("Request entity too large.").no_data();

    // Announced, never sent: refused at once, also where no body is read.
    for target in [path, "/api/health"] {
        let method = if target == path { "POST" } else { "GET" };
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            LIMIT + 1
        );
        let (status, _) = raw_request(server.url(), head.as_bytes()).expect("an answer");
        assert_eq!(status, 413, "{method} {target}");
    }
    guest.get("/api/health").await.is(200);
}

#[tokio::test]
async fn the_limit_of_a_record_grows_with_its_fields() {
    let mut collection = crate::support::collection(
        "big",
        json!([
            {"name": "body", "type": "editor", "maxSize": 1_000_000},
            {"name": "data", "type": "json", "maxSize": 2_000_000},
            {"name": "docs", "type": "file", "maxSize": 1_000_000, "maxSelect": 3},
            {"name": "one", "type": "file", "maxSize": 500_000, "maxSelect": 0},
        ]),
    );
    collection["id"] = json!("c_big");
    let server = TestServer::with_collections([collection]).await;
    let limit = 32 * 1024 * 1024 + 1_000_000 + 2_000_000 + 3_000_000 + 500_000;
    let text = |length: usize| format!("{{\"other\":\"{}\"}}", "x".repeat(length - 12));
    let guest = server.guest();
    let path = "/api/collections/big/records";
    guest.post_text(path, "application/json", text(limit)).await.is(200);
    guest.post_text(path, "application/json", text(limit + 1)).await.is(413).no_data();
}

#[tokio::test]
async fn every_answer_has_the_security_headers_and_an_id() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let mut ids = Vec::new();
    for path in ["/api/health", "/api/nothing", "/api/collections", "/api/collections/notes/records"] {
        let answer = guest.get(path).await;
        answer.has_header("x-xss-protection", "1; mode=block");
        answer.has_header("x-content-type-options", "nosniff");
        answer.has_header("x-frame-options", "SAMEORIGIN");
        assert!(
            answer.headers.get_all("vary").iter().any(|value| value.to_str().unwrap().contains("Origin")),
            "{answer}"
        );
        ids.push(answer.header("x-request-id").unwrap_or_else(|| panic!("no request id: {answer}")).to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4, "request ids repeat");
}

#[tokio::test]
async fn cors_is_open_by_default() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let path = "/api/collections/notes/records";
    let answer = guest.send(guest.request(Method::GET, path).header("Origin", "https://app.example")).await;
    answer.is(200).has_header("access-control-allow-origin", "*");
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    assert_eq!(guest.get(path).await.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn a_preflight_is_answered_on_every_path() {
    let server = TestServer::start().await;
    let guest = server.guest();
    for path in ["/api/collections/notes/records", "/api/nothing", "/"] {
        let request = guest
            .request(Method::OPTIONS, path)
            .header("Origin", "https://app.example")
            .header("Access-Control-Request-Method", "PATCH")
            .header("Access-Control-Request-Headers", "authorization,accept-language");
        let answer = guest.send(request).await;
        answer.is(204).has_header("access-control-allow-origin", "*");
        answer.has_header("access-control-allow-methods", "GET,HEAD,PUT,PATCH,POST,DELETE");
        answer.has_header("access-control-allow-headers", "authorization,accept-language");
        assert_eq!(answer.header("x-frame-options"), None, "{answer}");
        assert!(answer.body.is_empty());
    }
    let bare = guest.send(guest.request(Method::OPTIONS, "/api/health")).await;
    bare.is(204);
    assert_eq!(bare.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn only_named_origins_are_let_in_if_some_are_named() {
    let server = TestServer::builder().arg("--origins").arg("https://good.example").start().await;
    let guest = server.guest();
    let with = |origin: &'static str| guest.send(guest.request(Method::GET, "/api/health").header("Origin", origin));
    with("https://good.example").await.is(200).has_header("access-control-allow-origin", "https://good.example");
    let other = with("https://bad.example").await;
    other.is(200);
    assert_eq!(other.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn large_answers_are_compressed_on_demand() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    superuser.create("notes", json!({"title": "word ".repeat(900)})).await.is(200);
    let plain = reqwest::Client::builder().no_proxy().no_gzip().no_brotli().build().unwrap();
    let url = format!("{}/api/collections/notes/records", server.url());
    let get = |accepted: &'static str| plain.get(&url).header("Accept-Encoding", accepted).send();
    for (accepted, encoding) in [("br", "br"), ("gzip", "gzip")] {
        let answer = get(accepted).await.unwrap();
        assert_eq!(answer.headers()["content-encoding"], encoding);
        assert!(answer.bytes().await.unwrap().len() < 2000);
    }
    let identity = get("identity").await.unwrap();
    assert!(!identity.headers().contains_key("content-encoding"));
    assert!(identity.bytes().await.unwrap().len() > 4500);
    // And read back, it is the same list.
    server.guest().list("notes", &[]).await.is(200).has("/totalItems", 4);
}

#[tokio::test]
async fn head_is_answered_wherever_get_is() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let record = format!("/api/collections/notes/records/{}", id("n1"));
    for (path, status) in [
        ("/api/health", 200),
        ("/api/collections/notes/records", 200),
        (record.as_str(), 200),
        ("/api/collections/notes/records/missing", 404),
        ("/api/collections", 401),
        ("/api/nothing", 404),
    ] {
        let answer = guest.send(guest.request(Method::HEAD, path)).await;
        answer.is(status);
        assert!(answer.body.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn http_2_without_tls_works_beside_http_1() {
    let server = TestServer::with(notes()).await;
    let client = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    let url = format!("{}/api/collections/notes/records", server.url());
    let answers = futures_util::future::join_all((0..20).map(|_| client.get(&url).send())).await;
    for answer in answers {
        let answer = answer.expect("an answer over HTTP/2");
        assert_eq!(answer.version(), reqwest::Version::HTTP_2);
        assert_eq!(answer.status(), 200);
    }
    server.guest().get("/api/health").await.is(200);
}

#[tokio::test]
async fn the_start_page_is_served_under_its_own_path() {
    let server = TestServer::start().await;
    let guest = server.guest();
    guest.get("/_").await.is(307).has_header("location", "/_/");
    let page = guest.get("/_/").await;
    page.is(200);
    assert!(page.header("content-type").is_some_and(|value| value.starts_with("text/html")), "{page}");
}

#[tokio::test]
async fn the_fields_parameter_works_on_any_json_answer() {
    let server = TestServer::with(notes()).await;
    let collections = server.superuser().get("/api/collections?fields=name&filter=name='notes'").await;
    collections.is(200).has("/items/0", json!({"name": "notes"})).has("/totalItems", 1);
    let health = server.guest().get("/api/health?fields=code").await;
    health.is(200);
    assert_eq!(health.json, json!({"code": 200}));
}
