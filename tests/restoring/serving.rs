//! `POST /api/backups/{key}/restore`: the server goes back in time and serves on.

use std::collections::BTreeSet;
use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use super::house::{add, back_up, data, healthy, house, logged, of, restore, restored, upload};
use crate::support::{Client, Events, Guest, multipart};

#[tokio::test]
async fn records_and_files_are_those_of_the_backup() {
    let mut server = house().await;
    back_up(&server, "then.zip").await;
    let guest = server.guest();
    let listed = guest.list("notes", &[("filter", "title='Ash'")]).await;
    let ash = listed.items()[0]["id"].as_str().unwrap().to_owned();
    guest.delete("notes", &ash).await.is(204);
    let later = add(&server, "Cedar").await;
    server.superuser().update_collection("notes", json!({"name": "papers"})).await.is(200);
    restore(&server, "then.zip").await.is(204);
    restored(&mut server, 1).await;
    assert_eq!(data(&server).await, of(&["Ash", "Birch"]));
    let gone = format!("/api/files/notes/{}/{}", later.id(), later.text("/file"));
    server.guest().get(&gone).await.is(404);
    add(&server, "Dogwood").await;
    assert_eq!(data(&server).await, of(&["Ash", "Birch", "Dogwood"]));
    // Backups are no part of the data, and nothing of the restore is left.
    let listed = server.superuser().get("/api/backups").await;
    listed.has("/0/key", "then.zip");
    server.superuser().get("/api/health").await.has("/data/canBackup", true);
    assert!(!server.dir().join("restore").exists() && !server.dir().join("restore.json").exists());
    // And once more, of a state that was restored itself.
    restore(&server, "then.zip").await.is(204);
    restored(&mut server, 2).await;
    assert_eq!(data(&server).await, of(&["Ash", "Birch"]));
    assert!(server.terminate().success());
}

#[tokio::test]
async fn what_is_not_there_or_comes_second_is_refused() {
    let mut server = house().await;
    back_up(&server, "then.zip").await;
    for key in ["other.zip", ".lock", "%2e%2e%2fdata.db"] {
        restore(&server, key).await.is(400).no_data();
    }
    let lock = File::options().write(true).open(server.dir().join("backups/.lock")).unwrap();
    lock.lock().unwrap();
    restore(&server, "then.zip").await.is(400).no_data();
    drop(lock);
    let (one, other) = tokio::join!(restore(&server, "then.zip"), restore(&server, "then.zip"));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 400]);
    restored(&mut server, 1).await;
    assert_eq!(data(&server).await, of(&["Ash", "Birch"]));
}

/// Creates notes with files until it is told to stop; those whose creation was acknowledged, in order.
async fn write(guest: Guest, writer: usize, stop: Arc<AtomicBool>, known: Arc<Mutex<Vec<String>>>) {
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let title = format!("w{writer} {number}");
        let content = format!("the file of {title}");
        let form = multipart(&[("title", &title)], &[("file", "file.txt", content.as_bytes())]);
        let path = "/api/collections/notes/records";
        match guest.request(reqwest::Method::POST, path).multipart(form).send().await {
            Ok(answer) if answer.status() == 200 => known.lock().unwrap().push(title),
            // Whoever writes while a server starts anew has to come again.
            _ => tokio::time::sleep(Duration::from_millis(2)).await,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn restored_again_and_again_while_clients_write_it_has_what_was_acknowledged_before_the_backup() {
    let mut server = house().await;
    for round in 1..=3 {
        let (stop, known) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let writers: Vec<_> = (0..3)
            .map(|writer| tokio::spawn(write(server.guest(), round * 10 + writer, stop.clone(), known.clone())))
            .collect();
        while known.lock().unwrap().len() < 15 {
            tokio::task::yield_now().await;
        }
        let before: BTreeSet<String> = known.lock().unwrap().iter().cloned().collect();
        let name = format!("round{round}.zip");
        back_up(&server, &name).await;
        restore(&server, &name).await.is(204);
        logged(&mut server, "the data of a backup was restored", round).await;
        healthy(&mut server).await;
        stop.store(true, Ordering::Relaxed);
        for writer in writers {
            writer.await.unwrap();
        }
        let found = data(&server).await;
        for title in before {
            assert_eq!(found.get(&title), Some(&format!("200 the file of {title}")), "round {round}");
        }
        assert!(found.values().all(|file| file.starts_with("200 ")), "a note without its file: {found:?}");
    }
    let database = server.stopped_database();
    database.is_sound();
}

#[tokio::test]
async fn a_client_that_resumes_from_after_the_backup_is_told_to_begin_anew() {
    let mut server = house().await;
    let mut events = Events::resume(&server, None).await;
    events.subscribe(&server.guest(), &["notes/*"]).await.is(204);
    add(&server, "before").await;
    let before = events.next().await.id.unwrap();
    back_up(&server, "then.zip").await;
    add(&server, "lost").await;
    let after = events.next().await.id.unwrap();
    drop(events);
    restore(&server, "then.zip").await.is(204);
    restored(&mut server, 1).await;
    // The numbers of changes come again, and stand for something else.
    add(&server, "other").await;
    for place in [before, after] {
        let mut events = Events::resume(&server, Some(&place)).await;
        events.subscribe(&server.guest(), &["notes/*"]).await.is(204);
        assert_eq!(events.next().await.topic, "resync");
        let title = format!("new {}", &place[..4]);
        add(&server, &title).await;
        assert_eq!(events.next().await.told("title"), format!("create {title}"));
    }
}

#[tokio::test]
async fn jobs_of_the_backup_are_not_done_again() {
    let mut server = house().await;
    let later = chrono::Utc::now().timestamp_millis() + 3_600_000;
    let insert = format!(
        "INSERT INTO _tb_jobs (kind, payload, due_at, most_attempts, created) VALUES ('nobody', '{{}}', {later}, 9, 1)"
    );
    crate::support::Database::open(&server.dir()).execute(&insert);
    back_up(&server, "then.zip").await;
    restore(&server, "then.zip").await.is(204);
    restored(&mut server, 1).await;
    let database = server.stopped_database();
    assert_eq!(
        database.value("SELECT expires_at < due_at + 1 AND due_at < 9e15 FROM _tb_jobs WHERE kind = 'nobody'"),
        "1"
    );
    let due: i64 = database.value("SELECT due_at FROM _tb_jobs WHERE kind = 'nobody'").parse().unwrap();
    assert!(due < later);
}

#[tokio::test]
async fn an_uploaded_backup_of_another_server_is_restored() {
    let elsewhere = house().await;
    add(&elsewhere, "Cedar").await;
    let bytes = back_up(&elsewhere, "theirs.zip").await;
    let mut server = house().await;
    upload(&server, "theirs.zip", &bytes).await.is(204);
    restore(&server, "theirs.zip").await.is(204);
    restored(&mut server, 1).await;
    // Tokens are signed with the secrets of the backup from now on: a superuser signs in again.
    let credentials = json!({
        "identity": crate::support::SUPERUSER_EMAIL, "password": crate::support::SUPERUSER_PASSWORD,
    });
    server.guest().post("/api/collections/_superusers/auth-with-password", credentials).await.is(200);
    assert_eq!(data(&server).await, of(&["Ash", "Birch", "Cedar"]));
}
