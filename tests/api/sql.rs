//! `POST /api/sql`: SQL that a superuser types.

use serde_json::{Value as Json, json};

use crate::support::{Answer, Client, Superuser, TestServer, blog, id, notes};

/// A query that has no end and keeps little in memory.
const ENDLESS: &str = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";

async fn sql(superuser: &Superuser, query: &str) -> Answer {
    superuser.post("/api/sql", json!({"query": query})).await
}

/// The rows of an answer, cells in one text.
fn rows(answer: &Answer) -> Vec<String> {
    let cell = |cell: &Json| cell.as_str().map_or_else(|| "null".to_owned(), str::to_owned);
    let row = |row: &Json| row.as_array().expect("a row").iter().map(cell).collect::<Vec<_>>().join("|");
    answer.is(200).at("/rows").as_array().expect("rows").iter().map(row).collect()
}

fn is_refused(answer: &Answer, words: &str) {
    answer.is(400).no_data().message_has("Failed to execute query. Raw error:\n").message_has(words);
}

#[tokio::test]
async fn superusers_alone_may_ask() {
    let server = TestServer::with(blog()).await;
    let body = json!({"query": "SELECT 1"});
    let guest = server.guest().post("/api/sql", body.clone()).await;
    guest.is(401).no_data().message("The request requires valid record authorization token.");
    let user = server.user("members", &id("ann")).await;
    let refused = user.post("/api/sql", body).await;
    refused.is(403).no_data().message("The authorized record is not allowed to perform this action.");
}

#[tokio::test]
async fn a_query_is_1_to_5000_bytes_of_text() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    for body in [json!({}), json!({"query": ""}), json!({"query": null})] {
        let answer = superuser.post("/api/sql", body).await;
        answer.is(400).message("An error occurred while validating the submitted data.");
        answer.codes(&[("query", "validation_required")]);
    }
    let long = format!("SELECT '{}'", "é".repeat(2500));
    let answer = sql(&superuser, &long).await;
    answer.is(400).codes(&[("query", "validation_length_too_long")]).params("query", json!({"min": 0, "max": 5000}));
    sql(&superuser, &format!("SELECT '{}'", "x".repeat(4991))).await.is(200);
    superuser.post("/api/sql", json!({"query": 5})).await.is(400).no_data();
    superuser.post_text("/api/sql", "application/json", "{").await.is(400).no_data();
}

#[tokio::test]
async fn cells_are_texts_or_null() {
    let server = TestServer::start().await;
    let query = "SELECT 1, 1.0, 1e21, 0.1, -9223372036854775808, 'a', '', NULL, x'00ff', 1e999, -1e999";
    let answer = sql(&server.superuser(), query).await;
    let cells = json!([["1", "1", "1e+21", "0.1", "-9223372036854775808", "a", "", null, "X'00FF'", "Inf", "-Inf"]]);
    answer.is(200).has("/rows", cells).has("/affectedRows", 0);
    answer.has("/columns/0", json!({"name": "1", "type": "", "nullable": true}));
    assert!(answer.at("/execTime").is_u64());
}

#[tokio::test]
async fn columns_have_the_type_that_their_table_declares() {
    let server = TestServer::with(notes()).await;
    let answer = sql(&server.superuser(), "SELECT id, rank AS r, done, rank + 1 AS more FROM notes LIMIT 0").await;
    let columns = json!([
        {"name": "id", "type": "TEXT", "nullable": false},
        {"name": "r", "type": "NUMERIC", "nullable": false},
        {"name": "done", "type": "BOOLEAN", "nullable": false},
        {"name": "more", "type": "", "nullable": true},
    ]);
    answer.is(200).has("/columns", columns).has("/rows", json!([]));
    let picked = server.superuser().post("/api/sql?fields=rows", json!({"query": "SELECT 1"})).await;
    assert_eq!(picked.is(200).json, json!({"rows": [["1"]]}));
}

#[tokio::test]
async fn of_several_queries_the_last_answers() {
    let server = TestServer::start().await;
    let answer = sql(&server.superuser(), "SELECT 1 AS a; SELECT 2 AS b, 3 AS c; -- the end").await;
    assert_eq!(rows(&answer), ["2|3"]);
    answer.has("/columns/0/name", "b");
    for nothing in [" ", ";;", "-- a comment"] {
        sql(&server.superuser(), nothing).await.is(200).has("/rows", json!([])).has("/columns", json!([]));
    }
}

#[tokio::test]
async fn a_thousand_rows_and_some_mebibytes_are_the_most() {
    let server = TestServer::start().await;
    let many = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n";
    let answer = sql(&server.superuser(), many).await;
    let rows = rows(&answer);
    assert_eq!((rows.len(), rows[999].as_str()), (1000, "1000"));
    let large =
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT printf('%.*c', 1000000, 'x') FROM n";
    is_refused(&sql(&server.superuser(), large).await, "the answer is larger than 16 MiB");
}

#[tokio::test]
async fn statements_are_one_transaction() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let answer = sql(&superuser, "  update notes SET rank = rank + 10 WHERE done").await;
    answer.is(200).has("/affectedRows", 2).has("/columns", json!([])).has("/rows", json!([]));
    let two = "DELETE FROM notes WHERE title = 'Ash'; UPDATE notes SET secret = 'x' RETURNING id";
    sql(&superuser, two).await.is(200).has("/affectedRows", 2).has("/rows", json!([]));
    is_refused(&sql(&superuser, "DELETE FROM notes; INSERT INTO nowhere VALUES (1)").await, "no such table: nowhere");
    is_refused(&sql(&superuser, "DELETE FROM notes; UPDATE notes SET").await, "incomplete input");
    assert_eq!(rows(&sql(&superuser, "SELECT title, rank FROM notes ORDER BY title").await), ["Birch|2", "Cedar|13"]);
    is_refused(
        &sql(&superuser, &format!("INSERT INTO notes (id) VALUES ('{}')", id("n2"))).await,
        "UNIQUE constraint failed: notes.id",
    );
}

#[tokio::test]
async fn changes_of_tables_change_no_rows() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    sql(&superuser, "CREATE TABLE own (a); INSERT INTO own VALUES (1), (2)").await.is(200).has("/affectedRows", 2);
    sql(&superuser, "INSERT INTO own VALUES (3); ALTER TABLE own ADD COLUMN b").await.is(200).has("/affectedRows", 0);
    sql(&superuser, "CREATE VIEW doubled AS SELECT a * 2 AS a FROM own").await.is(200).has("/affectedRows", 0);
    assert_eq!(rows(&sql(&superuser, "SELECT a FROM doubled ORDER BY a").await), ["2", "4", "6"]);
    sql(&superuser, "DROP VIEW doubled; DROP TABLE own").await.is(200).has("/affectedRows", 0);
    is_refused(&sql(&superuser, "SELECT * FROM own").await, "no such table: own");
}

#[tokio::test]
async fn the_feed_hears_nothing() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let count = "SELECT count(*) FROM _tb_changes";
    let before = rows(&sql(&superuser, count).await);
    sql(&superuser, "DELETE FROM notes").await.is(200).has("/affectedRows", 3);
    assert_eq!(rows(&sql(&superuser, count).await), before);
    assert!(superuser.list("notes", &[]).await.is(200).items().is_empty());
}

/// What would leave the database, end the transaction or outlive the call.
const REFUSED: &[(&str, &str)] = &[
    ("BEGIN", "transactions"),
    ("SELECT 1; COMMIT", "transactions"),
    ("UPDATE notes SET rank = 1; COMMIT", "transactions"),
    ("UPDATE notes SET rank = 1; ROLLBACK; DELETE FROM notes", "transactions"),
    ("DELETE FROM notes; SAVEPOINT a", "transactions"),
    ("DELETE FROM notes; RELEASE member", "transactions"),
    ("ATTACH '/tmp/x.db' AS x", "not authorized"),
    ("DELETE FROM notes; ATTACH ':memory:' AS x", "not authorized"),
    ("DETACH main", "not authorized"),
    ("VACUUM", "VACUUM"),
    ("VACUUM INTO '/tmp/x.db'", "VACUUM"),
    ("DELETE FROM notes; VACUUM INTO '/tmp/x.db'", "VACUUM"),
    ("PRAGMA query_only = 0", "PRAGMA query_only"),
    ("PRAGMA writable_schema = 1", "PRAGMA writable_schema"),
    ("PRAGMA journal_mode = DELETE", "PRAGMA journal_mode"),
    ("PRAGMA application_id = 1", "PRAGMA application_id"),
    ("PRAGMA wal_checkpoint", "PRAGMA wal_checkpoint"),
    ("PRAGMA temp_store_directory = '/etc'", "PRAGMA temp_store_directory"),
    ("DELETE FROM notes; PRAGMA foreign_keys = 0", "PRAGMA foreign_keys"),
    ("SELECT load_extension('/tmp/x.so')", "load_extension"),
    ("CREATE TEMP TABLE t (a)", "no temporary tables"),
    ("SELECT 1; CREATE TEMP TABLE t (a)", "no temporary tables"),
    ("CREATE TEMP TRIGGER t AFTER INSERT ON notes BEGIN SELECT 1; END", "no temporary tables"),
    ("DROP TABLE _tb_changes", "Tuckbox's own"),
    ("DROP TABLE _collections", "Tuckbox's own"),
    ("ALTER TABLE _tb_uploads RENAME TO x", "Tuckbox's own"),
    ("CREATE TABLE _tb_mine (a)", "Tuckbox's own"),
    ("CREATE TRIGGER t AFTER INSERT ON _tb_changes BEGIN DELETE FROM notes; END", "Tuckbox's own"),
    ("DROP TABLE _superusers", "no such table: _superusers"),
    ("ALTER TABLE _superusers DROP COLUMN verified", "verified"),
    ("DELETE FROM _collections", "must stay as it is"),
    ("UPDATE _collections SET system = 0 WHERE name = '_otps'", "must stay as it is"),
    ("UPDATE sqlite_schema SET sql = ''", "may not be modified"),
    ("WITH a AS (SELECT 1) DELETE FROM notes", "attempt to write a readonly database"),
    ("SELECT 1; DELETE FROM notes", "attempt to write a readonly database"),
    ("REINDEX", "attempt to write a readonly database"),
    ("SELECT randomblob(1000000000)", "too big"),
    ("SELECT hex(zeroblob(900000000))", "too big"),
    ("UPDATE notes SET title = zeroblob(900000000)", "too big"),
    ("SELECT 'a' LIKE printf('%.*c', 10000, '%')", "too complex"),
    ("SELECT \u{0} 1", "NUL"),
];

#[tokio::test]
async fn what_leaves_the_database_is_refused_and_changes_nothing() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    for (query, words) in REFUSED {
        is_refused(&sql(&superuser, query).await, words);
    }
    assert_eq!(rows(&sql(&superuser, "SELECT title, rank FROM notes").await), ["Ash|1", "Birch|2", "Cedar|3"]);
    // The guard is gone with each of them: collections and records are saved with what it refuses.
    superuser.create_collection(json!({"name": "later", "type": "base"})).await.is(200);
    superuser.create("notes", json!({"title": "Later"})).await.is(200);
    superuser.remove("/api/collections/later").await.is(204);
}

#[tokio::test]
async fn nothing_that_is_set_outlives_its_call() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    assert_eq!(rows(&sql(&superuser, "PRAGMA query_only").await), ["1"]);
    assert_eq!(rows(&sql(&superuser, "SELECT name FROM pragma_table_info('users') LIMIT 1").await), ["id"]);
    assert_eq!(rows(&sql(&superuser, "PRAGMA integrity_check").await), ["ok"]);
}

#[tokio::test]
async fn hostile_texts_are_answered() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let nested = |open: &str, inner: &str, close: &str, depth: usize| {
        format!("SELECT {}{inner}{}", open.repeat(depth), close.repeat(depth))
    };
    let mut doubling = String::from("WITH a0 AS (SELECT 1 AS x)");
    for level in 1..60 {
        doubling.push_str(&format!(", a{level} AS (SELECT p.x FROM a{} p, a{} q)", level - 1, level - 1));
    }
    doubling.push_str(" SELECT count(*) FROM a59");
    is_refused(&sql(&superuser, &doubling).await, "too complex");
    let doubling = doubling.replacen("WITH", "CREATE VIEW v AS WITH", 1);
    is_refused(&sql(&superuser, &format!("{doubling}; INSERT INTO users (id) SELECT * FROM v")).await, "too complex");
    for query in [
        nested("(", "1", ")", 2400),
        nested("-", "1", "", 4900),
        nested("abs(", "1", ")", 900),
        nested("(SELECT ", "1", ")", 500),
        format!("SELECT {}", vec!["1"; 2400].join(",")),
        format!("SELECT 1{}", " UNION ALL SELECT 1".repeat(250)),
        "SELECT 1;".repeat(550),
        ";".repeat(5000),
        "(".repeat(5000),
        "'".repeat(4999),
        "\u{fffd}\u{202e}\u{1}".into(),
        "SELECT * FROM sqlite_schema, sqlite_schema, sqlite_schema".into(),
        "INSERT INTO users SELECT * FROM users, users".into(),
        "CREATE TABLE x AS SELECT ? AS a".into(),
    ] {
        sql(&superuser, &query).await.is_no_failure();
    }
    assert_eq!(rows(&sql(&superuser, "SELECT 1").await), ["1"]);
}

#[tokio::test]
async fn others_are_served_while_queries_run_and_those_end_with_their_callers() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let endless = |query: &'static str| {
        let superuser = superuser.clone();
        tokio::spawn(async move { sql(&superuser, query).await.status })
    };
    // Both turns are taken, and a third waits.
    let running = [endless(ENDLESS), endless(ENDLESS), endless("SELECT 'the third'")];
    superuser.list("notes", &[("filter", "rank > 1")]).await.is(200);
    superuser.create("notes", json!({"title": "Meanwhile"})).await.is(200);
    sql(&superuser, "UPDATE notes SET rank = 7 WHERE title = 'Meanwhile'").await.is(200).has("/affectedRows", 1);
    let [first, second, third] = running;
    assert!(!first.is_finished() && !second.is_finished(), "they have no end");
    first.abort();
    assert_eq!(third.await.expect("an answer"), 200, "a turn is free once a caller has gone");
    second.abort();
    assert_eq!(rows(&sql(&superuser, "SELECT rank FROM notes WHERE title = 'Meanwhile'").await), ["7"]);
}

#[tokio::test]
async fn a_write_ends_with_its_caller_and_leaves_nothing() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let endless = "INSERT INTO notes (title) WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n WHERE x < 0";
    let writing = {
        let superuser = superuser.clone();
        tokio::spawn(async move { sql(&superuser, endless).await.status })
    };
    // A read is answered beside it; it has no end of its own.
    superuser.list("notes", &[]).await.is(200);
    writing.abort();
    superuser.create("notes", json!({"title": "Afterwards"})).await.is(200);
    superuser.update("notes", &id("n1"), json!({"rank": 5})).await.is(200);
    assert_eq!(superuser.list("notes", &[("sort", "title")]).await.column("title"), "Afterwards Ash Birch Cedar");
}

#[tokio::test]
async fn a_server_that_stops_waits_for_no_query() {
    let mut server = TestServer::start().await;
    let superuser = server.superuser();
    let queries: Vec<_> = (0..3)
        .map(|_| {
            let superuser = superuser.clone();
            tokio::spawn(async move {
                superuser
                    .send(superuser.request(reqwest::Method::POST, "/api/sql").json(&json!({"query": ENDLESS})))
                    .await
                    .status
            })
        })
        .collect();
    sql(&superuser, "UPDATE users SET name = ''").await.is(200);
    assert!(server.terminate_while_others_run().await.success());
    for query in queries {
        query.abort();
    }
}

#[tokio::test]
async fn collections_that_were_changed_are_seen_at_once() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let close = "UPDATE _collections SET listRule = NULL WHERE name = 'notes'";
    sql(&superuser, close).await.is(200).has("/affectedRows", 1);
    server.guest().list("notes", &[]).await.is(403);
    let rename =
        "ALTER TABLE notes RENAME TO memos; UPDATE _collections SET name = 'memos', listRule = '' WHERE name = 'notes'";
    sql(&superuser, rename).await.is(200);
    assert_eq!(server.guest().list("memos", &[]).await.is(200).items().len(), 3);
    server.guest().list("notes", &[]).await.is(404);
    let gone = "DROP TABLE memos; DELETE FROM _collections WHERE name = 'memos'";
    sql(&superuser, gone).await.is(200).has("/affectedRows", 1);
    server.guest().list("memos", &[]).await.is(404);
}

#[tokio::test]
async fn collections_that_could_not_be_read_are_refused_with_all_else() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    for (change, words) in [
        ("SET fields = '[' WHERE name = 'notes'", "the stored collection notes cannot be read"),
        ("SET fields = '[{\"type\": \"odd\"}]' WHERE name = 'notes'", "there is no field type odd"),
        ("SET type = 'odd' WHERE name = 'notes'", "there is no type odd"),
        ("SET name = 'NOTES' WHERE name = 'users'", "two collections would be called"),
    ] {
        let query = format!("UPDATE notes SET rank = 99; UPDATE _collections {change}");
        is_refused(&sql(&superuser, &query).await, words);
    }
    assert_eq!(rows(&sql(&superuser, "SELECT max(rank) FROM notes").await), ["3"]);
    superuser.list("notes", &[]).await.is(200);
}

#[tokio::test]
async fn a_table_that_lost_a_column_is_told_by_its_requests_and_nothing_else() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    sql(&superuser, "DROP TABLE comments").await.is(200);
    superuser.list("comments", &[]).await.is(400);
    superuser.list("posts", &[("sort", "name")]).await.is(200);
    superuser.create("tags", json!({"name": "new"})).await.is(200);
}

#[tokio::test]
async fn totals_are_counted_anew_after_raw_writes() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    superuser.list("notes", &[]).await.is(200).has("/totalItems", 3);
    sql(&superuser, "DELETE FROM notes").await.is(200);
    superuser.list("notes", &[]).await.is(200).has("/totalItems", 0);
    sql(&superuser, "REPLACE INTO notes (id, title) VALUES ('a', 'b'), ('a', 'c')").await.is(200);
    superuser.list("notes", &[]).await.is(200).has("/totalItems", 1);
    is_refused(&sql(&superuser, "INSERT INTO notes (title) VALUES ('x'); SELECT absent").await, "no such column");
    superuser.list("notes", &[]).await.is(200).has("/totalItems", 1);
    superuser.create("notes", json!({"title": "y"})).await.is(200);
    superuser.list("notes", &[]).await.is(200).has("/totalItems", 2);
}

/// The most memory that a process has had, in MiB; `None` where the system does not tell.
fn peak(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? >> 10)
}

#[tokio::test]
async fn what_a_write_remembers_is_in_files_and_not_in_memory() {
    let mut server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let before = peak(server.process().id());
    // All rows of a UNION are remembered, to find those that come twice.
    let query = "INSERT INTO notes (title) WITH RECURSIVE n(x) AS (SELECT 1 UNION SELECT x + 1 FROM n LIMIT 1000000) \
                 SELECT x FROM n WHERE x < 0";
    sql(&superuser, query).await.is(200).has("/affectedRows", 0);
    if let (Some(before), Some(after)) = (before, peak(server.process().id())) {
        assert!(after < before + 30, "it took {} MiB", after - before);
    }
    // Nothing of it stays: records are written as before.
    superuser.create("notes", json!({"title": "Later"})).await.is(200);
}
