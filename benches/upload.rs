//! The upload of a file of some GiB, and its way back: the server may not grow by it, and every byte must return
//! (`scripts/soak --upload GIB`).

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::data;
use crate::server::{self, EMAIL, PASSWORD, Server};

/// By how many MiB the server may grow meanwhile, in each direction.
const MOST_GROWN: f64 = 64.0;
/// How much is sent and read at once.
const BLOCK: usize = 1 << 20;
/// Each page of a block says where it belongs, so that no two parts of the file are the same.
const PAGE: usize = 4096;

/// Sends so many GiB there and back.
///
/// # Errors
/// What went wrong, in one sentence.
pub fn run(gib: u64) -> Result<(), String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
    server::make_directory(dir.path());
    let server = Server::tuckbox(dir.path());
    let told = runtime.block_on(there_and_back(&server, gib));
    server.stop();
    told
}

async fn there_and_back(server: &Server, gib: u64) -> Result<(), String> {
    let size = gib << 30;
    let address = &server.address;
    let path = "/api/collections/_superusers/auth-with-password";
    let answer = data::call(address, "POST", path, None, &json!({"identity": EMAIL, "password": PASSWORD})).await;
    let collection = json!({
        "name": "large", "type": "base", "viewRule": "", "createRule": "",
        "fields": [{"name": "file", "type": "file", "maxSize": size}],
    });
    data::call(address, "POST", "/api/collections", answer["token"].as_str(), &collection).await;

    let ((path, sent), grown) = watched(server, "upload", size, upload(address, size)).await?;
    let (received, grown_back) = watched(server, "download", size, download(address, &path, size)).await?;
    if sent != received {
        return Err("The file that came back is another one.".to_owned());
    }
    for (what, grown) in [("upload", grown), ("download", grown_back)] {
        if grown > MOST_GROWN {
            return Err(format!("The server grew by {grown:.0} MiB during the {what}, and may by {MOST_GROWN:.0}."));
        }
    }
    println!("{gib} GiB came back as they went");
    Ok(())
}

/// Does something with a server and tells how quick it was, and by how many MiB the server grew at most.
async fn watched<T>(
    server: &Server,
    what: &str,
    size: u64,
    work: impl Future<Output = std::io::Result<T>>,
) -> Result<(T, f64), String> {
    let (rests, anonymous) = (server.status_mib("VmRSS"), server.memory_mib());
    server.forget_peak();
    let (begin, cpu) = (Instant::now(), server.cpu());
    let mut most_anonymous = anonymous;
    let watch = async {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            most_anonymous = server.memory_mib().max(most_anonymous);
        }
    };
    let done = tokio::select! {
        done = work => done.map_err(|error| format!("The {what} failed: {error}."))?,
        never = watch => never,
    };
    let (seconds, peak) = (begin.elapsed().as_secs_f64(), server.status_mib("VmHWM"));
    let mib = size as f64 / f64::from(1 << 20);
    println!(
        "{what}: {seconds:.1} s, {:.0} MiB/s, {:.2} ms of CPU a MiB; memory {rests:.1} MiB before, {peak:.1} at most \
         (anonymous {anonymous:.1} and {most_anonymous:.1})",
        mib / seconds,
        (server.cpu() - cpu).as_secs_f64() * 1_000.0 / mib,
    );
    Ok((done, peak - rests))
}

/// What the file consists of, block by block.
struct Blocks {
    block: Vec<u8>,
    left: u64,
    pages: u64,
}

impl Blocks {
    fn of(size: u64) -> Self {
        let mut noise = 1_u64;
        let mut next = || {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            noise.to_le_bytes()
        };
        let block = (0..BLOCK / 8).flat_map(|_| next()).collect();
        Self { block, left: size, pages: 0 }
    }

    fn next(&mut self) -> Option<&[u8]> {
        if self.left == 0 {
            return None;
        }
        self.left -= BLOCK as u64;
        for page in self.block.chunks_mut(PAGE) {
            page[..8].copy_from_slice(&self.pages.to_le_bytes());
            self.pages += 1;
        }
        Some(&self.block)
    }
}

/// Sends a file of a size; where it is downloaded, and its hash.
async fn upload(address: &str, size: u64) -> std::io::Result<(String, Vec<u8>)> {
    let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"large.bin\"\r\n\r\n";
    let tail = "\r\n--b--\r\n";
    let length = size + (head.len() + tail.len()) as u64;
    let mut stream = TcpStream::connect(address).await?;
    let request = format!(
        "POST /api/collections/large/records HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n\r\n{head}"
    );
    stream.write_all(request.as_bytes()).await?;
    let (mut blocks, mut hash) = (Blocks::of(size), Sha256::new());
    while let Some(block) = blocks.next() {
        stream.write_all(block).await?;
        hash.update(block);
    }
    stream.write_all(tail.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let record: Json = serde_json::from_str(body).unwrap_or_default();
    let part = |name: &str| record[name].as_str().ok_or_else(|| std::io::Error::other(answer.clone()));
    Ok((format!("/api/files/large/{}/{}", part("id")?, part("file")?), hash.finalize().to_vec()))
}

/// Fetches a file of a size; its hash.
async fn download(address: &str, path: &str, size: u64) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut block = vec![0; BLOCK];
    let mut head = Vec::new();
    let end = loop {
        let count = stream.read(&mut block).await?;
        head.extend_from_slice(&block[..count]);
        match head.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            Some(end) => break end + 4,
            None if count == 0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            None => {}
        }
    };
    if !head.starts_with(b"HTTP/1.1 200 ") {
        return Err(std::io::Error::other(String::from_utf8_lossy(&head).into_owned()));
    }
    let (mut hash, mut received) = (Sha256::new(), (head.len() - end) as u64);
    hash.update(&head[end..]);
    while received < size {
        match stream.read(&mut block).await? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            count => {
                hash.update(&block[..count]);
                received += count as u64;
            }
        }
    }
    Ok(hash.finalize().to_vec())
}
