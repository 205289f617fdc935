//! A backup of a busy server, on a server that was empty: everything that was acknowledged before is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::house::{add, house};
use crate::support::{Client, Guest, Process, TestServer, multipart, run_command};

/// The version of each record that was acknowledged last, by its id; none where it was removed.
type Known = Arc<Mutex<BTreeMap<String, Option<usize>>>>;

fn form(title: &str) -> reqwest::multipart::Form {
    let content = format!("the file of {title}");
    multipart(&[("title", title)], &[("file", "file.txt", content.as_bytes())])
}

/// Creates notes, gives some another file and removes some, until it is told to stop. A record whose change is under
/// way counts as it was before, or is left out where it is to be removed.
async fn write(guest: Guest, writer: usize, stop: Arc<AtomicBool>, known: Known) {
    for number in 0.. {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        let title = |version: usize| format!("w{writer}n{number}v{version}");
        let id = guest.create_form("notes", form(&title(0))).await.is(200).id();
        known.lock().unwrap().insert(id.clone(), Some(0));
        if number % 3 == 1 {
            guest.update_form("notes", &id, form(&title(1))).await.is(200);
            known.lock().unwrap().insert(id.clone(), Some(1));
        }
        if number % 4 == 3 {
            known.lock().unwrap().remove(&id);
            guest.delete("notes", &id).await.is(204);
            known.lock().unwrap().insert(id, None);
        }
    }
}

async fn more_than(known: &Known, count: usize) {
    while known.lock().unwrap().len() <= count {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Makes a backup and downloads it, as a client does.
async fn downloaded(server: &TestServer) -> Vec<u8> {
    let superuser = server.superuser();
    superuser.post("/api/backups", json!({"name": "busy.zip"})).await.is(204);
    let token = superuser.post("/api/files/token", json!({})).await.is(200).text("/token").to_owned();
    server.guest().get(&format!("/api/backups/busy.zip?token={token}")).await.is(200).body.clone()
}

/// All notes of a server, by their ids: titles and the contents of files.
async fn served(url: &str) -> BTreeMap<String, (String, String)> {
    let mut found = BTreeMap::new();
    for page in 1.. {
        let list = format!("{url}/api/collections/notes/records?perPage=500&page={page}");
        let answer: Json = reqwest::get(list).await.unwrap().json().await.unwrap();
        let items = answer["items"].as_array().unwrap();
        if items.is_empty() {
            break;
        }
        for note in items {
            let text = |key: &str| note[key].as_str().unwrap().to_owned();
            let file = reqwest::get(format!("{url}/api/files/notes/{}/{}", text("id"), text("file"))).await.unwrap();
            assert_eq!(file.status(), 200, "{note}");
            found.insert(text("id"), (text("title"), file.text().await.unwrap()));
        }
    }
    found
}

/// Starts a server on a directory that was restored; what it serves.
async fn served_from(root: &Path, dir: &Path) -> BTreeMap<String, (String, String)> {
    let args = ["serve", "--http", "127.0.0.1:0", "--dir", dir.to_str().unwrap()].map(str::to_owned);
    let mut process = Process::spawn(root, &args, &[]);
    let url = process.address();
    let found = served(&url).await;
    process.signal("TERM");
    assert!(process.wait(Duration::from_secs(30)).success(), "{}", process.log());
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_busy_server_restores_on_an_empty_one_with_all_that_was_acknowledged_before() {
    let server = house().await;
    let (stop, known) = (Arc::new(AtomicBool::new(false)), Known::default());
    let writers: Vec<_> =
        (0..4).map(|writer| tokio::spawn(write(server.guest(), writer, stop.clone(), known.clone()))).collect();
    more_than(&known, 60).await;
    let before = known.lock().unwrap().clone();
    let bytes = downloaded(&server).await;
    // They wrote all the time, and nothing of it was refused.
    let meanwhile = known.lock().unwrap().len();
    assert!(meanwhile > before.len(), "nobody wrote while the backup was made");
    more_than(&known, meanwhile).await;
    stop.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.expect("no write was refused");
    }
    add(&server, "after").await;

    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("busy.zip"), bytes).unwrap();
    let restored = run_command(root.path(), &["backup", "restore", "busy.zip", "--dir", "empty"]);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    let dir = root.path().join("empty");
    let found = served_from(root.path(), &dir).await;
    for (id, version) in &before {
        let Some(version) = version else {
            assert!(!found.contains_key(id), "{id} was removed before");
            continue;
        };
        // It may have been changed or removed between, before the instant of the backup.
        let Some((title, _)) = found.get(id) else {
            let later = known.lock().unwrap().get(id).copied();
            assert_eq!(later, Some(None), "{id} was acknowledged before, and is not there");
            continue;
        };
        let of_backup: usize = title.rsplit_once('v').unwrap().1.parse().unwrap();
        assert!(of_backup >= *version, "{id} was changed before: {title}");
    }
    for (title, content) in found.values() {
        assert_eq!(*content, format!("the file of {title}"));
        assert_ne!(title, "after");
    }
    let checked = run_command(root.path(), &["check", "--dir", "empty"]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}

#[tokio::test]
async fn a_backup_takes_the_place_of_a_database_that_is_damaged() {
    let mut server = house().await;
    super::house::back_up(&server, "then.zip").await;
    assert!(server.terminate().success());
    let path = server.dir().join("data.db");
    let size = fs::metadata(&path).unwrap().len();
    for damaged in [vec![0xff; usize::try_from(size).unwrap()], b"no database".to_vec(), Vec::new()] {
        fs::write(&path, damaged).unwrap();
        let restored = server.run(&["backup", "restore", "then.zip"]);
        assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
        assert_eq!(super::house::titles(&server.dir()), ["Ash", "Birch"]);
    }
    fs::remove_file(&path).unwrap();
    let restored = server.run(&["backup", "restore", "then.zip"]);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    server.restart();
    assert_eq!(super::house::data(&server).await, super::house::of(&["Ash", "Birch"]));
}
