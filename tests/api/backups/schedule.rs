//! Backups on schedule: kept by count, and told to superusers where one fails.

use serde_json::json;

use super::{left, listed, server};
use crate::support::{Client, SUPERUSER_EMAIL, TestServer};

/// Runs the schedule once, and waits for the end of the run.
async fn run(server: &TestServer) {
    server.superuser().post("/api/crons/__pbAutoBackup__", json!({})).await.is(204);
    server.sql_becomes("SELECT count(*) FROM _tb_jobs", "0").await;
}

async fn set(server: &TestServer, keep: i64) {
    let backups = json!({"backups": {"cron": "0 0 1 1 *", "cronMaxKeep": keep}});
    server.superuser().patch("/api/settings", backups).await.is(200);
}

fn put(server: &TestServer, name: &str, age: u64) {
    let path = server.dir().join("backups").join(name);
    std::fs::write(&path, "old").unwrap();
    let at = std::time::SystemTime::now() - std::time::Duration::from_secs(age);
    std::fs::File::options().write(true).open(path).unwrap().set_modified(at).unwrap();
}

#[tokio::test]
async fn the_schedule_is_listed_while_it_is_set_and_keeps_the_newest() {
    let server = server().await;
    let superuser = server.superuser();
    let is_listed = async || superuser.get("/api/crons").await.json.to_string().contains("__pbAutoBackup__");
    assert!(!is_listed().await);
    superuser.post("/api/crons/__pbAutoBackup__", json!({})).await.is(404);
    set(&server, 2).await;
    assert!(is_listed().await);
    std::fs::create_dir_all(server.dir().join("backups")).unwrap();
    put(&server, "@auto_pb_backup_acme_1.zip", 300);
    put(&server, "@auto_pb_backup_acme_0.zip", 200);
    put(&server, "pb_backup_acme_0.zip", 400);
    run(&server).await;
    let names = left(&server);
    assert_eq!(names.len(), 3, "{names:?}");
    assert_eq!((names[0].as_str(), names[2].as_str()), ("@auto_pb_backup_acme_0.zip", "pb_backup_acme_0.zip"));
    assert!(names[1].starts_with("@auto_pb_backup_acme_20") && names[1].ends_with(".zip"), "{names:?}");
    assert_eq!(listed(&server, &names[1]).await["problem"], "");
    superuser.patch("/api/settings", json!({"backups": {"cron": ""}})).await.is(200);
    assert!(!is_listed().await);
}

#[tokio::test]
async fn the_one_that_was_just_made_stays_whatever_the_clock_says_of_others() {
    let server = server().await;
    set(&server, 1).await;
    std::fs::create_dir_all(server.dir().join("backups")).unwrap();
    put(&server, "@auto_pb_backup_acme_0.zip", 200);
    let ahead = server.dir().join("backups/@auto_pb_backup_acme_9.zip");
    put(&server, "@auto_pb_backup_acme_9.zip", 0);
    let tomorrow = std::time::SystemTime::now() + std::time::Duration::from_secs(86_400);
    std::fs::File::options().write(true).open(ahead).unwrap().set_modified(tomorrow).unwrap();
    // Of another kind, or of nobody that we know.
    for name in ["pb_backup_acme_0.zip", "auto_pb_backup_acme_0.zip", "@auto.zip"] {
        put(&server, name, 400);
    }
    run(&server).await;
    let names = left(&server);
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(names[1].starts_with("@auto_pb_backup_acme_20"), "{names:?}");
    assert_eq!(listed(&server, &names[1]).await["problem"], "");
}

#[tokio::test]
async fn one_that_fails_is_logged_mailed_to_every_superuser_and_removes_nothing() {
    let mut server = server_in_development().await;
    set(&server, 1).await;
    let second = json!({"email": "second@example.com", "password": "12345678", "passwordConfirm": "12345678"});
    server.superuser().create("_superusers", second).await.is(200);
    std::fs::create_dir_all(server.dir().join("backups")).unwrap();
    put(&server, "@auto_pb_backup_acme_0.zip", 200);
    put(&server, "@auto_pb_backup_acme_1.zip", 300);
    // Where the archive would be made is something else.
    std::fs::write(server.dir().join("backups/.making"), "in the way").unwrap();
    run(&server).await;
    assert_eq!(left(&server), [".making", "@auto_pb_backup_acme_0.zip", "@auto_pb_backup_acme_1.zip"]);
    let mails = server.mails();
    let mut to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    let mut expected = [SUPERUSER_EMAIL, "second@example.com"];
    expected.sort_unstable();
    assert_eq!(to, expected);
    assert!(mails[0].subject.starts_with("[Acme] ") && mails[0].text.contains("@auto_pb_backup_acme_"), "{mails:?}");
    server.process().line_with("the scheduled backup failed");
    // Once it can be made again, it is.
    std::fs::remove_file(server.dir().join("backups/.making")).unwrap();
    run(&server).await;
    assert_eq!(left(&server).len(), 1);
}

async fn server_in_development() -> TestServer {
    TestServer::builder().arg("--dev").start().await
}
