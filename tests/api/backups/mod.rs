//! `/api/backups`: archives of the whole directory.

mod archive;
mod bucket;
mod command_line;
mod create;
mod failing;
mod instant;
mod schedule;
mod shelf;
mod verify;
mod watching;

use std::fs::File;
use std::time::Duration;

use serde_json::{Value as Json, json};

pub use archive::Archive;

use crate::support::{Answer, Client, TestServer, collection, multipart};

/// A server with a collection `docs`, whose field `file` takes whatever is sent, and two records.
pub async fn server() -> TestServer {
    let fields = json!([
        {"name": "title", "type": "text"},
        {"name": "file", "type": "file", "maxSize": 100 << 20},
        {"name": "more", "type": "file", "maxSelect": 99},
    ]);
    let server = TestServer::with_collections([collection("docs", fields)]).await;
    let more = [("file", "a.txt", &b"one"[..]), ("more", "b.png", b"\x89PNG\r\n\x1a\n"), ("more", "c.txt", b"three")];
    server.guest().create_form("docs", multipart(&[("title", "files")], &more)).await.is(200);
    server.guest().create("docs", json!({"title": "none"})).await.is(200);
    server
}

/// Makes a backup of a name.
pub async fn make(server: &TestServer, name: &str) -> Answer {
    server.superuser().post("/api/backups", json!({"name": name})).await
}

/// What the list says of a backup.
pub async fn listed(server: &TestServer, key: &str) -> Json {
    let list = server.superuser().get("/api/backups").await;
    list.is(200);
    let found = list.json.as_array().unwrap().iter().find(|one| one["key"] == key);
    found.unwrap_or_else(|| panic!("{key} is not in {}", list.json)).clone()
}

/// Opens a backup on the local disk.
pub fn opened(server: &TestServer, key: &str) -> Archive {
    Archive::open(&server.dir().join("backups").join(key))
}

/// Keeps whoever makes a backup from beginning: files are being removed as long as this is kept.
pub fn held_up(server: &TestServer) -> File {
    let path = server.dir().join("files.lock");
    let lock = File::options().create(true).truncate(false).write(true).open(path).unwrap();
    lock.lock().unwrap();
    lock
}

/// Waits until the server makes a backup, or makes none any more.
pub async fn until_active(server: &TestServer, active: bool) {
    for _ in 0..6000 {
        if server.superuser().get("/api/health").await.json["data"]["canBackup"] != active {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("canBackup stayed {active}");
}

/// What lies in the folder of backups, locks excepted.
pub fn left(server: &TestServer) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(server.dir().join("backups")) else { return Vec::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.ends_with("lock")).collect();
    names.sort();
    names
}
