//! Collections that change while others read and write: everybody gets a right answer or is told to come again.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::{Client, Guest, TestServer, collection};

/// How many rows there are. `scripts/soak` does the like with a million.
const ROWS: usize = 20_000;

/// How long a change may take before the client gives up: it waits for writes of others too.
const PATIENCE: Duration = Duration::from_secs(600);

const POSTS: &str = "/api/collections/posts";

/// The fields of `posts`. `a` and `b` may have each other's names; `tag` holds one value or several.
fn fields(swapped: bool, several: bool) -> Json {
    let [a, b] = if swapped { ["b", "a"] } else { ["a", "b"] };
    let select = |id: &str, name: &str, several: bool| {
        let most = if several { 3 } else { 1 };
        json!({"id": id, "name": name, "type": "select", "values": ["x", "y", "z"], "maxSelect": most})
    };
    json!([
        {"id": "f_n", "name": "n", "type": "number"},
        {"id": "f_a", "name": a, "type": "text"},
        {"id": "f_b", "name": b, "type": "text"},
        {"id": "f_body", "name": "body", "type": "text"},
        select("f_tag", "tag", several),
        select("f_other", "other", several),
        select("f_third", "third", several),
    ])
}

/// `posts` with many rows, written past the server.
async fn full_server(rows: usize) -> TestServer {
    let mut body = collection("posts", fields(false, false));
    body["indexes"] = json!(["CREATE UNIQUE INDEX idx_posts_n ON posts (n)"]);
    let mut server = TestServer::with_collections([body]).await;
    let database = server.stopped_database();
    database.execute(&format!(
        "INSERT INTO posts (id, n, a, b, body, tag) WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r LIMIT {rows})
         SELECT printf('r%014d', x), x, 'a' || x, 'b' || x, printf('%.400c', 'l'), 'x' FROM r"
    ));
    drop(database);
    server.restart();
    server
}

/// A row is as it was before or after a change, and all rows of a page are alike.
fn is_of_one_state(rows: &[Json]) {
    let swapped = |row: &Json| {
        let (a, b) = (row["a"].as_str().unwrap(), row["b"].as_str().unwrap());
        match (a.is_empty(), a.starts_with('a') && b.starts_with('b'), a.starts_with('b') && b.starts_with('a')) {
            (true, ..) => None,
            (_, true, false) => Some(false),
            (_, false, true) => Some(true),
            _ => panic!("mixed up: {row}"),
        }
    };
    let mut names = rows.iter().filter_map(swapped);
    if let Some(first) = names.next() {
        assert!(names.all(|other| other == first), "columns of two states on one page");
    }
    let several: Vec<bool> = rows.iter().map(|row| row["tag"].is_array()).collect();
    assert!(several.iter().all(|one| *one == several[0]), "values of two states on one page");
}

async fn read(guest: Guest, done: Arc<AtomicBool>) -> usize {
    let mut reads = 0;
    while !done.load(Ordering::SeqCst) {
        let from = (reads * 97) % ROWS;
        let filter = format!("n >= {from}");
        let page =
            guest.list("posts", &[("filter", &filter), ("sort", "n"), ("perPage", "50"), ("skipTotal", "1")]).await;
        is_of_one_state(page.is(200).json["items"].as_array().unwrap());
        let one = guest.view("posts", &format!("r{:014}", from + 1), &[]).await;
        if one.status != 404 {
            is_of_one_state(std::slice::from_ref(&one.is(200).json));
        }
        reads += 1;
    }
    reads
}

/// Writes rows of its own until it is told to stop; what was acknowledged, by id: the value of `n`, or that it is gone.
async fn write(guest: Guest, number: usize, done: Arc<AtomicBool>) -> HashMap<String, Option<usize>> {
    let mut known = HashMap::new();
    for round in 0.. {
        if done.load(Ordering::SeqCst) {
            break;
        }
        let n = 100_000_000 * (number + 1) + 2 * round;
        let id = format!("w{number}{round:013}");
        let created = guest.create("posts", json!({"id": id, "n": n, "tag": ["y"]})).await;
        if !acknowledged(&created) {
            continue;
        }
        known.insert(id.clone(), Some(n));
        if acknowledged(&guest.update("posts", &id, json!({"n+": 1, "tag+": "z"})).await) {
            known.insert(id.clone(), Some(n + 1));
        }
        if round % 3 == 0 && acknowledged(&guest.delete("posts", &id).await) {
            known.insert(id, None);
        }
    }
    known
}

fn acknowledged(answer: &crate::support::Answer) -> bool {
    match answer.status {
        200 | 204 => true,
        503 => {
            assert!(answer.headers.contains_key("retry-after"), "no word on when to come again");
            false
        }
        _ => panic!("a wrong answer: {answer}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_table_changes_while_others_read_and_write_it() {
    let mut server = full_server(ROWS).await;
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..2).map(|_| tokio::spawn(read(server.guest(), done.clone()))).collect();
    let writers: Vec<_> = (0..3).map(|number| tokio::spawn(write(server.guest(), number, done.clone()))).collect();
    let superuser = server.superuser();
    let change = |method: Method, path: &str, body: Json| {
        let request = superuser.request(method, path).json(&body).timeout(PATIENCE);
        superuser.send(request)
    };
    for (swapped, several) in [(true, false), (true, true), (false, true)] {
        change(Method::PATCH, POSTS, json!({"fields": fields(swapped, several)})).await.is(200);
    }
    for (swapped, several) in [(false, false), (true, true)] {
        let sent = json!([{"name": "posts", "fields": fields(swapped, several)}, {"name": "more"}]);
        change(Method::PUT, "/api/collections/import", json!({"collections": sent})).await.is(204);
    }
    // A new unique index that the data breaks.
    let indexes = json!(["CREATE UNIQUE INDEX idx_posts_n ON posts (n)", "CREATE UNIQUE INDEX bad ON posts (body)"]);
    let refused = change(Method::PATCH, POSTS, json!({"indexes": indexes, "fields": fields(false, false)})).await;
    refused.is(400).codes(&[("indexes.1", "validation_invalid_index_expression")]);
    refused.says("indexes.1", "Failed to create index bad - UNIQUE constraint failed: posts.body.");
    done.store(true, Ordering::SeqCst);
    for reader in readers {
        assert!(reader.await.unwrap() > 0, "readers are served");
    }
    let mut expected: Vec<String> = (1..=ROWS).map(|n| format!("r{n:014} {n} x a{n} b{n}")).collect();
    for writer in writers {
        let known = writer.await.unwrap();
        assert!(!known.is_empty(), "writers get their turn");
        let rows = known.into_iter().filter_map(|(id, n)| Some((id, n?)));
        expected.extend(rows.map(|(id, n)| format!("{id} {n} {}", if n % 2 == 0 { "y" } else { "z" })));
    }
    expected.sort();
    // Whether a list kept its first element depends on when it was single; the last one always stays.
    let database = server.stopped_database();
    let rows = database.rows("SELECT id, n, tag ->> '$[#-1]', b, a FROM posts ORDER BY id");
    let rows: Vec<String> = rows.into_iter().map(|row| row.join(" ").trim_end().to_owned()).collect();
    let differ = rows.iter().zip(&expected).find(|(found, expected)| found != expected);
    assert_eq!(differ, None);
    assert_eq!(rows.len(), expected.len());
    database.is_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_collection_is_emptied_while_others_read_it() {
    // One by one, each with its place in the feed: a tenth is many.
    let few = ROWS / 10;
    let server = full_server(few).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let truncate = superuser.request(Method::DELETE, "/api/collections/posts/truncate").timeout(PATIENCE);
    let reading = async {
        loop {
            let total = guest.list("posts", &[("perPage", "1")]).await.is(200).at("/totalItems").as_u64().unwrap();
            assert!(total == 0 || total == few as u64, "{total} of {few} are left");
            if total == 0 {
                break;
            }
        }
    };
    let (answer, ()) = tokio::join!(superuser.send(truncate), reading);
    answer.is(204);
}
