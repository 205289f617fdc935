//! A long run that looks for what is lost: a field of a large collection is retyped again and again while others read
//! and write (`scripts/soak`). Every answer must be a success or a refusal that asks to try again; afterwards each
//! acknowledged write must be there, every value must be converted, and the database must be whole.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection as Database;
use serde_json::{Value as Json, json};

use crate::data::{self, Tokens, post};
use crate::load::{Connection, request};
use crate::server::{self, Server};

/// On how many connections others read and write.
const CONNECTIONS: usize = 12;

/// What one connection did and saw.
#[derive(Default)]
struct Seen {
    statuses: BTreeMap<u16, usize>,
    /// The first answer that is neither a success nor a refusal that asks to try again.
    wrong: Option<String>,
    /// How many answers there were of each kind, and the longest wait for one.
    waits: BTreeMap<&'static str, (usize, Duration)>,
    /// The ids of acknowledged creates.
    created: Vec<String>,
    /// The last acknowledged score by id.
    updated: HashMap<String, usize>,
}

/// Runs for so long, on so many records.
///
/// # Errors
/// What was lost, in one sentence.
pub fn run(rows: usize, time: Duration) -> Result<(), String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
    server::make_directory(dir.path());
    let server = Server::tuckbox(dir.path());
    let tokens = runtime.block_on(data::make_collections(&server));
    server.stop();
    println!("{rows} records are made");
    let database = dir.path().join("data.db");
    data::fill(&database, rows, 0).map_err(|error| error.to_string())?;

    let server = Server::tuckbox(dir.path());
    let seen = runtime.block_on(load_while_retyping(&server.address, &tokens, rows, time));
    println!("memory at the end: {:.0} MiB", server.memory_mib());
    server.stop();
    tell(&seen);
    if let Some(wrong) = seen.iter().find_map(|one| one.wrong.as_ref()) {
        return Err(format!("A request got a wrong answer: {wrong}"));
    }
    verify(&database, rows, &seen).map_err(|error| error.to_string())?
}

async fn load_while_retyping(address: &str, tokens: &Tokens, rows: usize, time: Duration) -> Vec<Seen> {
    let stop = Arc::new(AtomicBool::new(false));
    let others: Vec<_> = (0..CONNECTIONS)
        .map(|number| tokio::spawn(other(address.to_owned(), number, rows, Arc::clone(&stop))))
        .collect();
    let begin = Instant::now();
    let mut single = true;
    // It ends as it began: with a single relation.
    while begin.elapsed() < time || !single {
        single = !single;
        let took = retype(address, tokens, single).await;
        let kind = if single { "single" } else { "multiple" };
        println!("{:>5} s: author is {kind} after {:.1} s", begin.elapsed().as_secs(), took.as_secs_f64());
    }
    stop.store(true, Ordering::Relaxed);
    let mut seen = Vec::new();
    for one in others {
        seen.push(one.await.expect("a connection does not fail"));
    }
    seen
}

/// Makes the relation to the author single or multiple; how long it took.
async fn retype(address: &str, tokens: &Tokens, single: bool) -> Duration {
    let (path, token) = ("/api/collections/posts", Some(tokens.superuser.as_str()));
    let mut fields = data::call(address, "GET", path, token, &Json::Null).await["fields"].take();
    for field in fields.as_array_mut().into_iter().flatten() {
        if field["name"] == "author" {
            field["maxSelect"] = if single { 1 } else { 5 }.into();
        }
    }
    let begin = Instant::now();
    data::call(address, "PATCH", path, token, &json!({"fields": fields})).await;
    begin.elapsed()
}

/// A third of the connections reads single records, a third lists, a third creates and updates: who reads shall not
/// wait for somebody who writes. Each connection updates records that no other one does.
async fn other(address: String, number: usize, rows: usize, stop: Arc<AtomicBool>) -> Seen {
    let mut connection = Connection::open(&address).await.expect("the server accepts");
    let mut seen = Seen::default();
    let mut count = 0;
    while !stop.load(Ordering::Relaxed) {
        count += 1;
        let own = data::id((count * 7919 * CONNECTIONS + number) % (rows / CONNECTIONS * CONNECTIONS));
        let records = "/api/collections/posts/records";
        let (kind, asked) = match (number % 3, count % 2) {
            (0, _) => ("read", request("GET", &format!("{records}/{own}"), None, None)),
            (1, _) => {
                let query = format!("filter=score%3E%3D{}&sort=-created&expand=author&skipTotal=1", count % 900);
                ("list", request("GET", &format!("{records}?{query}"), None, None))
            }
            (_, 0) => ("create", request("POST", records, None, Some(&post(number * 31 + count)))),
            _ => {
                let body = format!(r#"{{"score":{count}}}"#);
                ("update", request("PATCH", &format!("{records}/{own}"), None, Some(&body)))
            }
        };
        let begin = Instant::now();
        let (status, body) = connection.call(&asked).await.expect("the server answers");
        let (times, longest) = seen.waits.entry(kind).or_default();
        *times += 1;
        *longest = begin.elapsed().max(*longest);
        *seen.statuses.entry(status).or_default() += 1;
        if status == 503 || status == 429 {
            // Whether it was done is not known.
            seen.updated.remove(&own);
            continue;
        }
        let answer: Json = serde_json::from_slice(body).unwrap_or_default();
        if status != 200 {
            let asked = String::from_utf8_lossy(&asked);
            seen.wrong.get_or_insert(format!("{status} {answer} to {}", asked.lines().next().unwrap_or_default()));
        } else if kind == "create" {
            seen.created.push(answer["id"].as_str().unwrap_or_default().to_owned());
        } else if kind == "update" {
            seen.updated.insert(own, count);
        }
    }
    seen
}

fn tell(seen: &[Seen]) {
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for (&status, &count) in seen.iter().flat_map(|one| &one.statuses) {
        *statuses.entry(status).or_default() += count;
    }
    let mut waits: BTreeMap<&str, (usize, Duration)> = BTreeMap::new();
    for (kind, (times, longest)) in seen.iter().flat_map(|one| &one.waits) {
        let all = waits.entry(kind).or_default();
        *all = (all.0 + times, all.1.max(*longest));
    }
    for (kind, (times, longest)) in waits {
        println!("{kind}: {times} times, the longest took {:.3} s", longest.as_secs_f64());
    }
}

/// Looks for what should be there.
fn verify(database: &Path, rows: usize, seen: &[Seen]) -> rusqlite::Result<Result<(), String>> {
    let database = Database::open(database)?;
    let count = |text: &str| database.query_row(text, [], |row| row.get::<_, i64>(0)).map(|count| count as usize);
    let whole: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if whole != "ok" {
        return Ok(Err(format!("The database is damaged: {whole}")));
    }
    let created: Vec<&String> = seen.iter().flat_map(|one| &one.created).collect();
    let mut one = database.prepare("SELECT score FROM posts WHERE id = ?")?;
    for id in &created {
        if !one.exists([id])? {
            return Ok(Err(format!("The acknowledged record {id} is gone.")));
        }
    }
    for (id, &score) in seen.iter().flat_map(|one| &one.updated) {
        let stored: f64 = one.query_row([id], |row| row.get(0))?;
        if stored != score as f64 {
            return Ok(Err(format!("The record {id} has the score {stored} where {score} was acknowledged.")));
        }
    }
    let there = count("SELECT COUNT(*) FROM posts")?;
    // A create whose answer asked to try again may have been done all the same.
    let refused: usize =
        seen.iter().flat_map(|one| &one.statuses).filter(|(status, _)| **status != 200).map(|(_, n)| n).sum();
    if there < rows + created.len() || there > rows + created.len() + refused {
        return Ok(Err(format!("There are {there} records where {} were made.", rows + created.len())));
    }
    let other = count("SELECT COUNT(*) FROM posts WHERE author NOT IN (SELECT id FROM authors)")?;
    if other > 0 {
        return Ok(Err(format!("{other} records have lost their author.")));
    }
    println!("{there} records, {} of them made meanwhile: nothing is lost", created.len());
    Ok(Ok(()))
}
