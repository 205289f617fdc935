//! A database of the log that is missing, foreign or damaged.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;

use super::{beside, file, found, readiness};
use crate::support::{Client, TestServer};

/// What was set aside.
fn aside(server: &TestServer) -> Vec<PathBuf> {
    let files = fs::read_dir(server.dir()).expect("a folder").map(|entry| entry.expect("an entry").path());
    let is_aside = |path: &PathBuf| path.to_string_lossy().contains("auxiliary.db.aside-");
    let mut found: Vec<_> = files.filter(is_aside).collect();
    found.sort();
    found
}

/// Replaces the database of a server that is stopped.
fn replace(server: &TestServer, bytes: &[u8]) {
    for end in ["", "-wal", "-shm"] {
        fs::remove_file(server.dir().join(format!("auxiliary.db{end}"))).ok();
    }
    fs::write(file(server), bytes).expect("a file");
}

/// The server serves and keeps what happens.
async fn logs_again(server: &TestServer) {
    server.guest().get("/api/health?again=1").await.is(200);
    assert_eq!(found(server, "data.url = '/api/health?again=1'").await.len(), 1);
}

#[tokio::test]
async fn a_missing_database_is_made_anew() {
    let mut server = TestServer::start().await;
    server.terminate();
    fs::remove_file(file(&server)).expect("it was there");
    server.restart();
    logs_again(&server).await;
    assert!(aside(&server).is_empty());
}

#[tokio::test]
async fn what_is_no_database_or_a_foreign_one_is_set_aside() {
    let mut server = TestServer::start().await;
    server.terminate();
    replace(&server, &b"no database at all, ".repeat(500));
    server.restart();
    logs_again(&server).await;
    assert_eq!(found(&server, "level = 4 && message ~ 'is damaged' && data.aside != ''").await.len(), 1);
    server.process().line_with("it was set aside");
    let [first] = aside(&server).try_into().expect("one");
    assert!(fs::read(first).expect("a file").starts_with(b"no database at all"));

    server.terminate();
    replace(&server, b"");
    beside(&server).execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (5)").expect("a table");
    server.restart();
    logs_again(&server).await;
    let second = aside(&server).pop().expect("another");
    let theirs = rusqlite::Connection::open(second).expect("a database");
    assert_eq!(theirs.query_row("SELECT x FROM theirs", [], |row| row.get::<_, i64>(0)), Ok(5));
}

#[tokio::test]
async fn damage_that_shows_while_the_server_runs_is_set_aside_too() {
    let mut server = TestServer::start().await;
    server.guest().get("/api/health").await.is(200);
    server.terminate();
    let (root, size): (u32, u32) = {
        let connection = beside(&server);
        let root = "SELECT rootpage FROM sqlite_schema WHERE name = '_logs'";
        let root = connection.query_row(root, [], |row| row.get(0)).expect("a page");
        (root, connection.query_row("PRAGMA page_size", [], |row| row.get(0)).expect("a size"))
    };
    let mut bytes = fs::File::options().write(true).open(file(&server)).expect("a file");
    bytes.seek(SeekFrom::Start(u64::from((root - 1) * size))).expect("a page");
    bytes.write_all(&vec![0xa5; size as usize]).expect("damage");
    drop(bytes);
    server.restart();
    server.guest().get("/api/health?again=0").await.is(200);
    let again = async {
        loop {
            let answer = server.superuser().get("/api/logs?filter=message~'is%20damaged'").await;
            if answer.status == 200 && !answer.items().is_empty() {
                return;
            }
            server.guest().get("/api/health").await.is(200);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), again).await.expect("a new log");
    logs_again(&server).await;
    assert_eq!(found(&server, "data.url = '/api/health?again=0'").await.len(), 1, "what waited was not lost");
    assert_eq!(aside(&server).len(), 1);
}

#[tokio::test]
async fn where_no_database_can_be_made_everything_else_is_served() {
    let mut server = TestServer::start().await;
    server.terminate();
    replace(&server, b"");
    fs::remove_file(file(&server)).expect("it was there");
    fs::create_dir(file(&server)).expect("a folder in its place");
    server.restart();
    server.process().line_with("no logs are kept");
    server.guest().get("/api/health").await.is(200);
    let superuser = server.superuser();
    for path in ["/api/logs", "/api/logs/stats", "/api/logs/e10000000000000"] {
        superuser.get(path).await.is(503).message_has("Logs are not kept");
    }
    superuser.get("/api/settings").await.is(200);
    let (state, detail) = readiness(&server).await;
    assert!(state == "down" && detail.starts_with("Nothing is kept"), "{state}: {detail}");
    assert!(server.terminate().success());
}

/// A full disk for what is larger than the data: its own database takes writes.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_fails_no_request_is_told_and_is_made_up_for() {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    const REQUESTS: u64 = 1500;
    let mut server = TestServer::with(crate::support::notes()).await;
    let process = Pid::from_raw(i32::try_from(server.process().id()).expect("an id"));
    let limit = |most| prlimit(process, Resource::Fsize, Rlimit { current: most, maximum: None }).expect("a limit");
    limit(Some(2 << 20));
    let guest = server.guest();
    for _ in 0..REQUESTS {
        let request = guest.request(reqwest::Method::GET, "/api/health?full=1").header("User-Agent", "x".repeat(1990));
        guest.send(request).await.is(200);
    }
    server.superuser().create("notes", serde_json::json!({"title": "kept"})).await.is(200);
    server.process().line_with("the log could not be written");
    let told = async {
        loop {
            let (state, detail) = readiness(&server).await;
            if state == "degraded" && detail.contains("could not be written") {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), told).await.expect("a state");

    limit(None);
    let settled = async {
        loop {
            let superuser = server.superuser();
            let request = superuser.request(reqwest::Method::GET, "/api/logs");
            let query = [("filter", "data.url = '/api/health?full=1'"), ("perPage", "1"), ("fields", "id")];
            let answer = superuser.send(request.query(&query)).await;
            let kept = answer.is(200).at("/totalItems").as_u64().expect("a number");
            if kept == REQUESTS {
                return;
            }
            assert!(kept < REQUESTS, "{kept}: doubled");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), settled).await.expect("all that waited");
    assert!(aside(&server).is_empty(), "a full disk is no damage");
    assert!(server.terminate().success());
    let sound: String = beside(&server).query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("an answer");
    assert_eq!(sound, "ok");
}
