//! Backups in a bucket, over a real S3-compatible server.

use serde_json::{Value as Json, json};

use super::{Archive, left, listed, make, server};
use crate::files::S3Server;
use crate::support::{Client, TestServer};

async fn both() -> (TestServer, S3Server) {
    let (server, s3) = (server().await, S3Server::start().await);
    let settings = json!({"backups": {"s3": s3.settings()["s3"]}});
    server.superuser().patch("/api/settings", settings).await.is(200);
    (server, s3)
}

async fn download(server: &TestServer, key: &str) -> Vec<u8> {
    let token = server.superuser().post("/api/files/token", json!({})).await.text("/token").to_owned();
    let answer = server.guest().get(&format!("/api/backups/{key}?token={token}")).await;
    answer.is(200).has_header("content-type", "application/zip");
    answer.has_header("content-disposition", &format!("attachment; filename={key}"));
    answer.body
}

#[tokio::test]
async fn a_backup_lies_in_the_bucket_under_its_name_and_is_read_back_from_there() {
    let (server, s3) = both().await;
    let superuser = server.superuser();
    superuser.post("/api/settings/test/s3", json!({"filesystem": "backups"})).await.is(204);
    make(&server, "small.zip").await.is(204);
    assert_eq!(s3.objects(), ["small.zip"]);
    assert_eq!(left(&server), [] as [&str; 0]);
    let found = listed(&server, "small.zip").await;
    assert!(found["problem"] == "" && found["verified"] != "" && found["size"].as_u64() > Some(1000), "{found}");
    // More than one part.
    let noise = "INSERT INTO docs (id, title) SELECT lower(hex(randomblob(7))) || 'x', hex(randomblob(500000)) \
                 FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30) SELECT i FROM n)";
    superuser.post("/api/sql", json!({"query": noise})).await.is(200);
    make(&server, "large.zip").await.is(204);
    assert_eq!(s3.objects(), ["large.zip", "small.zip"]);
    let bytes = download(&server, "large.zip").await;
    assert!(bytes.len() > 12 << 20, "{}", bytes.len());
    let archive = Archive::read(bytes);
    assert_eq!(archive.database().value("SELECT count(*) FROM docs"), "32");
    assert_eq!(archive.manifest()["files"]["count"], 3);
    superuser.post("/api/backups/large.zip/verify", json!({})).await.is(200).has("/problem", "");
    make(&server, "large.zip").await.is(400).codes(&[("name", "validation_backup_name_exists")]);
    superuser.remove("/api/backups/small.zip").await.is(204);
    superuser.remove("/api/backups/small.zip").await.is(400).no_data();
    assert_eq!(s3.objects(), ["large.zip"]);
}

#[tokio::test]
async fn a_bucket_that_is_down_fails_the_backup_and_leaves_nothing() {
    let (server, mut s3) = both().await;
    make(&server, "a.zip").await.is(204);
    s3.stop().await;
    make(&server, "b.zip").await.is(400).no_data();
    server.superuser().get("/api/backups").await.is(400).no_data();
    server.superuser().remove("/api/backups/a.zip").await.is(400).no_data();
    assert_eq!(left(&server), [] as [&str; 0]);
    s3.start_again().await;
    assert_eq!(s3.objects(), ["a.zip"]);
    make(&server, "b.zip").await.is(204);
    assert_eq!(listed(&server, "b.zip").await["problem"], "");
}

#[tokio::test]
async fn one_that_is_stored_and_cannot_be_read_back_is_told_apart_from_one_that_was_not_made() {
    let (server, mut s3) = both().await;
    s3.hold(true);
    s3.asked();
    let cut = async {
        while !s3.asked().contains(&reqwest::Method::GET) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        s3.stop().await;
    };
    let (answer, ()) = tokio::join!(make(&server, "a.zip"), cut);
    answer.is(400).no_data().message_has("The backup was stored, and could not be read back.");
    s3.hold(false);
    s3.start_again().await;
    let found = listed(&server, "a.zip").await;
    assert!(found["verified"] == "" && found["problem"] == "", "{found}");
    server.superuser().post("/api/backups/a.zip/verify", json!({})).await.is(200).has("/problem", "");
    assert_ne!(listed(&server, "a.zip").await["verified"], "");
}

#[tokio::test]
async fn files_in_a_bucket_are_no_part_of_a_backup_and_the_manifest_says_so() {
    let (server, s3) = (server().await, S3Server::start().await);
    server.superuser().patch("/api/settings", s3.settings()).await.is(200);
    let form = crate::support::multipart(&[], &[("file", "far.txt", b"far")]);
    server.guest().create_form("docs", form).await.is(200);
    make(&server, "a.zip").await.is(204);
    let archive = super::opened(&server, "a.zip");
    let files: &Json = &archive.manifest()["files"];
    assert_eq!((&files["count"], &files["elsewhere"], &files["missing"]), (&json!(3), &json!(1), &json!(0)));
    assert_eq!(listed(&server, "a.zip").await["problem"], "");
}
