//! `POST /api/backups/upload`.

use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::json;

use super::house::{archive, back_up, house, upload};
use crate::support::{Client, TestServer, multipart};

#[tokio::test]
async fn an_archive_is_stored_under_the_name_that_its_sender_has() {
    let server = house().await;
    let bytes = back_up(&server, "made.zip").await;
    for (sent, stored) in [("again.zip", "again.zip"), ("@x.zip", "@x.zip"), ("a folder/My One", "My One")] {
        upload(&server, sent, &bytes).await.is(204);
        assert_eq!(std::fs::read(server.dir().join("backups").join(stored)).unwrap(), bytes);
    }
    let listed = server.superuser().get("/api/backups").await;
    let keys: Vec<_> = listed.is(200).at("").as_array().unwrap().iter().map(|one| one["key"].clone()).collect();
    assert_eq!(keys, ["@x.zip", "My One", "again.zip", "made.zip"]);
    let left = std::fs::read_dir(server.dir().join("uploads")).map_or(0, Iterator::count);
    assert_eq!(left, 0);
}

#[tokio::test]
async fn what_is_no_archive_is_refused_with_a_code() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let zip = archive(&[("a".to_owned(), b"a".to_vec())]);
    let send = |form: Form| superuser.send(superuser.request(Method::POST, "/api/backups/upload").multipart(form));
    superuser.post("/api/backups/upload", json!({"file": "x"})).await.is(400).codes(&[("file", "validation_required")]);
    superuser.post("/api/backups/upload", json!({})).await.is(400).codes(&[("file", "validation_required")]);
    send(multipart(&[("file", "x")], &[])).await.is(400).codes(&[("file", "validation_required")]);
    send(multipart(&[], &[("other", "a.zip", &zip)])).await.is(400).codes(&[("file", "validation_required")]);
    for content in [&b"text"[..], b"", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"] {
        upload(&server, "a.zip", content).await.is(400).codes(&[("file", "validation_invalid_mime_type")]);
    }
    for name in [".hidden", "..", "a\\.."] {
        upload(&server, name, &zip).await.is(400).codes(&[("file", "validation_match_invalid")]);
    }
    upload(&server, "a.zip", &zip).await.is(204);
    upload(&server, "a.zip", &zip).await.is(400).codes(&[("file", "validation_backup_name_exists")]);
    let stored = std::fs::read(server.dir().join("backups/a.zip")).unwrap();
    assert_eq!(stored, zip);
}

#[tokio::test]
async fn others_than_superusers_store_nothing() {
    let server = TestServer::start().await;
    let guest = server.guest();
    let form = multipart(&[], &[("file", "a.zip", b"PK\x03\x04")]);
    guest.send(guest.request(Method::POST, "/api/backups/upload").multipart(form)).await.is(401);
    guest.post("/api/backups/a.zip/restore", json!({})).await.is(401);
}

#[tokio::test]
async fn an_archive_has_any_size() {
    let server = TestServer::start().await;
    // What cannot be made small.
    let mut state = 1_u64;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    });
    let entries = vec![("a".to_owned(), noise.take(40 << 20).collect())];
    let large = archive(&entries);
    assert!(large.len() > 32 << 20, "{} bytes are no more than other bodies may have", large.len());
    upload(&server, "large.zip", &large).await.is(204);
    assert_eq!(std::fs::metadata(server.dir().join("backups/large.zip")).unwrap().len(), large.len() as u64);
}
