//! The logs are part of a backup, and never in its way.

use std::fs;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::json;

use super::house::{add, archive, back_up, entries, house, logged, restore, titles, upload};
use crate::support::{Client, Database, TestServer};

/// How many entries of the log a filter finds. What waits is written first.
async fn count(server: &TestServer, filter: &str) -> usize {
    let superuser = server.superuser();
    let asked = superuser.request(reqwest::Method::GET, "/api/logs").query(&[("filter", filter)]);
    superuser.send(asked).await.is(200).items().len()
}

async fn asks(server: &TestServer, word: &str) {
    server.guest().get(&format!("/api/health?word={word}")).await.is(200);
    assert_eq!(count(server, &format!("data.url ~ '{word}'")).await, 1);
}

fn has_logs(archive: &[u8]) -> bool {
    entries(archive).iter().any(|(name, _)| name == "auxiliary.db")
}

#[tokio::test]
async fn the_logs_of_then_come_back_and_nothing_of_the_later_ones_gets_in() {
    let mut server = house().await;
    server.superuser().patch("/api/settings", json!({"logs": {"minLevel": 0, "maxDays": 5}})).await.is(200);
    asks(&server, "before").await;
    assert!(has_logs(&back_up(&server, "then.zip").await));
    asks(&server, "later").await;
    // What was written last is in the log of the old database alone.
    server.kill();
    assert!(fs::metadata(server.dir().join("auxiliary.db-wal")).unwrap().len() > 0);
    let restored = server.run(&["backup", "restore", "then.zip"]);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    for beside in ["auxiliary.db-wal", "auxiliary.db-shm"] {
        assert!(!server.dir().join(beside).exists(), "{beside}");
    }
    let logs = Database::open_file(&server.dir().join("auxiliary.db"));
    logs.is_sound();
    for (word, expected) in [("before", "1"), ("later", "0")] {
        let asked = format!("SELECT count(*) FROM _logs WHERE data LIKE '%health?word={word}%'");
        assert_eq!(logs.value(&asked), expected, "{word}");
    }
    drop(logs);
    server.restart();
    asks(&server, "again").await;
    assert_eq!(count(&server, "data.url ~ 'word=before'").await, 1);
    // And through the server, whose log is open until it starts anew.
    restore(&server, "then.zip").await.is(204);
    super::house::restored(&mut server, 1).await;
    assert_eq!(count(&server, "data.url ~ 'word=before'").await, 1);
    assert_eq!(count(&server, "data.url ~ 'word=again'").await, 0);
    asks(&server, "anew").await;
    assert!(server.terminate().success());
    Database::open_file(&server.dir().join("auxiliary.db")).is_sound();
}

#[tokio::test]
async fn logs_stay_where_the_backup_has_none() {
    let mut server = house().await;
    asks(&server, "kept").await;
    assert!(server.terminate().success());
    let logs = fs::read(server.dir().join("auxiliary.db")).unwrap();
    fs::remove_file(server.dir().join("auxiliary.db")).unwrap();
    assert!(server.run(&["backup", "create", "then.zip"]).status.success());
    assert!(!has_logs(&fs::read(server.dir().join("backups/then.zip")).unwrap()));
    fs::write(server.dir().join("auxiliary.db"), logs).unwrap();
    assert!(server.run(&["backup", "restore", "then.zip"]).status.success());
    server.restart();
    assert_eq!(count(&server, "data.url ~ 'word=kept'").await, 1);
}

#[tokio::test]
async fn logs_that_somebody_has_open_are_not_swapped_under_them() {
    let mut server = house().await;
    asks(&server, "one").await;
    back_up(&server, "then.zip").await;
    add(&server, "Cedar").await;
    assert!(server.terminate().success());
    let open = Connection::open(server.dir().join("auxiliary.db")).unwrap();
    open.execute_batch("PRAGMA journal_mode = WAL; BEGIN; SELECT count(*) FROM _logs;").unwrap();
    let refused = server.run(&["backup", "restore", "then.zip"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains("auxiliary.db") && said.contains("another process"), "{said}");
    drop(open);
    assert_eq!(titles(&server.dir()), ["Ash", "Birch", "Cedar"]);
    assert!(server.run(&["backup", "restore", "then.zip"]).status.success());
    assert_eq!(titles(&server.dir()), ["Ash", "Birch"]);
}

#[tokio::test]
async fn a_backup_is_made_without_logs_that_cannot_be_read() {
    let mut server = house().await;
    asks(&server, "one").await;
    assert!(server.terminate().success());
    let path = server.dir().join("auxiliary.db");
    let sound = fs::read(&path).unwrap();
    let mut torn = sound.clone();
    torn[4096..].fill(0x5a);
    for (number, damaged) in [b"no database, and never was one".repeat(100), torn].into_iter().enumerate() {
        fs::write(&path, damaged).unwrap();
        let name = format!("{number}.zip");
        let made = server.run(&["backup", "create", &name]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        assert!(!has_logs(&fs::read(server.dir().join("backups").join(&name)).unwrap()), "{number}");
        assert!(server.run(&["backup", "verify", &name]).status.success());
    }
}

#[tokio::test]
async fn why_a_backup_was_not_restored_is_in_the_logs() {
    let mut server = house().await;
    let empty = archive(&[("a".to_owned(), b"a".to_vec())]);
    upload(&server, "none.zip", &empty).await.is(204);
    restore(&server, "none.zip").await.is(204);
    logged(&mut server, "a backup was not restored", 1).await;
    let filter = "level = 8 && message ~ 'a backup was not restored' && data.backup = 'none.zip'";
    while count(&server, filter).await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let superuser = server.superuser();
    let asked = superuser.request(reqwest::Method::GET, "/api/logs").query(&[("filter", filter)]);
    let answer = superuser.send(asked).await;
    assert!(answer.text("/items/0/data/error").contains("no part of a backup"), "{answer}");
}
