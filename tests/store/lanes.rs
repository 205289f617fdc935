//! Which lane a query belongs to.

use tuckbox::store::{ReadLane, Sql, WriteLane};

use super::{Database, number};

async fn database() -> Database {
    let db = Database::new().await;
    let tables = "CREATE TABLE posts (id TEXT PRIMARY KEY, author TEXT, title TEXT, created TEXT, tags JSON);
                  CREATE INDEX by_author ON posts (author, created); CREATE INDEX by_created ON posts (created);
                  CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT)";
    db.store.write(WriteLane::Exclusive, move |tx| tx.define(tables)).await.unwrap();
    db
}

fn lane(db: &Database, query: &str, filtered: bool) -> ReadLane {
    db.store.lane_of(&Sql::raw(query), filtered).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_indexes_and_walks_that_end_at_their_limit_are_fast() {
    let db = database().await;
    for (query, filtered) in [
        ("SELECT * FROM posts WHERE id = ?", true),
        ("SELECT * FROM posts WHERE author = ? ORDER BY created DESC LIMIT 30", true),
        ("SELECT * FROM posts WHERE author = ? AND title LIKE ? ORDER BY created LIMIT 30", true),
        ("SELECT * FROM posts WHERE author = ? OR id = ? LIMIT 30", true),
        ("SELECT * FROM posts WHERE id IN (?, ?, ?)", true),
        ("SELECT * FROM posts ORDER BY rowid LIMIT 30", false),
        ("SELECT * FROM posts ORDER BY created DESC LIMIT 30", false),
        ("SELECT count(*) FROM posts", false),
        ("SELECT posts.*, users.name FROM posts LEFT JOIN users ON users.id = posts.author WHERE posts.id = ?", true),
        ("SELECT posts.* FROM posts LEFT JOIN users ON users.id = posts.author ORDER BY posts.rowid LIMIT 30", false),
        ("SELECT posts.id FROM posts, json_each(posts.tags) WHERE posts.id = ?", true),
        ("SELECT 1 FROM users WHERE id = ? AND EXISTS (SELECT 1 FROM posts WHERE author = users.id)", true),
        ("SELECT count(*) FROM (SELECT 1 FROM posts WHERE author = ? LIMIT 1001)", true),
        (
            r#"SELECT posts.* FROM (SELECT posts._rowid_ AS "r" FROM posts WHERE author = ? ORDER BY created LIMIT ? OFFSET ?) AS "the page" CROSS JOIN posts ON posts._rowid_ = "the page"."r""#,
            true,
        ),
        (
            r#"SELECT posts.* FROM (SELECT posts._rowid_ AS "r" FROM posts ORDER BY created LIMIT ? OFFSET ?) AS "the page" CROSS JOIN posts ON posts._rowid_ = "the page"."r""#,
            false,
        ),
        ("SELECT 1", true),
    ] {
        assert_eq!(lane(&db, query, filtered), ReadLane::Fast, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn walks_that_skip_rows_and_sorts_are_slow() {
    let db = database().await;
    for (query, filtered) in [
        ("SELECT * FROM posts WHERE title LIKE ? LIMIT 30", true),
        ("SELECT * FROM posts WHERE title = ? ORDER BY created LIMIT 30", true),
        ("SELECT count(*) FROM posts WHERE title = ?", true),
        ("SELECT * FROM posts ORDER BY title LIMIT 30", false),
        ("SELECT * FROM posts WHERE author = ? ORDER BY title LIMIT 30", true),
        ("SELECT DISTINCT title FROM posts LIMIT 30", false),
        ("SELECT title, count(*) FROM posts GROUP BY title", false),
        ("SELECT * FROM posts, users WHERE users.name = posts.title LIMIT 30", false),
        ("SELECT * FROM users WHERE id = ? AND EXISTS (SELECT 1 FROM posts WHERE title = users.name)", true),
        ("SELECT * FROM users WHERE id = ? AND EXISTS (SELECT 1 FROM posts WHERE title = users.name)", false),
        ("SELECT count(*) FROM (SELECT 1 FROM posts WHERE title = ? LIMIT 1001)", true),
    ] {
        assert_eq!(lane(&db, query, filtered), ReadLane::Slow, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_index_makes_a_query_fast() {
    let db = database().await;
    let query = "SELECT * FROM posts WHERE title = ? LIMIT 30";
    assert_eq!(lane(&db, query, true), ReadLane::Slow);
    db.store.write(WriteLane::Exclusive, |tx| tx.define("CREATE INDEX by_title ON posts (title)")).await.unwrap();
    assert_eq!(lane(&db, query, true), ReadLane::Fast);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_took_long_is_slow_from_then_on() {
    let db = database().await;
    let fill = "INSERT INTO posts (id, author, title) WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 60000)
                SELECT x, 'all', 'title' FROM n";
    db.store.write(WriteLane::Exclusive, move |tx| tx.execute(fill)).await.unwrap();
    let query = "SELECT count(*) FROM posts WHERE author = 'all' AND title LIKE '%none%'";
    assert_eq!(lane(&db, query, true), ReadLane::Fast);
    assert_eq!(db.store.read_here(|tx| number(tx, query)).unwrap(), 0);
    assert_eq!(lane(&db, query, true), ReadLane::Slow);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_cannot_be_planned_is_an_error() {
    let db = database().await;
    assert!(db.store.lane_of(&Sql::raw("SELECT * FROM gone"), true).is_err());
}
