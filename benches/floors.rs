//! What the work costs at least: an empty axum handler, and the same SQL on a raw connection.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};

use crate::cpu;

/// Serves an empty answer on a free port and prints the address; runs until it is killed.
pub fn serve_empty_handler() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        println!("http://{}", listener.local_addr().expect("it is bound"));
        let router = axum::Router::new().route("/", axum::routing::get(|| async { "{}" }));
        axum::serve(listener, router).await.expect("it serves");
    });
}

/// CPU and wall time of one operation.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// Of this thread.
    pub cpu: Duration,
    /// By the clock.
    pub wall: Duration,
}

fn measure(time: Duration, mut once: impl FnMut() -> usize) -> Cost {
    let (cpu, begin) = (cpu::of_this_thread(), Instant::now());
    let mut operations = 0;
    while begin.elapsed() < time {
        operations += once();
    }
    let each = |total: Duration| Duration::from_nanos((total.as_nanos() / operations.max(1) as u128) as u64);
    Cost { cpu: each(cpu::of_this_thread() - cpu), wall: each(begin.elapsed()) }
}

/// The columns of the measured collection.
pub const COLUMNS: [&str; 9] = ["id", "title", "body", "author", "score", "active", "tags", "created", "updated"];

fn reader(path: &Path) -> Connection {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).expect("the database opens");
    let stable_plans = rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG;
    connection.set_db_config(stable_plans, true).expect("it is known");
    connection
        .execute_batch("PRAGMA query_only=1; PRAGMA mmap_size=1073741824; PRAGMA cache_size=-8192")
        .expect("pragmas are understood");
    connection
}

/// Writes a row as JSON by hand: keys fixed, numbers as they are, texts escaped.
fn write_json(row: &rusqlite::Row<'_>, out: &mut Vec<u8>) -> rusqlite::Result<()> {
    use rusqlite::types::ValueRef;
    for (at, name) in COLUMNS.iter().enumerate() {
        out.extend_from_slice(if at == 0 { b"{\"" } else { b",\"" });
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        match row.get_ref(at)? {
            ValueRef::Integer(number) => out.extend_from_slice(number.to_string().as_bytes()),
            ValueRef::Real(number) => out.extend_from_slice(number.to_string().as_bytes()),
            ValueRef::Text(text) if *name == "tags" => out.extend_from_slice(text),
            ValueRef::Text(text) => {
                out.push(b'"');
                for &byte in text {
                    if byte == b'"' || byte == b'\\' {
                        out.push(b'\\');
                    }
                    out.push(byte);
                }
                out.push(b'"');
            }
            _ => out.extend_from_slice(b"null"),
        }
    }
    out.push(b'}');
    Ok(())
}

/// A raw read by key, with its JSON.
pub fn point_read(path: &Path, ids: &[String], time: Duration) -> Cost {
    let connection = reader(path);
    let text = format!("SELECT {} FROM posts WHERE id = ?", COLUMNS.join(","));
    let mut statement = connection.prepare(&text).expect("it prepares");
    let (mut at, mut out) = (0, Vec::new());
    measure(time, || {
        for _ in 0..256 {
            at = (at + 7919) % ids.len();
            out.clear();
            statement.query_row([&ids[at]], |row| write_json(row, &mut out)).expect("the row is there");
        }
        256
    })
}

/// A raw list of 30 by an indexed filter, sorted by the index, with its JSON.
pub fn list(path: &Path, authors: &[String], time: Duration) -> Cost {
    let connection = reader(path);
    let text = format!("SELECT {} FROM posts WHERE author = ? ORDER BY created DESC LIMIT 30", COLUMNS.join(","));
    let mut statement = connection.prepare(&text).expect("it prepares");
    let (mut at, mut out) = (0, Vec::new());
    measure(time, || {
        for _ in 0..32 {
            at = (at + 1) % authors.len();
            out.clear();
            let mut rows = statement.query([&authors[at]]).expect("it runs");
            while let Some(row) = rows.next().expect("it steps") {
                write_json(row, &mut out).expect("it is written");
            }
        }
        32
    })
}

/// Raw inserts with their feed rows in groups of this size, each in a savepoint, durable. The authors are the
/// workload's, since each of them is another page of the index.
pub fn create(path: &Path, authors: &[String], group: usize, time: Duration) -> Cost {
    let connection = Connection::open(path).expect("the database opens");
    connection
        .execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000")
        .expect("pragmas are understood");
    let mut insert = connection
        .prepare(
            "INSERT INTO posts (id,title,body,author,score,active,tags,created,updated) VALUES (?,?,?,?,?,?,?,?,?)",
        )
        .expect("it prepares");
    let mut feed = connection
        .prepare("INSERT INTO _tb_changes (collection, record, op, actor, at, data) VALUES (?,?,?,?,?,?)")
        .expect("it prepares");
    let run = |text: &str| connection.prepare_cached(text).and_then(|mut s| s.execute([])).expect("it runs");
    let body = crate::workloads::BODY;
    let mut count = 0;
    measure(time, || {
        run("BEGIN IMMEDIATE");
        for _ in 0..group {
            run("SAVEPOINT one");
            let id = tuckbox::ids::ordered_record_id();
            let now = tuckbox::time::now_text();
            count += 31;
            let author = &authors[count % authors.len()];
            let tags = r#"["red","green"]"#;
            insert.execute(params![id, "A title", body, author, 7, 1, tags, now, now]).expect("it inserts");
            feed.execute(params!["pbc_1", id, "create", None::<String>, 1_i64, None::<String>]).expect("it inserts");
            run("RELEASE one");
        }
        run("COMMIT");
        group
    })
}

/// A database with the measured table alone, for the raw inserts.
pub fn empty_database(path: &Path) {
    let connection = Connection::open(path).expect("the database opens");
    connection
        .execute_batch(
            "CREATE TABLE posts (id TEXT PRIMARY KEY NOT NULL, title TEXT, body TEXT, author TEXT, score NUMERIC,
               active BOOLEAN, tags JSON, created TEXT, updated TEXT);
             CREATE INDEX posts_author ON posts (author, created);
             CREATE TABLE _tb_changes (seq INTEGER PRIMARY KEY, collection TEXT, record TEXT, op TEXT, actor TEXT,
               at INTEGER, data TEXT);",
        )
        .expect("the tables are made");
}
