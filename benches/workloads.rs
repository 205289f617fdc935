//! What is measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::Scale;
use crate::floors::{self, Cost};
use crate::load::{self, Connection, Script, request};
use crate::report::{Line, Round, micros, render};
use crate::server::{EMAIL, PASSWORD, Server};

/// About 450 bytes, so that a row has about 650.
pub const BODY: &str = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut \
labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex \
ea commodo consequat. Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla \
pariatur. Excepteur sint occaecat cupidatat non proident, sunt in culpa qui officia deserunt mollit anim id est.";

const AUTHORS: usize = 500;

/// The collection, its records and the server that holds them.
struct Bench {
    server: Server,
    empty: Server,
    database: std::path::PathBuf,
    raw: std::path::PathBuf,
    ids: Arc<Vec<String>>,
    authors: Arc<Vec<String>>,
    scale: Scale,
}

/// Something to measure, with its floor.
struct Workload {
    name: &'static str,
    connections: usize,
    script: Script,
    floor: &'static str,
    target: &'static str,
    /// Whether the rate is compared with the floor's too: writes wait for the disk more than they compute.
    writes: bool,
    raw: Box<dyn Fn(&Bench) -> Cost>,
}

/// Runs everything and answers the report.
///
/// Workloads without the word `only` in their name are left out.
pub fn run(scale: Scale, only: &str) -> String {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let dir = tempfile::tempdir().expect("there is room for temporary files");
    let data = dir.path().join("data");
    let raw = dir.path().join("raw.db");
    floors::empty_database(&raw);
    let server = Server::tuckbox(&data);
    let (ids, authors) = runtime.block_on(fill(&server.address, scale.rows));
    let bench = Bench {
        empty: Server::empty_handler(),
        database: data.join("data.db"),
        raw,
        ids: Arc::new(ids),
        authors: Arc::new(authors),
        scale,
        server,
    };
    let lines = bench.lines(&runtime, only);
    render(&lines, scale, bench.server.memory_mib())
}

impl Bench {
    fn lines(&self, runtime: &tokio::runtime::Runtime, only: &str) -> Vec<Line> {
        let workloads = self.workloads();
        workloads.into_iter().filter(|one| one.name.contains(only)).map(|one| self.line(runtime, one)).collect()
    }

    fn workloads(&self) -> Vec<Workload> {
        let part = self.scale.round / 4;
        let read = |connections| Workload {
            name: "point read",
            connections,
            script: self.point(),
            floor: "empty handler + raw read",
            target: "≤ 2",
            writes: false,
            raw: Box::new(move |bench| floors::point_read(&bench.database, &bench.ids, part)),
        };
        let list = |name, query, target| Workload {
            name,
            connections: 50,
            script: self.list(query),
            floor: "empty handler + raw list",
            target,
            writes: false,
            raw: Box::new(move |bench| floors::list(&bench.database, &bench.authors, part)),
        };
        let write = |name, connections, script, target| Workload {
            name,
            connections,
            script,
            floor: "empty handler + raw inserts with feed row, alone or in groups of 50",
            target,
            writes: true,
            raw: Box::new(move |bench| {
                let group = if connections == 1 { 1 } else { 50 };
                floors::create(&bench.raw, &bench.authors, group, part)
            }),
        };
        vec![
            read(1),
            read(50),
            read(500),
            list("list of 30, indexed filter, no total", "&skipTotal=1", "≤ 1.8"),
            list("list of 30, indexed filter, total", "", "≤ 2"),
            write("create", 1, self.create(), "rate ≥ 0.77"),
            write("create", 50, self.create(), "rate ≥ 0.7"),
            write("create", 500, self.create(), "rate ≥ 0.7"),
            write("update", 50, self.update(), "rate ≥ 0.63"),
        ]
    }

    fn line(&self, runtime: &tokio::runtime::Runtime, workload: Workload) -> Line {
        let Workload { name, connections, script, floor, target, writes, raw } = workload;
        eprintln!("{name}, {connections} connections");
        let nothing: Script = Arc::new(|_, _| request("GET", "/", None, None));
        let mut rounds = Vec::new();
        for _ in 0..self.scale.rounds {
            let (empty, _) = measured(runtime, &self.empty, connections, self.scale.round / 4, &nothing);
            let cost = raw(self);
            let (cpu, outcome) = measured(runtime, &self.server, connections, self.scale.round, &script);
            rounds.push(Round {
                cpu,
                rate: outcome.rate(),
                p50: micros(outcome.percentile(0.5)) / 1_000.0,
                p99: micros(outcome.percentile(0.99)) / 1_000.0,
                floor_cpu: empty + micros(cost.cpu),
                floor_rate: writes.then(|| 1.0 / cost.wall.as_secs_f64()),
            });
        }
        Line { name, connections, rounds, floor, target }
    }

    fn point(&self) -> Script {
        let ids = Arc::clone(&self.ids);
        Arc::new(move |number, count| {
            let id = &ids[(number * 7919 + count * 104_729) % ids.len()];
            request("GET", &format!("/api/collections/posts/records/{id}"), None, None)
        })
    }

    fn list(&self, query: &'static str) -> Script {
        let authors = Arc::clone(&self.authors);
        Arc::new(move |number, count| {
            let author = &authors[(number + count) % authors.len()];
            let path = format!(
                "/api/collections/posts/records?perPage=30&sort=-created&filter=author%3D%22{author}%22{query}"
            );
            request("GET", &path, None, None)
        })
    }

    fn create(&self) -> Script {
        let authors = Arc::clone(&self.authors);
        Arc::new(move |number, count| {
            let author = &authors[(number * 31 + count) % authors.len()];
            request("POST", "/api/collections/posts/records", None, Some(&post(author, count)))
        })
    }

    fn update(&self) -> Script {
        let ids = Arc::clone(&self.ids);
        Arc::new(move |number, count| {
            let id = &ids[(number * 7919 + count * 104_729) % ids.len()];
            let body = format!(r#"{{"score":{count},"title":"Changed {count}"}}"#);
            request("PATCH", &format!("/api/collections/posts/records/{id}"), None, Some(&body))
        })
    }
}

/// CPU per request in microseconds, and what came of a round.
fn measured(
    runtime: &tokio::runtime::Runtime,
    server: &Server,
    connections: usize,
    time: Duration,
    script: &Script,
) -> (f64, load::Outcome) {
    let before = server.cpu();
    let outcome = runtime.block_on(load::run(&server.address, connections, time, Arc::clone(script)));
    let used = server.cpu() - before;
    (micros(used) / outcome.requests.max(1) as f64, outcome)
}

/// A record of the large collection.
fn post(author: &str, count: usize) -> String {
    let (score, active) = (count % 100, count.is_multiple_of(2));
    format!(
        r#"{{"title":"Post {count}","body":"{BODY}","author":"{author}","score":{score},"active":{active},"tags":["red","green"]}}"#
    )
}

/// Makes the collections and fills them through the API; the ids of posts and authors.
async fn fill(address: &str, rows: usize) -> (Vec<String>, Vec<String>) {
    let mut connection = Connection::open(address).await.expect("the server accepts");
    let mut call = async |method: &str, path: &str, token: Option<&str>, body: Json| -> Json {
        let sent = request(method, path, token, Some(&body.to_string()));
        let (status, answer) = connection.call(&sent).await.expect("the server answers");
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(answer));
        serde_json::from_slice(answer).expect("answers are JSON")
    };
    let signed_in = json!({"identity": EMAIL, "password": PASSWORD});
    let answer = call("POST", "/api/collections/_superusers/auth-with-password", None, signed_in).await;
    let token = answer["token"].as_str().expect("a token").to_owned();
    let open = json!("");
    let authors = call(
        "POST",
        "/api/collections",
        Some(&token),
        json!({
            "name": "authors", "type": "base", "createRule": open, "listRule": open, "viewRule": open,
            "fields": [{"name": "name", "type": "text"}],
        }),
    )
    .await;
    call(
        "POST",
        "/api/collections",
        Some(&token),
        json!({
            "name": "posts", "type": "base",
            "createRule": open, "listRule": open, "viewRule": open, "updateRule": open, "deleteRule": open,
            "fields": [
                {"name": "title", "type": "text"}, {"name": "body", "type": "text"},
                {"name": "author", "type": "relation", "collectionId": authors["id"]},
                {"name": "score", "type": "number"}, {"name": "active", "type": "bool"},
                {"name": "tags", "type": "select", "values": ["red", "green", "blue"], "maxSelect": 3},
                {"name": "created", "type": "autodate", "onCreate": true},
                {"name": "updated", "type": "autodate", "onCreate": true, "onUpdate": true},
            ],
            "indexes": ["CREATE INDEX posts_author ON posts (author, created)"],
        }),
    )
    .await;

    let authors = Arc::new(
        create_many(address, "authors", AUTHORS, Arc::new(|n| json!({"name": format!("Author {n}")}).to_string()))
            .await,
    );
    let of = Arc::clone(&authors);
    let posts = create_many(address, "posts", rows, Arc::new(move |n| post(&of[n % of.len()], n))).await;
    (posts, authors.to_vec())
}

/// Creates records on many connections; their ids.
async fn create_many(
    address: &str,
    collection: &'static str,
    rows: usize,
    body: Arc<dyn Fn(usize) -> String + Send + Sync>,
) -> Vec<String> {
    let next = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let (next, body, address) = (Arc::clone(&next), Arc::clone(&body), address.to_owned());
            tokio::spawn(async move {
                let mut connection = Connection::open(&address).await.expect("the server accepts");
                let mut ids = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= rows {
                        return ids;
                    }
                    let path = format!("/api/collections/{collection}/records");
                    let sent = request("POST", &path, None, Some(&body(number)));
                    let (status, answer) = connection.call(&sent).await.expect("the server answers");
                    assert_eq!(status, 200, "{}", String::from_utf8_lossy(answer));
                    let record: Json = serde_json::from_slice(answer).expect("answers are JSON");
                    ids.push(record["id"].as_str().expect("an id").to_owned());
                }
            })
        })
        .collect();
    let mut ids = Vec::new();
    for task in tasks {
        ids.extend(task.await.expect("a connection does not fail"));
    }
    ids
}
