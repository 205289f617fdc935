//! kill -9 in the middle of a concurrent write load, several times on one directory: nothing acknowledged is lost,
//! nothing half done is left, and the feed has exactly the committed changes.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;

use crate::support::{Client, Guest, TestServer, collection};

/// What a client knows of one record: how often it was told that an update succeeded, and what it last asked for.
#[derive(Clone, Default)]
struct Known {
    updates: u64,
    deleted: bool,
    /// Asked for, never answered: may have happened or not.
    pending: Option<Write>,
}

#[derive(Clone, Copy, PartialEq)]
enum Write {
    Create,
    Update,
    Delete,
}

/// Creates, updates and deletes records of its own until the server is gone.
async fn write_until_gone(
    guest: Guest,
    client: usize,
    round: usize,
    gone: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
) -> HashMap<String, Known> {
    let mut known: HashMap<String, Known> = HashMap::new();
    for number in 0.. {
        let id = format!("{:0>15}", format!("r{round}c{client}n{number}"));
        for step in [Write::Create, Write::Update, Write::Update, Write::Delete] {
            if step == Write::Delete && number % 3 != 0 {
                continue;
            }
            if gone.load(Ordering::Relaxed) {
                return known;
            }
            let record = known.entry(id.clone()).or_default();
            record.pending = Some(step);
            let path = "/api/collections/log/records";
            let request = match step {
                Write::Create => {
                    guest.request(reqwest::Method::POST, path).json(&json!({"id": id, "n": 0, "text": "x".repeat(200)}))
                }
                Write::Update => guest.request(reqwest::Method::PATCH, &format!("{path}/{id}")).json(&json!({"n+": 1})),
                Write::Delete => guest.request(reqwest::Method::DELETE, &format!("{path}/{id}")),
            };
            let Ok(answer) = request.send().await else { return known };
            let status = answer.status().as_u16();
            assert_eq!(status, if step == Write::Delete { 204 } else { 200 }, "{id}");
            // The head of the answer is the acknowledgement.
            record.pending = None;
            match step {
                Write::Create => {}
                Write::Update => record.updates += 1,
                Write::Delete => record.deleted = true,
            }
            done.fetch_add(1, Ordering::Relaxed);
        }
    }
    known
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_writes_survive_kill_9_and_the_feed_is_exact() {
    let fields = json!([{"name": "n", "type": "number"}, {"name": "text", "type": "text"}]);
    let mut server = TestServer::with_collections([collection("log", fields)]).await;
    let mut known: HashMap<String, Known> = HashMap::new();
    for round in 0..6 {
        let (gone, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let clients: Vec<_> = (0..12)
            .map(|client| tokio::spawn(write_until_gone(server.guest(), client, round, gone.clone(), done.clone())))
            .collect();
        // Each round dies at another point of the load.
        while done.load(Ordering::Relaxed) < 60 + 90 * round as u64 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.kill();
        gone.store(true, Ordering::Relaxed);
        for client in clients {
            known.extend(client.await.expect("no write was refused"));
        }

        // Look while nobody runs, then let the server open what is left.
        let database = crate::support::Database::open(&server.dir());
        check(&database, &known);
        drop(database);
        server.restart();
        let list = server.guest().list("log", &[("perPage", "1")]).await;
        list.is(200);
    }
    let database = server.stopped_database();
    check(&database, &known);
}

/// Compares the table and the feed with what the clients were told.
fn check(database: &crate::support::Database, known: &HashMap<String, Known>) {
    database.is_sound();
    let rows: HashMap<String, u64> = database
        .rows("SELECT id, CAST(n AS INTEGER) FROM log")
        .into_iter()
        .map(|row| (row[0].clone(), row[1].parse().expect("a number")))
        .collect();
    let mut feed: HashMap<String, Vec<String>> = HashMap::new();
    for row in database.rows("SELECT record, op FROM _tb_changes WHERE collection = 'c_log' ORDER BY seq") {
        feed.entry(row[0].clone()).or_default().push(row[1].clone());
    }
    let mut wrong = Vec::new();
    for (id, known) in known {
        let ops = feed.remove(id).unwrap_or_default();
        let created = ops.first().is_some_and(|op| op == "create");
        let updates = ops.iter().filter(|op| *op == "update").count() as u64;
        let deleted = ops.last().is_some_and(|op| op == "delete");
        let row = rows.get(id).copied();

        // The feed and the table tell the same story.
        let story = if created && !deleted { Some(updates) } else { None };
        if row != story || ops.len() as u64 != u64::from(created) + updates + u64::from(deleted) {
            wrong.push(format!("{id}: the row is {row:?}, the feed {ops:?}"));
        }
        // And it is what was acknowledged, give or take the one write that was never answered.
        let may = |write: Write| known.pending == Some(write);
        if !created && !may(Write::Create) {
            wrong.push(format!("{id}: lost"));
        }
        if updates != known.updates && !(may(Write::Update) && updates == known.updates + 1) {
            wrong.push(format!("{id}: {updates} updates, {} acknowledged", known.updates));
        }
        if deleted != known.deleted && !(deleted && may(Write::Delete)) {
            wrong.push(format!("{id}: deleted is {deleted}, acknowledged {}", known.deleted));
        }
    }
    wrong.extend(feed.keys().map(|id| format!("{id}: in the feed, and nobody wrote it")));
    wrong.extend(
        rows.keys().filter(|id| !known.contains_key(*id)).map(|id| format!("{id}: in the table, and nobody wrote it")),
    );
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), known.len(), wrong.join("\n"));
}

#[tokio::test]
async fn a_collection_changed_just_before_a_crash_is_whole() {
    let mut server = TestServer::with(crate::support::notes()).await;
    for round in 0..4 {
        let superuser = server.superuser();
        let current = superuser.get("/api/collections/notes").await;
        let mut fields = current.is(200).at("/fields").as_array().unwrap().clone();
        fields.push(json!({"name": format!("extra{round}"), "type": "text"}));
        let changed = superuser.update_collection("notes", json!({"fields": fields})).await;
        changed.is(200);
        server.kill();
        server.restart();
        let after = server.superuser().get("/api/collections/notes").await;
        assert_eq!(after.is(200).json["fields"], changed.json["fields"]);
        let key = format!("extra{round}");
        server.guest().create("notes", json!({&key: "here"})).await.is(200).has(&format!("/{key}"), "here");
    }
    let database = server.stopped_database();
    let columns =
        database.is_sound().column("SELECT name FROM pragma_table_info('notes') WHERE name LIKE 'extra%' ORDER BY 1");
    assert_eq!(columns, ["extra0", "extra1", "extra2", "extra3"]);
}

#[tokio::test]
async fn uploads_of_a_crashed_server_leave_no_orphans() {
    let fields = json!([{"name": "doc", "type": "file"}]);
    let mut server = TestServer::with_collections([collection("docs", fields)]).await;
    for _ in 0..3 {
        let gone = Arc::new(AtomicBool::new(false));
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let (guest, gone) = (server.guest(), gone.clone());
                tokio::spawn(async move {
                    while !gone.load(Ordering::Relaxed) {
                        let form = crate::support::multipart(&[], &[("doc", "a.txt", &[b'x'; 50_000])]);
                        let request =
                            guest.request(reqwest::Method::POST, "/api/collections/docs/records").multipart(form);
                        if request.send().await.is_err() {
                            break;
                        }
                    }
                })
            })
            .collect();
        while server.guest().list("docs", &[]).await.at("/totalItems").as_i64().unwrap_or(0) < 10 {}
        server.kill();
        gone.store(true, Ordering::Relaxed);
        for task in tasks {
            task.await.expect("no panic");
        }
        server.restart();
    }
    // What a crash left behind is swept soon after a start.
    let beside = crate::support::Database::open_file(&server.dir().join("data.db"));
    for _ in 0..1000 {
        if beside.value("SELECT count(*) FROM _tb_uploads") == "0" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(beside);
    let database = server.stopped_database();
    let stored: std::collections::HashSet<String> = database
        .rows("SELECT id, doc FROM docs WHERE doc <> ''")
        .into_iter()
        .map(|row| format!("{}/{}", row[0], row[1]))
        .collect();
    let mut found = std::collections::HashSet::new();
    let folder = server.dir().join("storage/c_docs");
    for record in std::fs::read_dir(&folder).unwrap() {
        let record = record.unwrap();
        for file in std::fs::read_dir(record.path()).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            if !name.ends_with(".attrs") {
                found.insert(format!("{}/{name}", record.file_name().to_str().unwrap()));
            }
        }
    }
    let missing: Vec<_> = stored.difference(&found).collect();
    let orphans: Vec<_> = found.difference(&stored).collect();
    assert!(missing.is_empty(), "records without their file: {missing:?}");
    assert!(orphans.is_empty(), "files without a record: {orphans:?}");
    assert_eq!(database.value("SELECT count(*) FROM _tb_uploads"), "0");
}
