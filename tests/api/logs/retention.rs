//! How long entries stay.

use serde_json::json;

use super::{beside, file, found, messages, old, set, until};
use crate::support::{Client, TestServer};

#[tokio::test]
async fn saving_settings_removes_what_they_do_not_want() {
    let server = TestServer::start().await;
    let connection = beside(&server);
    old(&connection, "four days", 0, 4, 1);
    old(&connection, "two days", 0, 2, 0);
    old(&connection, "debug", -4, 0, 0);
    old(&connection, "warning", 4, 0, 0);
    // Below the level that stands there already, too.
    set(&server, json!({"maxDays": 4})).await;
    assert_eq!(found(&server, "message ~ 'days' || message ~ 'debug' || message ~ 'warning'").await.len(), 2);
    set(&server, json!({"minLevel": 4})).await;
    let left = found(&server, "").await;
    assert_eq!(left.iter().map(|entry| entry["message"].clone()).collect::<Vec<_>>(), ["warning"]);
}

#[tokio::test]
async fn without_days_everything_goes_and_the_file_shrinks() {
    let server = TestServer::start().await;
    let connection = beside(&server);
    let fill = "INSERT INTO _logs (message) WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 20000)
                SELECT printf('%0100d', x) FROM n";
    connection.execute(fill, []).expect("entries");
    let pages = || connection.query_row("PRAGMA page_count", [], |row| row.get::<_, i64>(0)).expect("a number");
    assert!(pages() > 1000, "{}", pages());
    set(&server, json!({"maxDays": 0})).await;
    assert!(found(&server, "").await.is_empty());
    until("the file is small", || pages() < 50).await;
}

#[tokio::test]
async fn old_entries_go_when_the_server_starts() {
    let mut server = TestServer::start().await;
    old(&beside(&server), "six days", 0, 6, 0);
    old(&beside(&server), "four days", 0, 4, 0);
    server.restart();
    let left = found(&server, "message ~ 'days'").await;
    assert_eq!(left.iter().map(|entry| entry["message"].clone()).collect::<Vec<_>>(), ["four days"]);
}

#[tokio::test]
async fn entries_are_written_by_themselves_after_a_while() {
    let server = TestServer::start().await;
    server.guest().get("/api/health?quiet=1").await.is(200);
    let connection = beside(&server);
    until("it is written", || messages(&connection).contains(&"GET /api/health?quiet=1".to_owned())).await;
}

#[tokio::test]
async fn a_stop_writes_what_waits_and_a_restart_keeps_it() {
    let mut server = TestServer::start().await;
    let guest = server.guest();
    for at in 0..30 {
        guest.get(&format!("/api/health?at={at}")).await.is(200);
    }
    assert!(server.terminate().success());
    assert!(!file(&server).with_file_name("auxiliary.db-wal").exists(), "it was closed in order");
    assert_eq!(messages(&beside(&server)).iter().filter(|message| message.contains("?at=")).count(), 30);
    server.restart();
    assert_eq!(found(&server, "message ~ '?at='").await.len(), 30);
}
