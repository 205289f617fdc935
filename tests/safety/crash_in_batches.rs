//! kill -9 in the middle of batches with files: each is there as a whole or not at all, what was acknowledged is there,
//! and after the next start no file lies about that no record has.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;

use crate::api::batch;
use crate::support::{Client, Database, Fixture, Guest, TestServer, collection, multipart};

/// How many records a batch has.
const RECORDS: usize = 3;

/// What clients were told.
#[derive(Default)]
struct Told {
    asked: HashSet<String>,
    acknowledged: HashSet<String>,
}

/// Sends batches until the server is gone.
async fn send_until_gone(guest: Guest, client: String, gone: Arc<AtomicBool>, done: Arc<AtomicU64>) -> Told {
    let mut told = Told::default();
    for number in 0.. {
        if gone.load(Ordering::Relaxed) {
            break;
        }
        let name = format!("{client}n{number}");
        told.asked.insert(name.clone());
        let items = vec![batch::create("log", json!({"batch": name})); RECORDS];
        let payload = json!({"requests": items}).to_string();
        let form = multipart(&[("@jsonPayload", &payload)], &[("requests.1.paper", "paper.txt", name.as_bytes())]);
        let Ok(answer) = guest.request(reqwest::Method::POST, "/api/batch").multipart(form).send().await else { break };
        assert_eq!(answer.status().as_u16(), 200, "{name}");
        // The head of the answer is the acknowledgement.
        told.acknowledged.insert(name);
        done.fetch_add(1, Ordering::Relaxed);
    }
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_are_whole_after_kill_9() {
    let fields = json!([{"name": "batch", "type": "text"}, {"name": "paper", "type": "file"}]);
    let fixture = Fixture { collections: vec![collection("log", fields)], records: Vec::new() };
    let mut server = batch::server(fixture).await;
    let mut told = Told::default();
    for round in 0..4 {
        let (gone, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let client = |number| send_until_gone(server.guest(), format!("r{round}c{number}"), gone.clone(), done.clone());
        let clients: Vec<_> = (0..6).map(|number| tokio::spawn(client(number))).collect();
        // Each round dies at another point of the load.
        while done.load(Ordering::Relaxed) < 15 + 11 * round {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.kill();
        gone.store(true, Ordering::Relaxed);
        for client in clients {
            let more = client.await.expect("no batch was refused");
            told.asked.extend(more.asked);
            told.acknowledged.extend(more.acknowledged);
        }
        are_whole(&Database::open(&server.dir()), &told);
        server.restart();
        let list = server.guest().list("log", &[("perPage", "1"), ("filter", "paper != ''")]).await;
        let papers = list.is(200).at("/totalItems").as_u64().expect("a number");
        assert!(papers >= told.acknowledged.len() as u64, "{papers} papers");
    }
    let database = server.stopped_database();
    are_whole(&database, &told);
    let held: BTreeSet<_> =
        database.column("SELECT id || '/' || paper FROM log WHERE paper <> ''").into_iter().collect();
    assert_eq!(stored(&server), held);
}

/// All of a batch or nothing, in the table and in the feed.
fn are_whole(database: &Database, told: &Told) {
    database.is_sound();
    let rows = database.rows("SELECT batch, count(*) FROM log GROUP BY batch");
    let found: HashMap<String, String> = rows.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    for (name, count) in &found {
        assert!(told.asked.contains(name), "{name} was never sent");
        assert_eq!(*count, RECORDS.to_string(), "{name} is there in part");
    }
    for name in &told.acknowledged {
        assert!(found.contains_key(name), "{name} was acknowledged and is lost");
    }
    let changes = database.value("SELECT count(*) FROM _tb_changes WHERE collection = 'c_log'");
    assert_eq!(changes, (found.len() * RECORDS).to_string());
}

/// What lies in the storage, as record and name.
fn stored(server: &TestServer) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for record in std::fs::read_dir(server.dir().join("storage/c_log")).expect("files").flatten() {
        for file in std::fs::read_dir(record.path()).expect("a folder").flatten() {
            let (record, name) = (record.file_name(), file.file_name());
            let (record, name) = (record.to_string_lossy(), name.to_string_lossy());
            if !name.ends_with(".attrs") {
                found.insert(format!("{record}/{name}"));
            }
        }
    }
    found
}
