//! Backups that lie in a bucket, and files that do. The server of the bucket is in this process, and answers on another
//! thread while a test waits for a command.

use serde_json::{Value as Json, json};

use super::house::{add, archive, data, house, of, restore, restored, titles, upload};
use crate::files::S3Server;
use crate::support::{Client, Process, TestServer};

async fn create(server: &TestServer, name: &str) {
    server.superuser().post("/api/backups", json!({"name": name})).await.is(204);
}

/// A server whose backups lie in a bucket, with one of [`house`].
async fn far() -> (TestServer, S3Server) {
    let (server, s3) = (house().await, S3Server::start().await);
    server.superuser().patch("/api/settings", json!({"backups": {"s3": s3.settings()["s3"]}})).await.is(200);
    create(&server, "then.zip").await;
    add(&server, "Cedar").await;
    (server, s3)
}

fn keys(list: &Json) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_bucket_is_restored_by_the_server_and_by_the_command() {
    let (mut server, s3) = far().await;
    restore(&server, "then.zip").await.is(204);
    restored(&mut server, 1).await;
    assert_eq!(data(&server).await, of(&["Ash", "Birch"]));
    add(&server, "Dogwood").await;
    assert!(server.terminate().success());
    let run = server.run(&["backup", "restore", "other.zip"]);
    assert!(!run.status.success() && String::from_utf8_lossy(&run.stderr).contains("no backup of this name"));
    let run = server.run(&["backup", "restore", "then.zip"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(titles(&server.dir()), ["Ash", "Birch"]);
    assert_eq!(s3.objects(), ["then.zip"]);
    let left: Vec<_> =
        std::fs::read_dir(server.dir().join("backups")).unwrap().map(|one| one.unwrap().path()).collect();
    assert!(left.iter().all(|path| path.to_str().unwrap().ends_with("lock")), "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_backup_is_restored_everything_else_is_served_and_no_other_begins() {
    let (mut server, s3) = far().await;
    create(&server, "other.zip").await;
    s3.hold(true);
    restore(&server, "then.zip").await.is(204);
    let superuser = server.superuser();
    server.superuser().get("/api/health").await.is(200).has("/data/canBackup", false);
    // Before the body is looked at, and whether there is one of the name.
    superuser.post("/api/backups", json!({"name": "NOT A NAME"})).await.is(400).no_data();
    for key in ["then.zip", "other.zip", "none.zip"] {
        restore(&server, key).await.is(400).no_data().message_has("restored already");
    }
    superuser.remove("/api/backups/then.zip").await.is(400).no_data();
    superuser.remove("/api/backups/other.zip").await.is(204);
    let zip = archive(&[("a".to_owned(), b"a".to_vec())]);
    upload(&server, "then.zip", &zip).await.is(400).codes(&[("file", "validation_backup_name_exists")]);
    upload(&server, "more.zip", &zip).await.is(204);
    assert_eq!(keys(&superuser.get("/api/backups").await.is(200).json), ["more.zip", "then.zip"]);
    add(&server, "Dogwood").await;
    assert_eq!(data(&server).await, of(&["Ash", "Birch", "Cedar", "Dogwood"]));
    let beside = server.run(&["backup", "create", "third.zip"]);
    assert!(!beside.status.success());
    assert!(String::from_utf8_lossy(&beside.stderr).contains("made or restored already"), "{beside:?}");
    s3.hold(false);
    restored(&mut server, 1).await;
    assert_eq!(data(&server).await, of(&["Ash", "Birch"]));
    server.superuser().get("/api/health").await.has("/data/canBackup", true);
    assert_eq!(keys(&server.superuser().get("/api/backups").await.is(200).json), ["more.zip", "then.zip"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_does_not_wait_for_a_bucket_that_does_not_answer() {
    let (mut server, s3) = far().await;
    s3.hold(true);
    restore(&server, "then.zip").await.is(204);
    assert!(server.terminate_while_others_run().await.success());
    assert!(server.process().log().contains("a backup was not restored"), "{}", server.process().log());
    s3.hold(false);
    server.restart();
    assert_eq!(data(&server).await, of(&["Ash", "Birch", "Cedar"]));
    restore(&server, "then.zip").await.is(204);
    restored(&mut server, 1).await;
    assert_eq!(data(&server).await, of(&["Ash", "Birch"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_waits_for_a_bucket_is_interrupted() {
    let (mut server, s3) = far().await;
    assert!(server.terminate_while_others_run().await.success());
    s3.hold(true);
    s3.asked();
    let args = ["backup", "restore", "then.zip", "--dir", server.dir().to_str().unwrap()].map(str::to_owned);
    let mut command = Process::spawn(server.root(), &args, &[]);
    while !s3.asked().contains(&reqwest::Method::GET) {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    command.signal("INT");
    while command.is_running() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert!(command.log().contains("Interrupted. Nothing was restored."), "{}", command.log());
    assert_eq!(titles(&server.dir()), ["Ash", "Birch", "Cedar"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_in_a_bucket_stay_there_whoever_restores_the_records() {
    let (mut server, s3) = (house().await, S3Server::start().await);
    server.superuser().patch("/api/settings", s3.settings()).await.is(200);
    let far = add(&server, "Cedar").await;
    // As a backup finds it that is made while a file is on its way to its record.
    let coming = add(&server, "coming").await;
    let insert = format!(
        "INSERT INTO _tb_uploads (collection, record, name, at) VALUES ('c_notes', '{}', '{}', '2020-01-01 00:00:00.000Z');          DELETE FROM notes WHERE id = '{}'",
        coming.id(),
        coming.text("/file"),
        coming.id()
    );
    let path = |note: &crate::support::Answer| format!("c_notes/{}/{}", note.id(), note.text("/file"));
    assert!(s3.objects().contains(&path(&far)) && s3.objects().contains(&path(&coming)), "{:?}", s3.objects());
    crate::support::Database::open(&server.dir()).execute(&insert);
    create(&server, "then.zip").await;
    crate::support::Database::open(&server.dir()).execute("DELETE FROM _tb_uploads");
    // Another server that the backup is restored on sees the same bucket.
    restore(&server, "then.zip").await.is(204);
    restored(&mut server, 1).await;
    server.sql_becomes("SELECT count(*) FROM _tb_jobs", "0").await;
    assert_eq!(data(&server).await.get("Cedar"), Some(&"200 the file of Cedar".to_owned()));
    assert!(s3.objects().contains(&path(&coming)), "a file of somebody else was removed: {:?}", s3.objects());
}
