//! Input that crashed whole servers: odd upload names, missing extensions, byte ranges (Parse GHSA-792q-q67h-w579,
//! GHSA-xw6g-jjvf-wwf9, GHSA-6hh7-46r2-vf29).

use reqwest::Method;
use serde_json::json;

use crate::support::{Client, TestServer, collection, id};

#[tokio::test]
async fn odd_uploads_and_ranges_fail_alone() {
    let fields = json!([{"name": "doc", "type": "file", "maxSelect": 2, "thumbs": ["10x10"]}]);
    let mut server = TestServer::with_collections([collection("docs", fields)]).await;
    let guest = server.guest();
    let long = "x".repeat(70_000);
    let names = [
        "",
        ".",
        "..",
        "...",
        "/",
        "\\",
        "a/",
        "con",
        "nul.txt",
        "a.",
        ".a",
        "a..b",
        "\u{0}",
        "a\u{0}b.txt",
        "\u{202e}gpj.exe",
        "é.é",
        "😀.😀",
        "a.tar.",
        "%00.png",
        "a\r\nb.txt",
        "a\"b.txt",
        "a;b=c.txt",
        " ",
        "\t.txt",
        "a.b.c.d.e.f.g",
        "-rf",
        "~",
        "$HOME",
        "`id`",
        "*.txt",
        "?",
        "<script>.html",
        &long,
    ];
    for name in names {
        let mut body = b"--x\r\nContent-Disposition: form-data; name=\"doc\"; filename=\"".to_vec();
        body.extend_from_slice(name.as_bytes());
        body.extend_from_slice(b"\"\r\nContent-Type: image/png\r\n\r\n\x89PNG broken\r\n--x--\r\n");
        let answer = guest.post_text("/api/collections/docs/records", "multipart/form-data; boundary=x", body).await;
        answer.is_no_failure();
        if answer.status != 200 {
            continue;
        }
        for stored in answer.at("/doc").as_array().unwrap() {
            let stored = stored.as_str().unwrap();
            assert!(
                !stored.contains(['/', '\\', '\0', '"', '<']) && !stored.starts_with('.') && stored.len() <= 150,
                "{name:?} became {stored:?}"
            );
            for range in [
                "bytes=0-",
                "bytes=-1",
                "bytes=5-1",
                "bytes=99999999999999999999-",
                "bytes=0-0,1-1,2-2",
                "lines=1-2",
                "bytes=",
                "\u{e9}",
            ] {
                let path = format!("/api/files/docs/{}/{stored}?thumb=10x10", answer.id());
                guest.send(guest.request(Method::GET, &path).header("Range", range)).await.is_no_failure();
            }
        }
    }
    for disposition in [
        "form-data",
        "form-data; name",
        "form-data; name=\"doc\"; filename*=UTF-8''%ff%fe",
        "attachment; filename=x",
        "form-data; name=\"\"; filename=\"x\"",
        "",
    ] {
        let body = format!("--x\r\nContent-Disposition: {disposition}\r\n\r\nx\r\n--x--\r\n");
        guest.post_text("/api/collections/docs/records", "multipart/form-data; boundary=x", body).await.is_no_failure();
    }
    assert!(server.process().is_running());
    assert!(!server.process().log().contains("panicked"), "something panicked");
    guest.view("docs", &id("none"), &[]).await.is(404);
}
