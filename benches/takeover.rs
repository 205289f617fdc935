//! A PocketBase directory of a million records and 10,000 files is taken over, beside the least that this can cost: the
//! engine's own copy of the database and a copy of the files (`scripts/soak --takeover`).

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::json;

use crate::server::TUCKBOX;

/// How many MiB a take-over may hold.
const MOST_HELD: f64 = 160.0;
/// How many files there are for a hundred records.
const FILES: usize = 1;

/// Takes a directory of so many records over.
///
/// # Errors
/// What went wrong, in one sentence.
pub fn run(rows: usize) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let root = tempfile::tempdir().map_err(|error| told(&error))?;
    let source = root.path().join("pb_data");
    make(&source, rows).map_err(|error| told(&error))?;
    let files = rows / 100 * FILES;
    let bytes = std::fs::metadata(source.join("data.db")).map_err(|error| told(&error))?.len();
    println!("{rows} records in {} MiB, {files} files", bytes >> 20);
    for round in 1..=3 {
        let floor = root.path().join("floor");
        let begin = Instant::now();
        copy(&source, &floor)?;
        let least = begin.elapsed();
        let dir = root.path().join("data");
        let (took, held) = take_over(root.path(), &dir)?;
        println!(
            "round {round}: .backup and cp {:.1} s; taken over in {:.1} s ({:.1} times that), {held:.0} MiB held at most",
            least.as_secs_f64(),
            took.as_secs_f64(),
            took.as_secs_f64() / least.as_secs_f64()
        );
        if held > MOST_HELD {
            return Err(format!("It held {held:.0} MiB, and may hold {MOST_HELD:.0}."));
        }
        same(&source, &dir)?;
        for folder in [floor, dir] {
            std::fs::remove_dir_all(folder).map_err(|error| told(&error))?;
        }
    }
    Ok(())
}

/// A directory as PocketBase makes them: the real one of the tests, with one more collection.
fn make(source: &Path, rows: usize) -> Result<(), Box<dyn std::error::Error>> {
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pocketbase");
    std::fs::create_dir_all(source)?;
    std::fs::copy(real.join("data.db"), source.join("data.db"))?;
    let database = Connection::open(source.join("data.db"))?;
    let field = |id: usize, name: &str, rest: serde_json::Value| {
        let mut field = json!({"id": format!("field{id}"), "name": name});
        for (key, value) in rest.as_object().into_iter().flatten() {
            field[key] = value.clone();
        }
        field
    };
    let fields = json!([
        field(
            0,
            "id",
            json!({"type": "text", "system": true, "required": true, "primaryKey": true, "min": 15, "max": 15,
            "pattern": "^[a-z0-9]+$", "autogeneratePattern": "[a-z0-9]{15}"})
        ),
        field(1, "title", json!({"type": "text"})),
        field(2, "body", json!({"type": "editor"})),
        field(3, "views", json!({"type": "number"})),
        field(4, "published", json!({"type": "bool"})),
        field(5, "due", json!({"type": "date"})),
        field(6, "tags", json!({"type": "select", "values": ["a", "b", "c"], "maxSelect": 3})),
        field(7, "owner", json!({"type": "relation", "collectionId": "_pb_users_auth_", "maxSelect": 1})),
        field(8, "cover", json!({"type": "file", "maxSelect": 1})),
        field(9, "data", json!({"type": "json"})),
        field(10, "created", json!({"type": "autodate", "onCreate": true})),
    ]);
    database.execute(
        "INSERT INTO _collections (id, type, name, fields, indexes, listRule, options, created, updated)
         VALUES ('c_posts', 'base', 'posts', ?, '[\"CREATE INDEX idx_posts_due ON posts (due)\"]', '', '{}', '', '')",
        [fields.to_string()],
    )?;
    database.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
         CREATE TABLE posts (`id` TEXT PRIMARY KEY DEFAULT ('r'||lower(hex(randomblob(7)))) NOT NULL,
           `title` TEXT DEFAULT '' NOT NULL, `body` TEXT DEFAULT '' NOT NULL, `views` NUMERIC DEFAULT 0 NOT NULL,
           `published` BOOLEAN DEFAULT FALSE NOT NULL, `due` TEXT DEFAULT '' NOT NULL, `tags` JSON DEFAULT '[]' NOT NULL,
           `owner` TEXT DEFAULT '' NOT NULL, `cover` TEXT DEFAULT '' NOT NULL, `data` JSON DEFAULT NULL,
           `created` TEXT DEFAULT '' NOT NULL);
         WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {rows})
         INSERT INTO posts SELECT printf('p%014d', (n * 7919) % 99999999999997), 'Title of post ' || n,
           hex(randomblob(100)), n, n % 2, '2024-01-02 03:04:05.678Z', '[\"a\",\"c\"]', '4q1xlclmfloku33',
           iif(n % 100 = 0, 'cover_' || n || '.bin', ''), '{{\"n\":' || n || '}}', '2024-01-02 03:04:05.678Z' FROM c;
         CREATE INDEX idx_posts_due ON posts (due);
         PRAGMA wal_checkpoint(TRUNCATE)"
    ))?;
    for number in (100..=rows).step_by(100) {
        let id = format!("p{:014}", (number as u64 * 7919) % 99_999_999_999_997);
        let folder = source.join(format!("storage/c_posts/{id}"));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(format!("cover_{number}.bin")), vec![(number % 251) as u8; 20_000])?;
    }
    Ok(())
}

/// The least: what a person would do who has only to keep the bytes, on the disk when it ends.
fn copy(source: &Path, to: &Path) -> Result<(), String> {
    std::fs::create_dir_all(to).map_err(|error| error.to_string())?;
    let done = |what: &str, command: &mut Command| match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{what} ended with {status}.")),
        Err(error) => Err(format!("{what} could not be run: {error}.")),
    };
    let backup = format!(".backup '{}'", to.join("data.db").display());
    done("sqlite3", Command::new("sqlite3").arg(source.join("data.db")).arg(backup))?;
    done("cp", Command::new("cp").arg("-r").arg(source.join("storage")).arg(to.join("storage")))?;
    done("sync", Command::new("sync").arg("-f").arg(to))
}

/// Takes it over: how long that took, and how many MiB of its own the program held at most.
fn take_over(root: &Path, dir: &Path) -> Result<(Duration, f64), String> {
    let begin = Instant::now();
    let command = |root: &Path| {
        let mut command = Command::new(TUCKBOX);
        command.current_dir(root).args(["import", "pocketbase", "pb_data", "--dir"]).arg(dir).stdout(Stdio::null());
        command.spawn()
    };
    let mut child = command(root).map_err(|error| error.to_string())?;
    let mut held = 0.0;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            break status;
        }
        let told = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = told.lines().find_map(|line| line.strip_prefix("RssAnon:")?.split_whitespace().next()?.parse().ok());
        held = f64::max(held, line.unwrap_or(0.0) / 1024.0);
        std::thread::sleep(Duration::from_millis(20));
    };
    let took = begin.elapsed();
    if status.success() { Ok((took, held)) } else { Err(format!("The take-over ended with {status}.")) }
}

/// All records are there, each as it was.
fn same(source: &Path, dir: &Path) -> Result<(), String> {
    let compared = || {
        let database = Connection::open(dir.join("data.db"))?;
        database.execute("ATTACH ? AS old", [source.join("data.db").to_string_lossy()])?;
        database.query_row(
            "SELECT count(*) FROM (SELECT rowid, * FROM old.posts EXCEPT SELECT rowid, * FROM main.posts)",
            [],
            |row| row.get::<_, i64>(0),
        )
    };
    match compared() {
        Ok(0) => Ok(()),
        Ok(differing) => Err(format!("{differing} records are others than they were.")),
        Err(error) => Err(error.to_string()),
    }
}
