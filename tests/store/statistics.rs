//! What the planner knows of tables: gathered unasked, and taken over by those who read.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tuckbox::store::{Store, Tx, WriteLane};

use super::{Database, number, options, texts};

/// Many books by few people; the engine would guess that people are many.
const MANY: [&str; 2] = [
    "INSERT INTO people WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 20) SELECT x, 'p' || x FROM n",
    "INSERT INTO books WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 5000)
     SELECT x, x % 20, x FROM n",
];

const TABLES: &str = "CREATE TABLE people (id PRIMARY KEY, name);
     CREATE TABLE books (id PRIMARY KEY, author, made);
     CREATE INDEX books_author ON books (author);
     CREATE INDEX books_made ON books (made)";

/// The first step of the plan of a query.
fn begins_with(tx: &mut Tx<'_>) -> tuckbox::error::Result<String> {
    // a plan is made without a look at the file
    texts(tx, "SELECT name FROM people LIMIT 1")?;
    // and a kept one is not made anew, as a query is
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let asked = ASKED.fetch_add(1, Ordering::Relaxed);
    let plan = format!(
        "EXPLAIN QUERY PLAN SELECT {asked}, books.id FROM books JOIN people ON people.id = books.author
                WHERE people.name = 'p3' ORDER BY made LIMIT 30"
    );
    let first = tx.row(plan.as_str(), |row| Ok(row.get(3).as_text().to_owned()))?;
    Ok(first.unwrap_or_default())
}

async fn fill(db: &Database) {
    db.store.write(WriteLane::Exclusive, |tx| tx.define(TABLES)).await.unwrap();
    db.write(|tx| MANY.into_iter().try_for_each(|text| tx.execute(text).map(drop))).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_in_bulk_is_known_when_the_program_ends() {
    let db = Database::new().await;
    fill(&db).await;
    db.store.close().await;
    let again = Store::open(&options(&db.dir)).unwrap();
    let known = again.read_here(|tx| {
        texts(tx, "SELECT DISTINCT tbl FROM sqlite_stat1 WHERE tbl NOT LIKE '\\_%' ESCAPE '\\' ORDER BY tbl")
    });
    assert_eq!(known.unwrap(), ["books", "people"]);
    assert!(again.read_here(begins_with).unwrap().contains("people"));
    again.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_plan_by_new_statistics_at_once() {
    let db = Database::new().await;
    fill(&db).await;
    // a change of tables asks for them
    db.store.write(WriteLane::Exclusive, |tx| tx.define("CREATE INDEX more ON notes (text)")).await.unwrap();
    let known = async {
        while !db.store.read_here(begins_with).unwrap().contains("people") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), known).await.expect("they are gathered and read");
}

#[tokio::test(flavor = "multi_thread")]
async fn small_tables_need_none() {
    let db = Database::new().await;
    db.write(|tx| tx.execute("INSERT INTO notes (id) VALUES ('a')")).await.unwrap();
    db.store.write(WriteLane::Exclusive, |tx| tx.define("CREATE INDEX more ON notes (text)")).await.unwrap();
    db.store.close().await;
    let again = Store::open(&options(&db.dir)).unwrap();
    let kept = again.read_here(|tx| number(tx, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'"));
    assert_eq!(kept.unwrap(), 0);
    again.close().await;
}
