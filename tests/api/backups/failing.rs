//! Backups that come to nothing: a full disk, a stop, a kill. Nothing is left of them, and data is what it was.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::{held_up, left, listed, make, opened, server, until_active};
use crate::support::{Answer, Client, TestServer, multipart};

/// Bytes that no packing makes smaller.
fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..size).map(next).collect()
}

async fn with_noise() -> TestServer {
    let server = server().await;
    for seed in 1..=3 {
        let content = noise(5 << 20, seed);
        let form = multipart(&[("title", "noise")], &[("file", "noise.bin", &content)]);
        server.guest().create_form("docs", form).await.is(200);
    }
    server
}

async fn until_there(path: &Path) {
    for _ in 0..6000 {
        if path.exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("{} does not come", path.display());
}

/// Asks for a backup beside the test; an answer, where one comes.
fn ask(server: &TestServer, name: &str) -> tokio::task::JoinHandle<Option<u16>> {
    let request = server.superuser().request(reqwest::Method::POST, "/api/backups").json(&json!({"name": name}));
    tokio::spawn(async move { request.send().await.ok().map(|answer| answer.status().as_u16()) })
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_told_and_nothing_is_left() {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let mut server = with_noise().await;
    let process = Pid::from_raw(i32::try_from(server.process().id()).unwrap());
    prlimit(process, Resource::Fsize, Rlimit { current: Some(8 << 20), maximum: None }).unwrap();
    let answer: Answer = make(&server, "a.zip").await;
    answer.is(400).no_data().message("The backup was not made. There is no room for the backup.");
    assert_eq!(left(&server), [] as [&str; 0]);
    server.guest().create("docs", json!({"title": "after"})).await.is(200);
    prlimit(process, Resource::Fsize, Rlimit { current: None, maximum: None }).unwrap();
    make(&server, "a.zip").await.is(204);
    assert_eq!(opened(&server, "a.zip").files().len(), 6);
    let database = server.stopped_database();
    database.is_sound();
    assert_eq!(database.value("SELECT count(*) FROM docs"), "6");
}

#[tokio::test]
async fn a_stop_ends_a_backup_wherever_it_is_and_leaves_nothing() {
    let mut server = with_noise().await;
    // Before it has begun to copy.
    let lock = held_up(&server);
    let asked = ask(&server, "a.zip");
    until_active(&server, true).await;
    assert!(server.terminate_while_others_run().await.success());
    drop(lock);
    assert_ne!(asked.await.unwrap(), Some(204));
    assert_eq!(left(&server), [] as [&str; 0]);
    server.restart();
    // While it packs.
    let asked = ask(&server, "b.zip");
    until_there(&server.dir().join("backups/.making/archive.zip")).await;
    assert!(server.terminate_while_others_run().await.success());
    // It may have been through by then.
    let done = asked.await.unwrap() == Some(204);
    let names = left(&server);
    assert!(names.is_empty() || names == ["b.zip"], "{names:?} of {done}");
    server.restart();
    make(&server, "c.zip").await.is(204);
    assert_eq!(listed(&server, "c.zip").await["problem"], "");
}

#[tokio::test]
async fn what_a_kill_leaves_goes_with_the_next_start() {
    let mut server = with_noise().await;
    let asked = ask(&server, "a.zip");
    let making = server.dir().join("backups/.making");
    until_there(&making.join("archive.zip")).await;
    server.kill();
    assert_ne!(asked.await.unwrap(), Some(204));
    // What another program put there is not ours to remove.
    std::fs::write(server.dir().join("backups/other.zip"), "other").unwrap();
    server.restart();
    assert!(!making.exists());
    assert_eq!(left(&server), ["other.zip"]);
    make(&server, "a.zip").await.is(204);
    assert_eq!(opened(&server, "a.zip").files().len(), 6);
    server.stopped_database().is_sound();
}
