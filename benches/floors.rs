//! What the work costs at least: handlers of plain axum, and the SQL that a good programmer would write by hand, on a
//! raw connection to the same data.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path as UrlPath};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::StreamExt;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Statement, params, params_from_iter};
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;

use crate::cpu;
use crate::data::{self, AUTHORS, BODY};

/// Serves what is plain axum, on a free port whose address it prints, until it is killed: an empty answer everywhere;
/// below `/files/` the files of a folder, in pieces as large as those of tower-http; and `/upload`, which writes a body
/// into that folder and waits until it is on the disk.
pub fn serve_plain_axum(folder: &Path) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        println!("http://{}", listener.local_addr().expect("it is bound"));
        let (files, uploads) = (folder.to_owned(), folder.to_owned());
        let download = move |UrlPath(name): UrlPath<String>| send(files.join(name));
        let upload = move |body: Body| receive(uploads.clone(), body);
        let router = axum::Router::new()
            .route("/files/{name}", get(download))
            .route("/upload", post(upload).layer(DefaultBodyLimit::disable()))
            .fallback(|| async { "{}" });
        axum::serve(listener, router).await.expect("it serves");
    });
}

async fn send(path: PathBuf) -> Response {
    let file = tokio::fs::File::open(path).await.expect("the file is there");
    let size = file.metadata().await.expect("it can be asked").len();
    let body = Body::from_stream(ReaderStream::with_capacity(file, 64 * 1024));
    ([("content-length", size.to_string())], body).into_response()
}

async fn receive(folder: PathBuf, body: Body) -> String {
    let path = folder.join(tuckbox::ids::ordered_record_id());
    let mut file = tokio::fs::File::create(&path).await.expect("there is room");
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        file.write_all(&chunk.expect("the body comes")).await.expect("there is room");
    }
    file.sync_all().await.expect("it can be written");
    format!("{{\"name\":{:?}}}", path.file_name().unwrap_or_default())
}

/// CPU and wall time of one operation.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// Of this thread.
    pub cpu: Duration,
    /// By the clock.
    pub wall: Duration,
}

impl Cost {
    /// What a mix of two operations costs, of which this share is the other one.
    pub fn mixed(self, other: Self, share: f64) -> Self {
        let mix = |own: Duration, other: Duration| own.mul_f64(1.0 - share) + other.mul_f64(share);
        Self { cpu: mix(self.cpu, other.cpu), wall: mix(self.wall, other.wall) }
    }
}

/// Runs an operation again and again for this long, once at least. It answers how many it was.
pub fn measure(time: Duration, mut once: impl FnMut() -> usize) -> Cost {
    let (cpu, begin) = (cpu::of_this_thread(), Instant::now());
    let mut operations = 0;
    while operations == 0 || begin.elapsed() < time {
        operations += once();
    }
    let each = |total: Duration| Duration::from_nanos((total.as_nanos() / operations.max(1) as u128) as u64);
    Cost { cpu: each(cpu::of_this_thread() - cpu), wall: each(begin.elapsed()) }
}

/// The columns of a post, for a query whose only table it is.
pub const POST: &str = "posts.id, posts.title, posts.body, posts.author, posts.labels, posts.score, posts.active, \
posts.tags, posts.created, posts.updated";

/// A page and, where it is asked for, the total, as queries with one parameter at most.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The rows.
    pub rows: &'a str,
    /// The total.
    pub count: Option<&'a str>,
}

/// What a page holds.
#[derive(Debug, PartialEq)]
pub struct Held {
    /// The first column of each row.
    pub ids: Vec<String>,
    /// How many rows there are in all.
    pub total: Option<i64>,
}

/// The text of a query, with `{post}` for the columns of a post.
fn text(query: &str) -> String {
    query.replace("{post}", POST)
}

/// Writes rows as JSON by hand: keys made before, numbers as they are, texts escaped, stored JSON as it is.
struct Writer {
    keys: Vec<Vec<u8>>,
    is_json: Vec<bool>,
}

impl Writer {
    fn of(statement: &Statement<'_>) -> Self {
        let names = statement.column_names();
        let key = |(at, name): (usize, &&str)| format!("{}\"{name}\":", if at == 0 { '{' } else { ',' }).into_bytes();
        Self {
            keys: names.iter().enumerate().map(key).collect(),
            is_json: names.iter().map(|name| matches!(*name, "tags" | "labels")).collect(),
        }
    }

    fn write(&self, row: &rusqlite::Row<'_>, out: &mut Vec<u8>) -> rusqlite::Result<()> {
        for (at, key) in self.keys.iter().enumerate() {
            out.extend_from_slice(key);
            match row.get_ref(at)? {
                ValueRef::Integer(number) => out.extend_from_slice(number.to_string().as_bytes()),
                ValueRef::Real(number) => out.extend_from_slice(number.to_string().as_bytes()),
                ValueRef::Text(text) if self.is_json[at] => out.extend_from_slice(text),
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
}

/// As many values as a statement takes: none or one.
fn values(statement: &Statement<'_>, value: Value) -> Vec<Value> {
    let mut values = vec![value];
    values.truncate(statement.parameter_count());
    values
}

/// The connection of the floors that read. It is kept for the whole pass, as the server keeps its own: pages that are
/// mapped for the first time cost more than the query.
pub struct Reader(Connection);

impl Reader {
    /// Opens the database that the server has open too.
    pub fn open(path: &Path) -> Self {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).expect("the database opens");
        let stable_plans = rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG;
        connection.set_db_config(stable_plans, true).expect("it is known");
        connection
            .execute_batch(
                "PRAGMA query_only=1; PRAGMA mmap_size=1073741824; PRAGMA cache_size=-8000; PRAGMA temp_store=2",
            )
            .expect("pragmas are understood");
        Self(connection)
    }

    fn prepare(&self, text: &str) -> Statement<'_> {
        self.0.prepare(text).expect("it prepares")
    }

    /// What a page costs, with its JSON, over the values in turn.
    pub fn page(&self, page: Page<'_>, value: impl Fn(usize) -> Value, time: Duration) -> Cost {
        let mut rows = self.prepare(&text(page.rows));
        let mut count = page.count.map(|count| self.prepare(count));
        let writer = Writer::of(&rows);
        let (mut at, mut out) = (0, Vec::new());
        let mut once = || {
            at += 1;
            out.clear();
            let bound = values(&rows, value(at));
            let mut found = rows.query(params_from_iter(bound)).expect("it runs");
            while let Some(row) = found.next().expect("it steps") {
                writer.write(row, &mut out).expect("it is written");
            }
            if let Some(count) = &mut count {
                let bound = values(count, value(at));
                let _: i64 = count.query_row(params_from_iter(bound), |row| row.get(0)).expect("it counts");
            }
            1
        };
        once();
        measure(time, once)
    }

    /// What a page holds for one value.
    pub fn held(&self, page: Page<'_>, value: Value) -> Held {
        let mut rows = self.prepare(&text(page.rows));
        let bound = values(&rows, value.clone());
        let ids = rows.query_map(params_from_iter(bound), |row| row.get(0)).expect("it runs");
        let ids = ids.collect::<rusqlite::Result<Vec<String>>>().expect("it steps");
        let total = page.count.map(|count| {
            let mut count = self.prepare(count);
            let bound = values(&count, value);
            count.query_row(params_from_iter(bound), |row| row.get(0)).expect("it counts")
        });
        Held { ids, total }
    }

    /// A read by key, with its JSON.
    pub fn point_read(&self, rows: usize, time: Duration) -> Cost {
        let mut statement = self.prepare(&text("SELECT {post} FROM posts WHERE id = ?"));
        let writer = Writer::of(&statement);
        let (mut at, mut out) = (0, Vec::new());
        measure(time, || {
            for _ in 0..64 {
                at = (at + 7919) % rows;
                out.clear();
                statement.query_row([data::id(at)], |row| writer.write(row, &mut out)).expect("the row is there");
            }
            64
        })
    }
}

fn writer(path: &Path) -> Connection {
    let connection = Connection::open(path).expect("the database opens");
    connection
        .execute_batch(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;
             PRAGMA mmap_size=1073741824; PRAGMA cache_size=-16000",
        )
        .expect("pragmas are understood");
    connection
}

/// Which write is repeated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Write {
    /// An insert.
    Create,
    /// An insert, after the author was looked up.
    CheckedCreate,
    /// Two columns of a row, found by its id, whose old values go into the feed.
    Update,
}

/// Raw writes with their feed rows in groups of this size, each in a savepoint, durable. The rows that are touched
/// are as far apart as the workload's, since each of them is another page.
pub fn write(path: &Path, rows: usize, write: Write, group: usize, time: Duration) -> Cost {
    let connection = writer(path);
    let prepare = |text: &str| connection.prepare(text).expect("it prepares");
    let mut insert = prepare(
        "INSERT INTO posts (id,title,body,author,labels,score,active,tags,created,updated) VALUES (?,?,?,?,?,?,?,?,?,?)",
    );
    let mut feed = prepare("INSERT INTO _tb_changes (collection, record, op, actor, at, data) VALUES (?,?,?,?,?,?)");
    let mut author = prepare("SELECT 1 FROM authors WHERE id = ? AND active");
    let mut old = prepare("SELECT title, score FROM posts WHERE id = ?");
    let mut update = prepare("UPDATE posts SET title = ?, score = ?, updated = ? WHERE id = ?");
    let run = |text: &str| connection.prepare_cached(text).and_then(|mut s| s.execute([])).expect("it runs");
    let mut count = 0;
    measure(time, || {
        run("BEGIN IMMEDIATE");
        for _ in 0..group {
            run("SAVEPOINT one");
            count += 1;
            let now = tuckbox::time::now_text();
            let at = tuckbox::time::now().timestamp_millis();
            if write == Write::Update {
                let id = data::id((count * 7919) % rows);
                let before = old.query_row([&id], |row| {
                    Ok(format!(r#"{{"title":"{}","score":{}}}"#, row.get::<_, String>(0)?, row.get::<_, f64>(1)?))
                });
                let before = before.expect("the row is there");
                update.execute(params![format!("Changed {count}"), count as i64, now, id]).expect("it updates");
                feed.execute(params!["c_posts", id, "update", None::<String>, at, before]).expect("it inserts");
            } else {
                let by = data::id((count * 31) % AUTHORS);
                if write == Write::CheckedCreate {
                    assert!(author.exists([&by]).expect("it is looked up"), "every author is active");
                }
                let id = tuckbox::ids::ordered_record_id();
                let (labels, tags) = (format!(r#"["{}"]"#, data::id(count % data::LABELS)), r#"["red","green"]"#);
                let title = format!("Post {count}, part {}", count % 1000);
                insert.execute(params![id, title, BODY, by, labels, 7, 1, tags, now, now]).expect("it inserts");
                feed.execute(params!["c_posts", id, "create", None::<String>, at, None::<String>]).expect("it inserts");
            }
            run("RELEASE one");
        }
        run("COMMIT");
        group
    })
}

/// The deletion of one parent with its children, each with its whole old row in the feed, in one durable transaction.
pub fn cascade(path: &Path, parent: &str) -> Cost {
    let connection = writer(path);
    let at = tuckbox::time::now().timestamp_millis();
    let step = |text: &str| connection.prepare(text).and_then(|mut one| one.execute([parent])).expect("it runs");
    measure(Duration::ZERO, || {
        connection.execute_batch("BEGIN IMMEDIATE").expect("it begins");
        step(&format!(
            "INSERT INTO _tb_changes (collection, record, op, at, data)
             SELECT 'c_children', id, 'delete', {at}, json_object('id', id, 'parent', parent, 'name', name,
               'score', score, 'created', created) FROM children WHERE parent = ?"
        ));
        let gone = step("DELETE FROM children WHERE parent = ?");
        assert_eq!(gone, data::CHILDREN, "the children are there");
        step(&format!(
            "INSERT INTO _tb_changes (collection, record, op, at, data)
             SELECT 'c_parents', id, 'delete', {at}, json_object('id', id, 'name', name) FROM parents WHERE id = ?"
        ));
        step("DELETE FROM parents WHERE id = ?");
        connection.execute_batch("COMMIT").expect("it commits");
        1
    })
}
