//! `GET /api/files/{collection}/{record}/{name}`.

use reqwest::Method;
use serde_json::json;

use crate::support::{Client, TestServer, collection, multipart};

async fn server() -> TestServer {
    let fields = json!([
        {"name": "doc", "type": "file"},
        {"name": "unseen", "type": "file", "hidden": true},
        {"name": "kept", "type": "file", "protected": true},
    ]);
    TestServer::with_collections([collection("docs", fields), collection("other", json!([]))]).await
}

#[tokio::test]
async fn a_stored_file_is_downloaded_as_it_was() {
    let server = server().await;
    let content: Vec<u8> = (0..100_000_u32).map(|n| (n * 7 % 251) as u8).collect();
    let guest = server.guest();
    let made = guest.create_form("docs", multipart(&[], &[("doc", "photo.bin", &content)])).await;
    let (record, name) = (made.is(200).id(), made.text("/doc").to_owned());
    for collection in ["docs", "c_docs", "DOCS"] {
        let answer = guest.get(&format!("/api/files/{collection}/{record}/{name}")).await;
        assert_eq!(answer.is(200).body, content);
        answer.has_header("content-type", "application/octet-stream");
        answer.has_header("content-disposition", &format!("attachment; filename={name}"));
        answer.has_header("cache-control", "max-age=2592000, stale-while-revalidate=86400");
        answer.has_header("x-content-type-options", "nosniff");
        assert_eq!(answer.header("x-frame-options"), None);
        assert!(answer.header("last-modified").is_some(), "{:?}", answer.headers);
    }
    let path = format!("/api/files/docs/{record}/{name}");
    let head = guest.send(guest.request(Method::HEAD, &path)).await;
    assert!(head.is(200).body.is_empty());
}

#[tokio::test]
async fn what_a_browser_would_run_is_a_sandboxed_download() {
    let server = server().await;
    let guest = server.guest();
    for (sent, content) in [
        ("page.html", "<script>alert(1)</script>"),
        ("drawing.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"),
        ("script.js", "alert(1)"),
        ("picture.png", "<html><script>alert(1)</script></html>"),
    ] {
        let made = guest.create_form("docs", multipart(&[], &[("doc", sent, content.as_bytes())])).await;
        let answer = guest.get(&format!("/api/files/docs/{}/{}", made.is(200).id(), made.text("/doc"))).await;
        let policy = answer.is(200).header("content-security-policy").unwrap_or_default().to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
        answer.has_header("content-disposition", &format!("attachment; filename={}", made.text("/doc")));
    }
}

#[tokio::test]
async fn only_names_that_the_record_holds_are_served() {
    let server = server().await;
    let guest = server.guest();
    let form = |name: &'static str| multipart(&[], &[("doc", name, b"text")]);
    let first = guest.create_form("docs", form("first.txt")).await;
    let second = guest.create_form("docs", form("second.txt")).await;
    let (record, name) = (first.is(200).id(), first.text("/doc").to_owned());
    let other = second.is(200).text("/doc").to_owned();
    for path in [
        format!("docs/{record}/{other}"),
        format!("docs/{}/{name}", second.id()),
        format!("other/{record}/{name}"),
        format!("docs/missing/{name}"),
        format!("docs/{record}/missing.txt"),
        format!("docs/{record}/{name}.attrs"),
        format!("docs/{record}/..%2f{record}%2f{name}"),
        format!("docs/{record}/%2e%2e%2f%2e%2e%2f%2e%2e%2fdata.db"),
        format!("docs/..%2f..%2f/{name}"),
        format!("docs/{record}/{}", name.to_uppercase()),
        format!("docs/{record}/%00"),
        format!("docs/{record}/"),
        format!("docs/{record}"),
    ] {
        guest.get(&format!("/api/files/{path}")).await.is(404).no_data();
    }
    guest.get(&format!("/api/files/missing/{record}/{name}")).await.is(404);
    // A name that was dropped is not served any more, though its bytes may still lie there.
    guest.update("docs", &record, json!({"doc": null})).await.is(200);
    guest.get(&format!("/api/files/docs/{record}/{name}")).await.is(404);
}

#[tokio::test]
async fn a_hidden_fields_file_is_served_to_who_knows_its_name() {
    let server = server().await;
    let superuser = server.superuser();
    let made = superuser.create_form("docs", multipart(&[], &[("unseen", "secret.txt", b"text")])).await;
    let path = format!("/api/files/docs/{}/{}", made.is(200).id(), made.text("/unseen"));
    server.superuser().update_collection("docs", json!({"viewRule": null})).await.is(200);
    assert_eq!(server.guest().get(&path).await.is(200).body, b"text");
}

#[tokio::test]
async fn a_protected_file_asks_the_view_rule() {
    let server = server().await;
    let superuser = server.superuser();
    let made = superuser.create_form("docs", multipart(&[], &[("kept", "kept.txt", b"text")])).await;
    let path = format!("/api/files/docs/{}/{}", made.is(200).id(), made.text("/kept"));
    server.guest().get(&path).await.is(200);
    for rule in [json!(null), json!("@request.auth.id != ''"), json!("@request.context != 'protectedFile'")] {
        superuser.update_collection("docs", json!({"viewRule": rule})).await.is(200);
        server.guest().get(&path).await.is(404).no_data();
        // The header is not read here, and an auth token is no file token.
        superuser.get(&path).await.is(404);
        server.guest().get(&format!("{path}?token={}", superuser.token().unwrap())).await.is(404);
    }
    superuser.update_collection("docs", json!({"viewRule": "@request.context = 'protectedFile'"})).await.is(200);
    server.guest().get(&path).await.is(200);
}
