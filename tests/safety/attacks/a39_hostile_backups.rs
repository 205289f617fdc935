//! Attacks 27 and 39: archives that somebody made on purpose, or that time has damaged. None changes anything, and each
//! is told.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value as Json;

use crate::restoring::house::{archive, back_up, data, entries, house, logged, restore, upload};
use crate::support::{Client, TestServer, run_command};

type Entries = Vec<(String, Vec<u8>)>;

const MANIFEST: &str = "tuckbox_backup.json";

/// An archive with one entry changed.
fn with(entries: &Entries, name: &str, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut entries = entries.clone();
    change(&mut entries.iter_mut().find(|entry| entry.0 == name).expect("an entry").1);
    archive(&entries)
}

/// An archive with another manifest.
fn saying(entries: &Entries, change: impl FnOnce(&mut Json)) -> Vec<u8> {
    with(entries, MANIFEST, |manifest| {
        let mut json: Json = serde_json::from_slice(manifest).expect("JSON");
        change(&mut json);
        *manifest = json.to_string().into_bytes();
    })
}

/// An archive with an entry more.
fn and(entries: &Entries, name: &str, content: &[u8]) -> Vec<u8> {
    archive(&[&entries[..], &[(name.to_owned(), content.to_vec())]].concat())
}

/// A database made by these statements, as bytes.
fn database(root: &Path, sql: &str) -> Vec<u8> {
    let path = root.join("made.db");
    let _ = fs::remove_file(&path);
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    fs::read(path).unwrap()
}

/// All of them with a word of what is said.
fn hostile(good: &[u8], root: &Path) -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let all = entries(good);
    let only = |bytes: Vec<u8>| archive(&[("data.db".to_owned(), bytes)]);
    let pocketbase = "CREATE TABLE _collections (id TEXT); CREATE TABLE _params (id TEXT)";
    let data = &all.iter().find(|entry| entry.0 == "data.db").expect("a database").1;
    let mut flipped = good.to_vec();
    flipped[good.len() / 3] ^= 1;
    vec![
        ("cut short", good[..good.len() / 2].to_vec(), "not the whole of one"),
        ("cut at the end", good[..good.len() - 30].to_vec(), "not the whole of one"),
        ("a flipped bit", flipped, "a backup was not restored"),
        ("no archive", b"PK\x03\x04 and nothing behind it".to_vec(), "no ZIP archive"),
        ("zip slip", and(&all, "../../slipped", b"x"), "no part of a backup"),
        ("an absolute path", and(&all, "/tmp/slipped", b"x"), "no part of a backup"),
        ("the key of a directory", and(&all, "instance.key", &[0; 32]), "no part of a backup"),
        ("another file more", and(&all, "storage/c/r/more.txt", b"x"), "files are not those"),
        ("a log more", and(&all, "data.db-wal", b"x"), "databases are not those"),
        ("a changed database", with(&all, "data.db", |bytes| bytes[5000] ^= 1), "not what it was"),
        ("a shorter database", with(&all, "data.db", |bytes| bytes.truncate(4096)), "databases are not those"),
        ("no manifest", archive(&all[..all.len() - 1]), "no part of a backup\" or \"It has no manifest"),
        ("a broken manifest", with(&all, MANIFEST, |bytes| bytes.truncate(9)), "manifest"),
        ("a newer format", saying(&all, |manifest| manifest["format"] = 99.into()), "newer Tuckbox"),
        ("a newer database", saying(&all, |manifest| manifest["migration"] = 9999.into()), "newer Tuckbox"),
        (
            "other numbers",
            saying(&all, |manifest| manifest["databases"]["data.db"]["rows"]["notes"] = 7.into()),
            "rows",
        ),
        (
            "a huge size",
            saying(&all, |manifest| manifest["databases"]["data.db"]["bytes"] = u64::MAX.into()),
            "not those",
        ),
        ("PocketBase", only(database(root, pocketbase)), "backup of PocketBase"),
        ("another program", only(database(root, "CREATE TABLE t (x)")), "tuckbox import sqlite"),
        ("ours without a manifest", only(data.clone()), "no manifest"),
        ("no database", only(b"nothing".to_vec()), "no database"),
        ("nothing of ours", archive(&[]), "no backup of Tuckbox"),
    ]
}

#[tokio::test]
async fn no_hostile_archive_changes_anything() {
    let mut server = house().await;
    let good = back_up(&server, "good.zip").await;
    let before = data(&server).await;
    for (number, (what, bytes, said)) in hostile(&good, server.root()).into_iter().enumerate() {
        let name = format!("hostile{number}.zip");
        // One that no upload takes is put there by hand.
        fs::write(server.dir().join("backups").join(&name), bytes).unwrap();
        restore(&server, &name).await.is(204);
        logged(&mut server, "a backup was not restored; nothing has changed", number + 1).await;
        let log = server.process().log();
        let line = log.lines().rfind(|line| line.contains("was not restored")).unwrap();
        assert!(said.split("\" or \"").any(|said| line.contains(said)), "{what}: {line}");
        assert_eq!(data(&server).await, before, "{what}");
        assert!(!server.dir().join("restore").exists(), "{what}");
        assert!(!server.dir().join("restore.json").exists(), "{what}");
    }
    assert!(!server.root().join("slipped").exists() && !Path::new("/tmp/slipped").exists());
    server.superuser().get("/api/health").await.has("/data/canBackup", true);
    server.stopped_database().is_sound();
}

#[tokio::test]
async fn the_command_tells_in_one_sentence() {
    let server = house().await;
    let good = back_up(&server, "good.zip").await;
    let root = tempfile::tempdir().unwrap();
    for (what, bytes, _) in hostile(&good, root.path()) {
        fs::write(root.path().join("hostile.zip"), bytes).unwrap();
        let output = run_command(root.path(), &["backup", "restore", "hostile.zip", "--dir", "new"]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{what}: {error}");
        assert!(error.starts_with("Error: ") && error.trim_end().lines().count() == 1, "{what}: {error}");
        assert!(!root.path().join("new/data.db").exists() && !root.path().join("new/restore").exists(), "{what}");
    }
}

/// A megabyte of nothing becomes a kilobyte, and a hundred of them in one entry nearly nothing.
#[tokio::test]
async fn a_bomb_is_refused_before_it_fills_the_disk() {
    let mut server = house().await;
    let good = back_up(&server, "good.zip").await;
    let mut all = entries(&good);
    all.insert(0, ("storage/c/r/bomb".to_owned(), vec![0; 300 << 20]));
    let bomb = archive(&all);
    assert!(bomb.len() < 1 << 20);
    upload(&server, "bomb.zip", &bomb).await.is(204);
    restore(&server, "bomb.zip").await.is(204);
    logged(&mut server, "a backup was not restored", 1).await;
    assert!(!server.dir().join("restore").exists());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_changes_nothing() {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let mut server: TestServer = house().await;
    let content: Vec<u8> = (0..9_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let form = crate::support::multipart(&[("title", "large")], &[("file", "a.bin", &content)]);
    server.superuser().update_collection("notes", serde_json::json!({"fields": [
        {"name": "title", "type": "text"}, {"name": "file", "type": "file", "maxSelect": 1, "maxSize": 20_000_000},
    ]})).await.is(200);
    server.guest().create_form("notes", form).await.is(200);
    back_up(&server, "good.zip").await;
    let before = data(&server).await.into_keys().collect::<Vec<_>>();
    let process = Pid::from_raw(i32::try_from(server.process().id()).unwrap());
    let most = 8 << 20;
    prlimit(process, Resource::Fsize, Rlimit { current: Some(most), maximum: None }).unwrap();
    restore(&server, "good.zip").await.is(204);
    logged(&mut server, "a backup was not restored", 1).await;
    assert!(server.process().log().contains("no room"), "{}", server.process().log());
    assert_eq!(data(&server).await.into_keys().collect::<Vec<_>>(), before);
    assert!(!server.dir().join("restore").exists());
    // With room again it goes well.
    prlimit(process, Resource::Fsize, Rlimit { current: None, maximum: None }).unwrap();
    restore(&server, "good.zip").await.is(204);
    crate::restoring::house::restored(&mut server, 1).await;
    assert_eq!(data(&server).await.into_keys().collect::<Vec<_>>(), before);
}
