//! 100,000 rows, in and out, in a bounded amount of memory.

use std::io::Write;
use std::process::{Command, Stdio};

use super::house::{becomes_known, went_well};
use crate::support::{Client, TestServer};

const ROWS: usize = 100_000;
/// What an import of this size may take at most; the file alone has more.
const MOST_MIB: u64 = 100;

/// The memory of a process's own, in MiB; `None` where the system does not tell. Pages of mapped files are left out:
/// those of the program, and those of the database, which the system drops when it wants them.
fn own_memory(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("RssAnon:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? >> 10)
}

#[tokio::test]
async fn memory_stays_flat_however_long_the_file_is() {
    let server = TestServer::start().await;
    let path = server.root().join("rows.jsonl");
    let mut out = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    let filler = "lorem ipsum dolor sit amet ".repeat(60);
    for n in 0..ROWS {
        writeln!(out, "{{\"number\": {n}, \"name\": \"row {n}\", \"text\": \"{filler}\"}}").unwrap();
    }
    out.into_inner().unwrap();
    let size = std::fs::metadata(&path).unwrap().len() >> 20;
    assert!(size > MOST_MIB, "{size} MiB");
    let mut child = Command::new(env!("CARGO_BIN_EXE_tuckbox"))
        .args(["import", "json", path.to_str().unwrap(), "--collection", "large", "--synchronous", "normal", "--dir"])
        .arg(server.dir())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = most.max(own_memory(child.id()).unwrap_or_default());
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let told = went_well(&child.wait_with_output().unwrap());
    assert!(told.contains("100000 rows read, 100000 created, 0 bad"), "{told}");
    assert!(most < MOST_MIB, "the import took {most} MiB");
    becomes_known(&server, "large").await;
    let mut lines = 0;
    let answer =
        server.superuser().request(reqwest::Method::GET, "/api/collections/large/export?fields=number").send().await;
    let mut body = answer.unwrap();
    let mut left = Vec::new();
    let mut expected = 0;
    while let Some(chunk) = body.chunk().await.unwrap() {
        left.extend_from_slice(&chunk);
        while let Some(end) = left.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = left.drain(..=end).collect();
            assert_eq!(line, format!("{{\"number\":{expected}}}\n").into_bytes());
            expected += 1;
            lines += 1;
        }
    }
    assert_eq!(lines, ROWS);
}
