//! Queries that people write: what the engine says of them before they run, and how long they may.

use std::time::Duration;

use tuckbox::error::{Error, Result};
use tuckbox::store::select::Described;
use tuckbox::store::{WriteLane, tables};

use super::Database;

fn describe(db: &Database, query: &str) -> Result<String> {
    let word = |column: &Described| format!("{}{}", column.name, if column.text { ":text" } else { "" });
    let described = db.store.read_here(|tx| tx.describe(query))?;
    Ok(described.iter().map(word).collect::<Vec<_>>().join(" "))
}

async fn database() -> Database {
    let db = Database::new().await;
    let made = db.store.write(WriteLane::Exclusive, |tx| {
        tx.define("CREATE TABLE books (id TEXT, pages INTEGER); INSERT INTO books VALUES ('a', 1), ('b', 2)")
    });
    made.await.expect("a table");
    db
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_described_and_not_run() {
    let db = database().await;
    let query = "SELECT id, pages AS n, count(*), id AS \"x y\" FROM books -- c";
    assert_eq!(describe(&db, query).unwrap(), "id:text n count(*) x y:text");
    assert_eq!(describe(&db, "WITH x AS (SELECT 1 AS a) SELECT a FROM x").unwrap(), "a");
    for query in [
        "DELETE FROM books RETURNING id",
        "INSERT INTO books VALUES ('c', 3)",
        "DROP TABLE books",
        "PRAGMA reverse_unordered_selects = ON",
        "PRAGMA table_info(books)",
        "ATTACH ':memory:' AS m",
        "BEGIN",
        "SELECT 1; SELECT 2",
        "SELECT id FROM books; DELETE FROM books",
        "SELECT ?",
        "SELECT :a",
        "SELECT",
        "",
        "-- nothing",
    ] {
        assert!(matches!(describe(&db, query), Err(Error::Engine(_))), "{query}");
    }
    assert!(matches!(describe(&db, "SELECT x FROM books"), Err(Error::StaleSchema(_))));
    let left = db.store.read_here(|tx| tx.row("SELECT count(*) FROM books", |row| Ok(row.get(0).as_f64()))).unwrap();
    assert_eq!(left, Some(2.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_description_everything_may_be_done_again() {
    let db = database().await;
    let done = db.store.write(WriteLane::Exclusive, |tx| {
        tx.describe("SELECT id FROM books")?;
        assert!(tx.describe("DELETE FROM books").is_err());
        tx.execute("INSERT INTO books VALUES ('c', 3)")?;
        tx.define("CREATE TABLE others (id TEXT)")
    });
    done.await.expect("the writes");
}

#[tokio::test(flavor = "multi_thread")]
async fn work_with_less_time_ends_alone() {
    let db = database().await;
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    let read = db.store.read_here(|tx| {
        let limited = tx.within(Duration::from_millis(20), |tx| tx.row(endless, |_| Ok(())));
        assert!(matches!(limited, Err(Error::Deadline)), "{limited:?}");
        tx.row("SELECT count(*) FROM books", |row| Ok(row.get(0).as_f64()))
    });
    assert_eq!(read.unwrap(), Some(2.0));
    let written = db.store.write(WriteLane::Exclusive, move |tx| {
        let limited = tx.within(Duration::from_millis(20), |tx| tx.row(endless, |_| Ok(())));
        assert!(matches!(limited, Err(Error::Deadline)), "{limited:?}");
        tx.execute("INSERT INTO books VALUES ('c', 3)")
    });
    assert_eq!(written.await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_keeps_the_names_of_its_columns() {
    let db = database().await;
    let made = db.store.write(WriteLane::Exclusive, |tx| {
        tx.define_one(&tables::create_view("plain", &["id", "n"], "SELECT id, pages FROM books -- end", None))?;
        tx.define_one(&tables::create_view("as_texts", &["id", "of"], "SELECT pages, id FROM books", Some(0)))?;
        tx.define(&tables::rename_column("books", "pages", "leaves"))?;
        tx.define(&tables::rename_table("books", "volumes"))
    });
    made.await.expect("the views");
    let rows = db.store.read_here(|tx| {
        let mut found = Vec::new();
        tx.rows("SELECT n, as_texts.id FROM plain JOIN as_texts ON as_texts.\"of\" = plain.id ORDER BY n", |row| {
            found.push((row.get(0).to_value(), row.get(1).to_value()));
            Ok(())
        })?;
        Ok(found)
    });
    assert_eq!(rows.unwrap(), [(1_i64.into(), "1".into()), (2_i64.into(), "2".into())]);
    let dropped = db.store.write(WriteLane::Exclusive, |tx| {
        tx.define(&tables::drop_view("plain"))?;
        tx.define(&tables::drop_view("plain"))
    });
    dropped.await.expect("a view that goes twice");
}
