//! Parts of files, conditions, and what browsers are told.

use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::Method;
use serde_json::json;

use super::{content, server, upload};
use crate::support::{Answer, Client, Guest, TestServer, collection, multipart};

async fn asked(guest: &Guest, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request =
        headers.iter().fold(guest.request(method, path), |request, (name, value)| request.header(*name, *value));
    guest.send(request).await
}

#[tokio::test]
async fn a_file_is_sent_with_the_headers_of_the_contract() {
    let server = server().await;
    let guest = server.guest();
    let (_, path) = upload(&guest, "a.txt", b"0123456789").await;
    let name = path.rsplit('/').next().unwrap();
    let answer = guest.get(&path).await;
    assert_eq!(answer.is(200).body, b"0123456789");
    answer
        .has_header("content-type", "text/plain; charset=utf-8")
        .has_header("content-disposition", &format!("attachment; filename={name}"))
        .has_header(
            "content-security-policy",
            "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox",
        )
        .has_header("cache-control", "max-age=2592000, stale-while-revalidate=86400")
        .has_header("accept-ranges", "bytes")
        .has_header("content-length", "10")
        .has_header("x-content-type-options", "nosniff");
    assert_eq!(answer.header("x-frame-options"), None);
    assert!(answer.header("last-modified").unwrap().ends_with(" GMT"));
    let head = asked(&guest, Method::HEAD, &path, &[]).await;
    head.is(200).has_header("content-length", "10").has_header("etag", answer.header("etag").unwrap());
    assert!(head.body.is_empty());
}

#[tokio::test]
async fn ranges() {
    let server = server().await;
    let guest = server.guest();
    let whole = content(1_000_000);
    let (_, path) = upload(&guest, "a.bin", &whole).await;
    for (range, from, to) in [
        ("bytes=0-3", 0, 4),
        ("bytes=999990-", 999_990, 1_000_000),
        ("bytes=-2", 999_998, 1_000_000),
        ("bytes=262100-600000", 262_100, 600_001),
        ("bytes=500000-9999999", 500_000, 1_000_000),
    ] {
        let answer = asked(&guest, Method::GET, &path, &[("Range", range)]).await;
        let place = format!("bytes {from}-{}/1000000", to - 1);
        answer.is(206).has_header("content-range", &place).has_header("content-length", &(to - from).to_string());
        assert!(answer.body == whole[from..to], "{range}");
    }
    for range in ["bytes=0-1,5-6", "bytes=2000000-,3000000-"] {
        let answer = asked(&guest, Method::GET, &path, &[("Range", range)]).await;
        assert!(answer.is(200).body == whole && answer.header("content-range").is_none(), "{range}");
    }
    for (range, place) in [
        ("bytes=1000000-", Some("bytes */1000000")),
        ("bytes=-0", Some("bytes */1000000")),
        ("bytes=5-2", None),
        ("abc", None),
        ("items=0-1", None),
    ] {
        let answer = asked(&guest, Method::GET, &path, &[("Range", range)]).await;
        answer.is(416).has("/status", 416).no_data();
        assert_eq!(answer.header("content-range"), place, "{range}");
        for gone in ["cache-control", "last-modified", "accept-ranges", "etag", "x-frame-options"] {
            assert_eq!(answer.header(gone), None, "{gone} of {range}");
        }
    }
    let (_, empty) = upload(&guest, "empty.txt", b"").await;
    asked(&guest, Method::GET, &empty, &[("Range", "bytes=0-")]).await.is(200).has_header("content-length", "0");
}

#[tokio::test]
async fn conditions() {
    let server = server().await;
    let guest = server.guest();
    let (_, path) = upload(&guest, "a.txt", b"0123456789").await;
    let first = guest.get(&path).await;
    let (tag, date) = (first.header("etag").unwrap(), first.header("last-modified").unwrap());
    let (past, future) = ("Sun, 06 Nov 1994 08:49:37 GMT", "Wed, 06 Nov 2999 08:49:37 GMT");
    let table: &[(&[(&str, &str)], u16)] = &[
        (&[("If-None-Match", tag)], 304),
        (&[("If-None-Match", "*")], 304),
        (&[("If-None-Match", "\"x\"")], 200),
        (&[("If-None-Match", "\"x\""), ("If-Modified-Since", future)], 200),
        (&[("If-Modified-Since", date)], 304),
        (&[("If-Modified-Since", past)], 200),
        (&[("If-Modified-Since", "x")], 200),
        (&[("If-Unmodified-Since", past)], 412),
        (&[("If-Unmodified-Since", date)], 200),
        (&[("If-Match", tag)], 200),
        (&[("If-Match", "*")], 200),
        (&[("If-Match", "\"x\"")], 412),
        (&[("If-Range", tag), ("Range", "bytes=0-1")], 206),
        (&[("If-Range", date), ("Range", "bytes=0-1")], 206),
        (&[("If-Range", "\"x\""), ("Range", "bytes=0-1")], 200),
        (&[("If-Range", past), ("Range", "bytes=0-1")], 200),
        (&[("If-Range", past), ("Range", "bytes=9-1")], 200),
    ];
    for (headers, status) in table {
        for method in [Method::GET, Method::HEAD] {
            let answer = asked(&guest, method, &path, headers).await;
            assert_eq!(answer.status, *status, "{headers:?}");
            answer.has_header("etag", tag).has_header("last-modified", date);
            assert!(answer.header("cache-control").is_some(), "{headers:?}");
            assert!(matches!(status, 200 | 206) || answer.body.is_empty(), "{headers:?}");
        }
    }
}

#[tokio::test]
async fn what_a_browser_would_run_is_a_download_that_may_do_nothing() {
    let server = server().await;
    let guest = server.guest();
    let html = "<!doctype html><script>alert(1)</script>";
    let svg = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    for (name, content, kind) in [
        ("page.html", html, "text/html; charset=utf-8"),
        ("drawing.svg", svg, "image/svg+xml"),
        // A type that lies: the name says picture, and the content is a page.
        ("photo.png", html, "text/html; charset=utf-8"),
        ("photo.png", svg, "image/svg+xml"),
    ] {
        let (_, path) = upload(&guest, name, content.as_bytes()).await;
        let answer = guest.get(&path).await;
        let disposition = answer.is(200).header("content-disposition").unwrap();
        assert!(disposition.starts_with("attachment; "), "{name}: {disposition}");
        answer.has_header("content-type", kind).has_header("x-content-type-options", "nosniff");
        assert!(answer.header("content-security-policy").unwrap().ends_with("; sandbox"), "{name}");
    }
}

#[tokio::test]
async fn paths_lead_nowhere_else() {
    let server = server().await;
    let guest = server.guest();
    let (made, path) = upload(&guest, "a.txt", b"0123456789").await;
    std::fs::write(server.dir().join("storage/c_docs").join(made.id()).join("other.txt"), "unnamed").unwrap();
    let name = path.rsplit('/').next().unwrap();
    for name in [
        "..%2F..%2F..%2Fdata.db".to_owned(),
        "%2e%2e%2f%2e%2e%2fdata.db".to_owned(),
        "..%5C..%5Cdata.db".to_owned(),
        "%2Fetc%2Fpasswd".to_owned(),
        "a%00b".to_owned(),
        "other.txt".to_owned(),
        format!("{name}.attrs"),
        format!("{name}%00"),
    ] {
        guest.get(&format!("/api/files/docs/{}/{name}", made.id())).await.is(404);
    }
    for (collection, id) in [("..", ".."), ("docs", ".."), ("..%2F..", "x"), ("docs", "..%2F..%2F..")] {
        guest.get(&format!("/api/files/{collection}/{id}/data.db")).await.is(404);
    }
    guest.get(&format!("{path}?thumb=..%2F..%2F..%2Fdata.db")).await.is(200);
}

#[tokio::test]
async fn a_file_that_is_gone_is_not_found() {
    let server = server().await;
    let guest = server.guest();
    let (made, path) = upload(&guest, "a.txt", b"0123456789").await;
    std::fs::remove_file(server.dir().join("storage/c_docs").join(made.id()).join(made.text("/file"))).unwrap();
    guest.get(&path).await.is(404);
    guest.update("docs", &made.id(), json!({"file": ""})).await.is(200);
}

#[tokio::test]
async fn downloads_outlast_changes_of_their_collection() {
    let server = server().await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let (made, path) = upload(&guest, "a.txt", b"0123456789").await;
    // By the id, which stays.
    let path = path.replace("/docs/", &format!("/{}/", made.text("/collectionId")));
    let over = AtomicBool::new(false);
    let changes = async {
        for round in 0..40 {
            let name = ["papers", "docs"][round % 2];
            superuser.update_collection(made.text("/collectionId"), json!({"name": name})).await.is(200);
            // A read outlasts some changes, not one after the other without end.
            guest.get(&path).await.is(200);
        }
        over.store(true, Ordering::Relaxed);
    };
    let read = async || {
        while !over.load(Ordering::Relaxed) {
            assert_eq!(guest.get(&path).await.is(200).body, b"0123456789");
            assert_eq!(guest.get(&format!("{path}?thumb=100x100")).await.is(200).body, b"0123456789");
        }
    };
    tokio::join!(changes, read(), read(), read(), read());
}

#[tokio::test]
async fn a_view_shows_files_through_up_to_five_views_under_its_own_rule() {
    let fields = json!([
        {"name": "file", "type": "file", "protected": true},
        {"name": "more", "type": "file", "maxSelect": 99, "protected": true},
    ]);
    let docs = collection("docs", fields);
    let server = TestServer::with_collections([docs]).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let parts = [("file", "a.txt", &b"one"[..]), ("more", "b.txt", b"two"), ("more", "c.txt", b"three")];
    let made = superuser.create_form("docs", multipart(&[], &parts)).await;
    let id = made.is(200).id();
    let mut below = "docs".to_owned();
    for depth in 1..=6 {
        let (name, query) = (format!("view{depth}"), format!("SELECT id, file, more FROM {below}"));
        let view = json!({"name": name, "type": "view", "viewQuery": query, "listRule": "", "viewRule": ""});
        superuser.create_collection(view).await.is(200);
        below = name;
    }
    superuser.update_collection("docs", json!({"viewRule": null})).await.is(200);
    for (pointer, content) in [("/file", &b"one"[..]), ("/more/0", b"two"), ("/more/1", b"three")] {
        let name = made.text(pointer);
        guest.get(&format!("/api/files/docs/{id}/{name}")).await.is(404);
        for depth in 1..=5 {
            assert_eq!(guest.get(&format!("/api/files/view{depth}/{id}/{name}")).await.is(200).body, content);
        }
        guest.get(&format!("/api/files/view6/{id}/{name}")).await.is(404);
    }
    superuser.update_collection("view3", json!({"viewRule": null})).await.is(200);
    let path = format!("/api/files/view3/{id}/{}", made.text("/file"));
    guest.get(&path).await.is(404).no_data();
    let token = superuser.post("/api/files/token", json!({})).await.is(200).text("/token").to_owned();
    assert_eq!(guest.get(&format!("{path}?token={token}")).await.is(200).body, b"one");
    // The view below it is nobody's business.
    guest.get(&path.replace("view3", "view4")).await.is(200);
}
