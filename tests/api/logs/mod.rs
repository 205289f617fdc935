//! `/api/logs`: what becomes an entry, how entries are read, how long they stay, and what happens when their database
//! is slow, locked or broken.

mod broken;
mod entries;
mod flood;
mod list;
mod overview;
mod retention;
mod stats;
mod warnings;

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::{Value as Json, json};

use crate::support::{Client, TestServer};

/// The entries that a filter finds, oldest first.
async fn found(server: &TestServer, filter: &str) -> Vec<Json> {
    let superuser = server.superuser();
    let request =
        superuser.request(reqwest::Method::GET, "/api/logs").query(&[("filter", filter), ("perPage", "1000")]);
    superuser.send(request).await.is(200).items().to_vec()
}

/// The only entry that a filter finds.
async fn only(server: &TestServer, filter: &str) -> Json {
    let found = found(server, filter).await;
    assert_eq!(found.len(), 1, "{filter}: {found:#?}");
    found.into_iter().next().expect("one")
}

/// Changes the settings of the log.
async fn set(server: &TestServer, logs: Json) {
    server.superuser().patch("/api/settings", json!({"logs": logs})).await.is(200);
}

fn file(server: &TestServer) -> PathBuf {
    server.dir().join("auxiliary.db")
}

/// A connection to the database of the log beside the server.
fn beside(server: &TestServer) -> Connection {
    let connection = Connection::open(file(server)).expect("a database");
    connection.busy_timeout(Duration::from_secs(30)).expect("a time");
    connection
}

/// Writes an entry beside the server, as old as this many days and hours.
fn old(connection: &Connection, message: &str, level: i64, days: u32, hours: u32) {
    let when = format!("-{} hours", days * 24 + hours);
    connection
        .execute(
            "INSERT INTO _logs (level, message, data, created) VALUES (?, ?, '{}', strftime('%Y-%m-%d %H:%M:%fZ', 'now', ?))",
            (level, message, when),
        )
        .expect("an entry");
}

/// All messages in the database, read beside the server.
fn messages(connection: &Connection) -> Vec<String> {
    let mut statement = connection.prepare("SELECT message FROM _logs ORDER BY rowid").expect("a statement");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.map(|row| row.expect("a text")).collect()
}

/// What superusers are told of the log's state.
async fn readiness(server: &TestServer) -> (String, String) {
    let answer = server.superuser().get("/api/health").await;
    let parts = answer.is(200).at("/data/readiness").as_array().expect("a list");
    let logs = parts.iter().find(|part| part["part"] == "logs").expect("the log is a part");
    let text = |key: &str| logs[key].as_str().expect("a text").to_owned();
    (text("state"), text("detail"))
}

/// Waits until something holds that nobody tells of.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let waited = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waited).await.unwrap_or_else(|_| panic!("never: {what}"));
}
