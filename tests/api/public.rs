//! Public files: what lies beside the data directory in `pb_public` is served at every address that is no route's.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Builder, Client, TestServer, raw_request};

const NOT_FOUND: &str = "File not found.";

/// A site with a page, a folder with an index, one without, and a file without an ending.
fn site() -> Builder {
    TestServer::builder()
        .file("pb_public/index.html", "<h1>home</h1>")
        .file("pb_public/app.js", "let one = 1")
        .file("pb_public/guide/index.html", "<h1>guide</h1>")
        .file("pb_public/guide/part two/a+b ü.txt", "words")
        .file("pb_public/empty/file", "0123456789")
        .file("secret.txt", "a secret")
}

fn body(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

#[tokio::test]
async fn files_are_served_with_their_types_and_without_word_of_caches() {
    let server = site().start().await;
    let guest = server.guest();
    for (path, content_type, text) in [
        ("/", "text/html; charset=utf-8", "<h1>home</h1>"),
        ("/app.js", "text/javascript; charset=utf-8", "let one = 1"),
        ("/app.js?v=2", "text/javascript; charset=utf-8", "let one = 1"),
        ("/guide/", "text/html; charset=utf-8", "<h1>guide</h1>"),
        ("/empty/file", "text/plain; charset=utf-8", "0123456789"),
        ("/guide/part%20two/a+b%20%C3%BC.txt", "text/plain; charset=utf-8", "words"),
        ("/guide%2Findex.html", "text/html; charset=utf-8", "<h1>guide</h1>"),
    ] {
        let answer = guest.get(path).await;
        answer.is(200).has_header("content-type", content_type).has_header("x-frame-options", "SAMEORIGIN");
        assert_eq!(body(&answer), text, "{path}");
        assert!(answer.header("last-modified").is_some());
        for name in ["cache-control", "content-disposition", "content-security-policy", "content-encoding"] {
            assert_eq!(answer.header(name), None, "{path}: {name}");
        }
        let head = guest.send(guest.request(Method::HEAD, path)).await;
        head.is(200).has_header("content-length", &text.len().to_string());
        assert!(head.body.is_empty());
    }
}

#[tokio::test]
async fn each_page_has_one_address() {
    let server = site().start().await;
    let guest = server.guest();
    for (path, status, target) in [
        ("/index.html", 301, "/"),
        ("/guide/index.html", 301, "/guide/"),
        ("/guide", 301, "/guide/"),
        ("/guide?q=1&r", 301, "/guide/?q=1&r"),
        ("/guide/part%20two", 301, "/guide/part%20two/"),
        ("/app.js/", 301, "/app.js"),
        ("/index.html/", 301, "/index.html"),
        ("//guide/", 307, "/guide/"),
        ("/guide//part%20two", 307, "/guide/part%20two"),
        ("//api/health", 307, "/api/health"),
    ] {
        let answer = guest.get(path).await;
        answer.is(status).has_header("location", target);
        assert!(answer.body.is_empty(), "{path}");
    }
    // Whatever is sent, nobody is sent to another server.
    for path in ["//example.com/guide/..", "///example.com", "/\\example.com/", "//example.com/index.html"] {
        let bytes = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let text = whole_answer(server.url(), &bytes).to_lowercase();
        assert!(!text.contains("location: //") && !text.contains("location: /\\"), "{path}: {text}");
    }
}

/// The answer with its headers, to bytes that no client would send.
fn whole_answer(url: &str, bytes: &str) -> String {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(url.trim_start_matches("http://")).expect("connected");
    stream.write_all(bytes.as_bytes()).expect("sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("read");
    text
}

#[tokio::test]
async fn what_is_missing_gets_the_index_of_the_whole() {
    let server = site().start().await;
    let guest = server.guest();
    for path in ["/some/page", "/empty/", "/missing.png", "/api/nothing", "/api/batch", "/app.js/x"] {
        let answer = guest.get(path).await;
        answer.is(200).has_header("content-type", "text/html; charset=utf-8");
        assert_eq!(body(&answer), "<h1>home</h1>", "{path}");
    }
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = guest.send(guest.request(method, "/app.js")).await;
        answer.is(404).message("The requested resource wasn't found.").no_data();
    }
    // The API and the dashboard are not covered by it.
    guest.get("/api/health").await.is(200).has("/code", 200);
    guest.get("/api/collections").await.is(401);
    guest.get("/_/missing.js").await.is(404);
}

#[tokio::test]
async fn without_the_fallback_what_is_missing_is_not_found() {
    let server = site().arg("--indexFallback=false").start().await;
    let guest = server.guest();
    assert_eq!(body(guest.get("/").await.is(200)), "<h1>home</h1>");
    for path in ["/some/page", "/empty/", "/missing.png", "/api/nothing"] {
        guest.get(path).await.is(404).message(NOT_FOUND).no_data();
    }
    // And without a folder, from which nothing could come.
    let server = TestServer::start().await;
    for path in ["/", "/index.html", "/some/page"] {
        server.guest().get(path).await.is(404).message(NOT_FOUND).no_data();
    }
}

#[tokio::test]
async fn no_path_leads_out_of_the_folder() {
    let server = site().arg("--index-fallback=false").start().await;
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/guide/%2e%2e/%2e%2e/secret.txt",
        "/guide/..%2f..%2fsecret.txt",
        "/%2e%2e%2fpb_public/app.js",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "/%00/../../secret.txt",
        "/app.js%00.html",
        "/%ff",
        "/%",
    ] {
        let bytes = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let (status, text) = raw_request(server.url(), bytes.as_bytes()).expect("an answer");
        assert!(matches!(status, 404 | 307 | 400), "{path}: {status}");
        assert!(!text.contains("a secret") && !text.contains("let one"), "{path}: {text}");
    }
    server.guest().get("/guide/%2e%2e/app.js").await.is(200);
    server.guest().get(&format!("/{}", "x".repeat(5000))).await.is(404).message(NOT_FOUND);
}

#[tokio::test]
async fn parts_and_what_is_known_already_are_told_apart() {
    let server = site().start().await;
    let guest = server.guest();
    let get = |headers: Vec<(&'static str, String)>| {
        let request = guest.request(Method::GET, "/empty/file");
        guest.send(headers.into_iter().fold(request, |request, (name, value)| request.header(name, value)))
    };
    let whole = get(Vec::new()).await;
    whole.is(200).has_header("accept-ranges", "bytes").has_header("content-length", "10");
    let modified = whole.header("last-modified").expect("a date").to_owned();
    let part = get(vec![("Range", "bytes=2-4".into())]).await;
    part.is(206).has_header("content-range", "bytes 2-4/10").has_header("content-length", "3");
    assert_eq!(body(&part), "234");
    assert_eq!(body(get(vec![("Range", "bytes=-3".into())]).await.is(206)), "789");
    let known = get(vec![("If-Modified-Since", modified.clone())]).await;
    assert!(known.is(304).body.is_empty());
    let of_it = get(vec![("Range", "bytes=0-0".into()), ("If-Range", modified)]).await;
    assert_eq!(body(of_it.is(206)), "0");
    let other = get(vec![("Range", "bytes=0-0".into()), ("If-Range", "Sun, 06 Nov 1994 08:49:37 GMT".into())]).await;
    assert_eq!(body(other.is(200)), "0123456789");
    get(vec![("Range", "bytes=10-".into())]).await.is(416).has_header("content-range", "bytes */10");
    let changed = get(vec![("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT".into())]).await;
    assert_eq!(changed.status, 412);
}

#[tokio::test]
async fn a_large_file_comes_whole_as_it_is_and_in_its_newest_version() {
    let server = site().start().await;
    let guest = server.guest();
    let large: Vec<u8> = (0..3_000_001_u32).map(|at| (at % 251) as u8).collect();
    std::fs::write(server.root().join("pb_public/large.css"), &large).expect("written");
    let request = guest.request(Method::GET, "/large.css").header("Accept-Encoding", "gzip, br");
    let answer = guest.send(request).await;
    answer.is(200).has_header("content-length", "3000001");
    assert!(answer.body == large && answer.header("content-encoding").is_none());
    let many = (0..20).map(|_| guest.get("/large.css"));
    for answer in futures_util::future::join_all(many).await {
        assert!(answer.body == large);
    }
    std::fs::write(server.root().join("pb_public/app.js"), "let two = 2").expect("written");
    assert_eq!(body(&guest.get("/app.js").await), "let two = 2");
    std::fs::remove_dir_all(server.root().join("pb_public")).expect("removed");
    guest.get("/app.js").await.is(404).message(NOT_FOUND);
}

#[tokio::test]
async fn only_what_fails_is_in_the_log() {
    let server = site().start().await;
    let guest = server.guest();
    for (path, status) in [("/app.js", 200), ("/guide", 301), ("/api/nothing", 200)] {
        guest.get(path).await.is(status);
    }
    guest.send(guest.request(Method::GET, "/app.js").header("Range", "bytes=99-")).await.is(416);
    let list = server.superuser().get("/api/logs?filter=data.type='request'").await;
    list.is(200).has("/totalItems", 1).has("/items/0/data/url", "/app.js").has("/items/0/data/status", 416);
}

#[tokio::test]
async fn another_folder_is_served_where_it_is_named() {
    let builder = site().file("elsewhere/index.html", "other").arg("--publicDir").arg("elsewhere");
    let server = builder.env("TUCKBOX_INDEX_FALLBACK", "false").start().await;
    assert_eq!(body(server.guest().get("/").await.is(200)), "other");
    server.guest().get("/app.js").await.is(404).message(NOT_FOUND);
    let about = server.superuser().get("/api/server").await;
    let fallback = json!({
        "name": "--index-fallback", "value": "false", "source": "environment", "variable": "TUCKBOX_INDEX_FALLBACK",
    });
    assert!(about.at("/configuration").as_array().expect("a list").contains(&fallback), "{about}");
    about.never_says("elsewhere");
}
