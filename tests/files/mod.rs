//! Files over HTTP: uploads that are taken in piece by piece, downloads in parts, thumbs, and a bucket instead of the
//! disk.

mod batches;
mod bucket;
mod downloads;
mod interrupted;
mod races;
pub(crate) mod s3_server;
mod thumbs;
mod uploads;

use std::path::Path;
use std::time::Duration;

pub use s3_server::S3Server;
use serde_json::json;

use crate::support::{Answer, Client, TestServer, collection, multipart};

/// A server with a collection `docs`, whose field `file` takes whatever is up to 100 MiB.
async fn server() -> TestServer {
    let fields = json!([
        {"name": "file", "type": "file", "maxSize": 100 << 20},
        {"name": "more", "type": "file", "maxSelect": 99},
    ]);
    TestServer::with_collections([collection("docs", fields)]).await
}

/// Creates a record with a file; the answer, and the path of the file.
async fn upload(client: &impl Client, name: &str, content: &[u8]) -> (Answer, String) {
    let answer = client.create_form("docs", multipart(&[], &[("file", name, content)])).await;
    let path = format!("/api/files/docs/{}/{}", answer.is(200).id(), answer.text("/file"));
    (answer, path)
}

/// A content that is the same nowhere twice.
fn content(size: usize) -> Vec<u8> {
    (0..size as u32)
        .flat_map(|number| (number / 4).to_le_bytes().into_iter().skip((number % 4) as usize).take(1))
        .collect()
}

/// How many files lie below a folder, and in it.
fn files_in(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries.flatten().map(|entry| if entry.path().is_dir() { files_in(&entry.path()) } else { 1 }).sum()
}

/// Waits until so many files lie in the storage, and none where they are taken in.
async fn left(server: &TestServer, files: usize) {
    let now = || (files_in(&server.dir().join("storage")), files_in(&server.dir().join("uploads")));
    for _ in 0..500 {
        if now() == (files, 0) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(now(), (files, 0));
}

/// The head of a multipart body with one file.
fn head(name: &str) -> String {
    format!("--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n")
}

const MULTIPART: &str = "multipart/form-data; boundary=B";
const RECORDS: &str = "/api/collections/docs/records";
