//! Files of records, up and down, beside what plain axum does with the same bytes.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value as Json, json};

use crate::data;
use crate::load::{Connection, Script, request};
use crate::report::Line;
use crate::rounds::Bench;

/// Name, bytes and connections.
const SIZES: [(&str, usize, usize); 3] = [("4 KiB", 4 << 10, 50), ("1 MiB", 1 << 20, 10), ("64 MiB", 64 << 20, 2)];
/// Where files are sent to.
const RECORDS: &str = "/api/collections/papers/records";

pub(super) fn run(bench: &Bench) -> Vec<Line> {
    let names = |verb: &str| SIZES.map(|(size, ..)| format!("{verb} of {size}"));
    let (downloads, uploads) = (names("download"), names("upload"));
    if !downloads.iter().chain(&uploads).any(|name| bench.scale.wants(name)) {
        return Vec::new();
    }
    bench.runtime.block_on(make_collection(bench));
    let mut lines = Vec::new();
    for (name, (_, size, connections)) in downloads.into_iter().zip(SIZES) {
        if bench.scale.wants(&name) {
            let content = content(size);
            std::fs::write(bench.plain_files.join("file"), &content).expect("there is room");
            let form = form(RECORDS, "paper", "paper.bin", &content);
            let address = bench.runtime.block_on(store(&bench.server.address, &form, "paper"));
            let script = |path: String| -> Script { Arc::new(move |_, _| request("GET", &path, None, None)) };
            let scripts = [&script(address), &script("/files/file".to_owned())];
            lines.push(bench.line_beside(name, connections, scripts, "rate ≥ 0.8"));
        }
    }
    for (name, (_, size, connections)) in uploads.into_iter().zip(SIZES) {
        if bench.scale.wants(&name) {
            let content = content(size);
            let script = |request: Bytes| -> Script { Arc::new(move |_, _| request.clone()) };
            let (ours, plain) = (form(RECORDS, "paper", "paper.bin", &content), post("/upload", "", &[&content]));
            lines.push(bench.line_beside(name, connections, [&script(ours), &script(plain)], "–"));
        }
    }
    lines
}

async fn make_collection(bench: &Bench) {
    let collection = json!({
        "id": "c_papers", "name": "papers", "type": "base", "viewRule": "", "createRule": "",
        "fields": [{"name": "paper", "type": "file", "maxSize": 1 << 30}],
    });
    let token = Some(bench.tokens.superuser.as_str());
    data::call(&bench.server.address, "POST", "/api/collections", token, &collection).await;
}

/// Bytes that nothing compresses.
fn content(size: usize) -> Vec<u8> {
    let mut noise = 1_u64;
    let mut next = || {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        noise.to_le_bytes()
    };
    (0..size / 8).flat_map(|_| next()).collect()
}

/// A request that creates a record with a file.
pub(super) fn form(path: &str, field: &str, name: &str, content: &[u8]) -> Bytes {
    let head = format!("--b\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n");
    let parts = [head.as_bytes(), content, b"\r\n--b--\r\n"];
    post(path, "Content-Type: multipart/form-data; boundary=b\r\n", &parts)
}

fn post(path: &str, headers: &str, body: &[&[u8]]) -> Bytes {
    let length: usize = body.iter().map(|part| part.len()).sum();
    let head = format!("POST {path} HTTP/1.1\r\nHost: bench\r\n{headers}Content-Length: {length}\r\n\r\n");
    [head.as_bytes(), &body.concat()].concat().into()
}

/// Sends such a request; the address of the file.
pub(super) async fn store(address: &str, form: &[u8], field: &str) -> String {
    let mut connection = Connection::open(address).await.expect("the server accepts");
    let (status, answer) = connection.call(form).await.expect("the server answers");
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(answer));
    let record: Json = serde_json::from_slice(answer).expect("a record");
    let part = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
    format!("/api/files/{}/{}/{}", part("collectionName"), part("id"), part(field))
}
