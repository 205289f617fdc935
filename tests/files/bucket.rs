//! Files in a bucket, over a real S3-compatible server.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::s3_server::S3Server;
use super::{content, server, upload};
use crate::support::{Client, TestServer, collection, multipart};

pub(super) async fn both() -> (TestServer, S3Server) {
    let (server, s3) = (server().await, S3Server::start().await);
    server.superuser().patch("/api/settings", s3.settings()).await.is(200);
    (server, s3)
}

/// Waits until the bucket has exactly these objects; removal is done after the commit.
pub(super) async fn has_objects(s3: &S3Server, expected: &[String]) {
    for _ in 0..1000 {
        if s3.objects() == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(s3.objects(), expected);
}

fn object(path: &str) -> String {
    path.replace("/api/files/docs/", "c_docs/")
}

#[tokio::test]
async fn files_lie_in_the_bucket_and_come_back_whole_and_in_parts() {
    let (server, s3) = both().await;
    let guest = server.guest();
    let mut objects = Vec::new();
    for size in [0, 5, 100_000, 13 << 20] {
        let sent = content(size);
        let (_, path) = upload(&guest, "Müll #1.b*n", &sent).await;
        let answer = guest.get(&path).await;
        assert!(answer.is(200).body == sent, "{size} bytes");
        answer.has_header("content-length", &size.to_string());
        assert!(answer.header("etag").is_some_and(|tag| tag.starts_with('"')), "{answer}");
        if size > 100 {
            let part =
                guest.send(guest.request(reqwest::Method::GET, &path).header("Range", "bytes=70000-80000")).await;
            assert!(part.is(206).body == sent[70_000..=80_000]);
        }
        objects.push(object(&path));
    }
    objects.sort();
    has_objects(&s3, &objects).await;
    assert!(!server.dir().join("storage").exists());
    server.superuser().post("/api/settings/test/s3", json!({"filesystem": "storage"})).await.is(204);
    has_objects(&s3, &objects).await;
}

#[tokio::test]
async fn a_whole_file_takes_one_request_and_a_part_of_it_two() {
    let (server, s3) = both().await;
    let guest = server.guest();
    let (_, path) = upload(&guest, "a.bin", &content(100_000)).await;
    s3.asked();
    let tag = guest.get(&path).await.is(200).header("etag").unwrap().to_owned();
    assert_eq!(s3.asked(), [Method::GET]);
    let asked = |method, name: &'static str, value: &str| guest.send(guest.request(method, &path).header(name, value));
    asked(Method::GET, "Range", "bytes=5-9").await.is(206);
    assert_eq!(s3.asked(), [Method::HEAD, Method::GET]);
    asked(Method::GET, "If-None-Match", &tag).await.is(304);
    asked(Method::GET, "Range", "bytes=200000-").await.is(416);
    asked(Method::HEAD, "Accept", "*/*").await.is(200);
    assert_eq!(s3.asked(), vec![Method::HEAD; 3]);
}

#[tokio::test]
async fn type_and_client_name_go_along() {
    let (server, s3) = both().await;
    let guest = server.guest();
    let (_, path) = upload(&guest, "Müll 1.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").await;
    guest.get(&path).await.is(200).has_header("content-type", "image/png");
    let attributes = s3.attributes(&object(&path));
    assert!(attributes.contains("original-filename") && attributes.contains("M%C3%BCll%201.png"), "{attributes}");
}

#[tokio::test]
async fn dropped_files_and_records_go_from_the_bucket() {
    let (server, s3) = both().await;
    let guest = server.guest();
    let (made, first) = upload(&guest, "first.txt", b"1").await;
    let form = multipart(&[], &[("file", "second.txt", b"2")]);
    let second = guest.update_form("docs", &made.id(), form).await.is(200).text("/file").to_owned();
    guest.get(&first).await.is(404);
    has_objects(&s3, &[format!("c_docs/{}/{second}", made.id())]).await;
    let (_, kept) = upload(&guest, "kept.txt", b"3").await;
    guest.delete("docs", &made.id()).await.is(204);
    has_objects(&s3, &[object(&kept)]).await;
    server.superuser().update_collection("docs", json!({"createRule": "file = ''"})).await.is(200);
    guest.create_form("docs", multipart(&[], &[("file", "refused.txt", b"4")])).await.is(400);
    has_objects(&s3, &[object(&kept)]).await;
    server.superuser().remove("/api/collections/docs").await.is(204);
    has_objects(&s3, &[]).await;
}

#[tokio::test]
async fn a_bucket_that_is_down_is_told_and_used_again_when_it_is_back() {
    let (server, mut s3) = both().await;
    let guest = server.guest();
    let (made, path) = upload(&guest, "a.txt", b"1").await;
    s3.stop().await;
    guest.get(&path).await.is(503);
    guest.create_form("docs", multipart(&[], &[("file", "b.txt", b"2")])).await.is(503);
    guest.list("docs", &[]).await.is(200).has("/totalItems", 1);
    let superuser = server.superuser();
    superuser.post("/api/settings/test/s3", json!({"filesystem": "storage"})).await.is(400).no_data();
    s3.start_again().await;
    assert_eq!(guest.get(&path).await.is(200).body, b"1");
    guest.delete("docs", &made.id()).await.is(204);
    has_objects(&s3, &[]).await;
}

#[tokio::test]
async fn the_settings_choose_the_storage_at_once_and_move_nothing() {
    let (server, s3) = both().await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let (_, path) = upload(&guest, "a.txt", b"1").await;
    superuser.patch("/api/settings", json!({"s3": {"enabled": false}})).await.is(200);
    guest.get(&path).await.is(404);
    let (_, local) = upload(&guest, "b.txt", b"2").await;
    assert!(server.dir().join("storage").join(object(&local)).is_file());
    superuser.patch("/api/settings", json!({"s3": {"enabled": true}})).await.is(200);
    assert_eq!(guest.get(&path).await.is(200).body, b"1");
    guest.get(&local).await.is(404);
    has_objects(&s3, &[object(&path)]).await;
}

#[tokio::test]
async fn trying_out_a_bucket_tells_what_is_wrong() {
    let (server, s3) = both().await;
    let superuser = server.superuser();
    let tried = |filesystem: &'static str| {
        let superuser = &superuser;
        async move { superuser.post("/api/settings/test/s3", json!({"filesystem": filesystem})).await }
    };
    tried("").await.is(400).codes(&[("filesystem", "validation_required")]);
    tried("elsewhere").await.is(400).codes(&[("filesystem", "validation_in_invalid")]);
    tried("backups").await.is(400).no_data();
    superuser.patch("/api/settings", json!({"s3": {"secret": "wrong"}})).await.is(200);
    tried("storage").await.is(400).no_data().message_has("Failed to test the S3 filesystem");
    server.guest().create_form("docs", multipart(&[], &[("file", "b.txt", b"2")])).await.is(503);
    superuser.patch("/api/settings", json!({"s3": {"secret": s3.settings()["s3"]["secret"]}})).await.is(200);
    tried("storage").await.is(204);
    server.guest().post("/api/settings/test/s3", json!({"filesystem": "storage"})).await.is(401);
    has_objects(&s3, &[]).await;
}

/// Waits until the server logs a line with both.
async fn logs(server: &mut TestServer, one: &str, other: &str) {
    for _ in 0..3000 {
        if server.process().log().lines().any(|line| line.contains(one) && line.contains(other)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no line with {one:?} and {other:?}: {}", server.process().log());
}

#[tokio::test]
async fn what_is_dropped_while_the_bucket_is_away_goes_once_it_is_back() {
    let (mut server, mut s3) = both().await;
    let (guest, superuser) = (server.guest(), server.superuser());
    superuser.create_collection(collection("other", json!([{"name": "file", "type": "file"}]))).await.is(200);
    guest.create_form("other", multipart(&[], &[("file", "a.txt", b"1")])).await.is(200);
    let (made, _) = upload(&guest, "b.txt", b"2").await;
    s3.stop().await;
    guest.delete("docs", &made.id()).await.is(204);
    superuser.remove("/api/collections/other").await.is(204);
    // It starts without the bucket, and forgets nothing.
    server.restart();
    server.guest().get("/api/health").await.is(200);
    logs(&mut server, "is left to a later sweep", &made.id()).await;
    logs(&mut server, "is left to a later sweep", "c_other").await;
    assert_eq!(s3.objects().len(), 2);
    s3.start_again().await;
    server.restart();
    has_objects(&s3, &[]).await;
}
