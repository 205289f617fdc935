//! Files over HTTP: uploads that are taken in piece by piece, downloads in parts, thumbs, and a bucket instead of the
//! disk.

mod batches;
mod bucket;
mod downloads;
mod s3_server;
mod thumbs;
mod uploads;

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
