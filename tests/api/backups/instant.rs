//! A backup is one instant, whatever is written meanwhile: rows, files and feed agree, and everything acknowledged
//! before it is in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;

use super::{Archive, held_up, make, opened, server, until_active};
use crate::support::{Client, Guest, multipart};

/// Creates records whose file says what their title says, changes and removes some of them, until it is told to end.
async fn write(guest: Guest, client: usize, ended: Arc<AtomicBool>, done: Arc<AtomicUsize>) -> usize {
    for number in 0.. {
        if ended.load(Ordering::SeqCst) {
            return number;
        }
        let title = format!("c{client}n{number}");
        let form = multipart(&[("title", &title)], &[("file", "a.txt", title.as_bytes())]);
        let id = guest.create_form("docs", form).await.is(200).id();
        if number % 3 == 1 {
            let changed = format!("{title}b");
            let form = multipart(&[("title", &changed)], &[("file", "b.txt", changed.as_bytes())]);
            guest.update_form("docs", &id, form).await.is(200);
        }
        if number % 3 == 2 {
            guest.delete("docs", &id).await.is(204);
        }
        done.fetch_add(1, Ordering::SeqCst);
    }
    0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_files_and_feed_of_a_backup_under_load_agree() {
    let server = server().await;
    // Something to copy and pack, so that writes come in between.
    let filler = "INSERT INTO docs (id, title) SELECT lower(hex(randomblob(7))) || 'x', hex(randomblob(100000)) \
                  FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) SELECT i FROM n)";
    server.superuser().post("/api/sql", json!({"query": filler})).await.is(200);
    let (ended, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let clients: Vec<_> =
        (0..6).map(|client| tokio::spawn(write(server.guest(), client, ended.clone(), done.clone()))).collect();
    for round in 0..3 {
        let so_far = done.load(Ordering::SeqCst);
        while done.load(Ordering::SeqCst) < so_far + 20 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let before = server.sql("SELECT max(seq) FROM _tb_changes").await.unwrap();
        let name = format!("round{round}.zip");
        make(&server, &name).await.is(204);
        agrees(&opened(&server, &name), before.parse().unwrap());
    }
    ended.store(true, Ordering::SeqCst);
    for client in clients {
        assert!(client.await.expect("no write was refused") > 5);
    }
}

#[track_caller]
fn agrees(archive: &Archive, at_least: u64) {
    let (database, manifest) = (archive.database(), archive.manifest());
    database.is_sound();
    assert!(manifest["position"].as_u64().unwrap() >= at_least, "acknowledged before, and not in it");
    assert_eq!(manifest["files"]["missing"], 0);
    // Every file that is named is there, with what its record says; and no other.
    let mut named = BTreeSet::new();
    for row in database.rows("SELECT id, title, file, more FROM docs") {
        let [id, title, file, more] = &row[..] else { panic!("{row:?}") };
        if !file.is_empty() && title != "files" {
            let path = format!("storage/c_docs/{id}/{file}");
            let content = archive.entries.get(&path).unwrap_or_else(|| panic!("{path} of {title} is missing"));
            assert_eq!(String::from_utf8_lossy(content), *title);
            assert!(archive.entries.contains_key(&format!("{path}.attrs")), "{path}");
        }
        let more: Vec<String> = serde_json::from_str(more).unwrap_or_default();
        let all = more.into_iter().chain((!file.is_empty()).then(|| file.clone()));
        named.extend(all.map(|name| format!("storage/c_docs/{id}/{name}")));
    }
    assert_eq!(archive.files(), named.iter().map(String::as_str).collect::<Vec<_>>());
    // The feed tells of the same records.
    let mut lives: BTreeMap<String, bool> = BTreeMap::new();
    for row in database.rows("SELECT record, op FROM _tb_changes WHERE collection = 'c_docs' ORDER BY seq") {
        lives.insert(row[0].clone(), row[1] != "delete");
    }
    let living: BTreeSet<_> = lives.into_iter().filter_map(|(id, lives)| lives.then_some(id)).collect();
    let rows: BTreeSet<_> = database.column("SELECT id FROM docs WHERE length(title) < 1000").into_iter().collect();
    assert_eq!(living, rows);
}

#[tokio::test]
async fn files_that_go_while_a_backup_is_made_are_in_it_and_go_when_it_has_ended() {
    let server = server().await;
    let guest = server.guest();
    let form = |title: &str| multipart(&[("title", title)], &[("file", "gone.txt", b"gone")]);
    let ids: Vec<String> = {
        let (one, other) = (guest.create_form("docs", form("1")).await, guest.create_form("docs", form("2")).await);
        vec![one.is(200).id(), other.is(200).id()]
    };
    // Held as a backup holds them: what is removed now stays where it is.
    let path = server.dir().join("files.lock");
    let held = std::fs::File::options().create(true).truncate(false).write(true).open(path).unwrap();
    held.lock_shared().unwrap();
    guest.delete("docs", &ids[0]).await.is(204);
    guest.update("docs", &ids[1], json!({"file": null})).await.is(200);
    let folder = |id: &str| server.dir().join("storage/c_docs").join(id);
    assert!(ids.iter().all(|id| folder(id).is_dir()));
    // A backup of now does without them.
    make(&server, "a.zip").await.is(204);
    assert_eq!(opened(&server, "a.zip").files().len(), 3);
    assert!(ids.iter().all(|id| folder(id).is_dir()));
    drop(held);
    for id in &ids {
        for _ in 0..3000 {
            if !folder(id).exists() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(!folder(id).exists(), "{id}");
    }
}

#[tokio::test]
async fn writers_do_not_wait_for_a_backup() {
    let server = server().await;
    let lock = held_up(&server);
    let work = async {
        until_active(&server, true).await;
        let form = multipart(&[("title", "meanwhile")], &[("file", "a.txt", b"meanwhile")]);
        let made = server.guest().create_form("docs", form).await;
        server.guest().update("docs", &made.is(200).id(), json!({"title": "changed"})).await.is(200);
        let more = json!({"name": "more", "type": "base", "fields": []});
        server.superuser().create_collection(more).await.is(200);
        drop(lock);
    };
    let (made, ()) = tokio::join!(make(&server, "a.zip"), work);
    made.is(204);
    assert_eq!(opened(&server, "a.zip").database().value("SELECT title FROM docs WHERE title = 'changed'"), "changed");
}
