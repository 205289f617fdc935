//! What these tests share: files to import, commands, and collections to import into.

use std::path::PathBuf;
use std::process::Output;

use serde_json::{Value as Json, json};

use crate::support::{Client, TestServer, collection};

/// Writes a file beside the data directory.
pub fn file(server: &TestServer, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = server.root().join(name);
    std::fs::write(&path, content).expect("a file");
    path.to_str().expect("a plain path").to_owned()
}

/// A file of `tests/data`.
pub fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// It went well; what it printed.
#[track_caller]
pub fn went_well(output: &Output) -> String {
    assert!(output.status.success(), "{}\n{}", stdout(output), stderr(output));
    stdout(output)
}

/// It ended with a sentence; what it printed, and the sentence.
#[track_caller]
pub fn failed(output: &Output) -> (String, String) {
    assert_eq!(output.status.code(), Some(1), "{}\n{}", stdout(output), stderr(output));
    (stdout(output), stderr(output))
}

/// Asks until a server knows a collection that another process has made: it looks once a second, or at its next write.
pub async fn becomes_known(server: &TestServer, collection: &str) {
    for _ in 0..10_000 {
        if server.superuser().get(&format!("/api/collections/{collection}")).await.status == 200 {
            return;
        }
    }
    panic!("the server never knew {collection}");
}

/// A collection of people, with a field of most types.
pub fn people() -> Json {
    let mut people = collection(
        "people",
        json!([
            {"name": "name", "type": "text", "required": true},
            {"name": "age", "type": "number", "max": 150},
            {"name": "member", "type": "bool"},
            {"name": "born", "type": "date"},
            {"name": "mail", "type": "email"},
            {"name": "site", "type": "url"},
            {"name": "tags", "type": "select", "values": ["a", "b", "c"], "maxSelect": 3},
            {"name": "extra", "type": "json"},
            {"name": "place", "type": "geoPoint"},
            {"name": "created", "type": "autodate", "onCreate": true},
        ]),
    );
    people["indexes"] = json!(["CREATE UNIQUE INDEX idx_people_mail ON people (mail) WHERE mail != ''"]);
    people
}
