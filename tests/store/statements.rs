//! Statements, their values and their errors.

use tuckbox::error::{Error, Result};
use tuckbox::store::{Sql, Value, ValueRef, WriteLane};

use super::{Database, insert, texts};

#[tokio::test(flavor = "multi_thread")]
async fn values_come_back_as_they_were_bound() {
    let db = Database::new().await;
    let values =
        [Value::Null, Value::Int(i64::MIN), Value::Real(0.1), Value::from(""), Value::from("a'\"\u{0}ü\u{1F600}")];
    for value in values {
        let expected = value.clone();
        let mut query = Sql::new();
        query.push("SELECT ").bind(value);
        let back = db.store.read_here(|tx| tx.row(&query, |row| Ok(row.get(0).to_value()))).unwrap();
        assert_eq!(back, Some(expected));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_text_reads_as_nothing_and_never_panics() {
    let db = Database::new().await;
    let read = db.store.read_here(|tx| {
        tx.row("SELECT x'FF', CAST(x'FF' AS TEXT)", |row| {
            Ok([row.get(0), row.get(1), row.get(2)].map(|value| value == ValueRef::Null))
        })
    });
    assert_eq!(read.unwrap(), Some([true, true, true]));
}

#[tokio::test(flavor = "multi_thread")]
async fn too_few_or_too_many_values_are_an_error() {
    let db = Database::new().await;
    let none: &[Value] = &[];
    assert!(db.store.read_here(|tx| tx.row(("SELECT ?", none), |_| Ok(()))).is_err());
    assert!(db.store.read_here(|tx| tx.row(("SELECT 1", &[Value::Null]), |_| Ok(()))).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unique_error_names_table_and_columns() {
    let db = Database::new().await;
    db.write(|tx| insert(tx, "one")).await.unwrap();
    let columns = |answer: Result<usize>| match answer {
        Err(Error::Unique { table, columns }) => (table, columns.join(" ")),
        other => panic!("{other:?}"),
    };
    let key = "INSERT INTO notes (id, text, owner) VALUES ('one', 'two', 'me')";
    assert_eq!(columns(db.write(move |tx| tx.execute(key)).await), ("notes".into(), "id".into()));
    let same = "INSERT INTO notes (id, text, owner) VALUES ('two', 'one', 'me')";
    assert_eq!(columns(db.write(move |tx| tx.execute(same)).await), ("notes".into(), "owner text".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_table_is_a_stale_schema() {
    let db = Database::new().await;
    assert!(matches!(db.store.read_here(|tx| texts(tx, "SELECT a FROM gone")), Err(Error::StaleSchema(_))));
    assert!(matches!(db.write(|tx| tx.execute("UPDATE notes SET gone = 1")).await, Err(Error::StaleSchema(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_change_of_tables_tells_the_engines_words_and_leaves_nothing() {
    let db = Database::new().await;
    let statements = "CREATE TABLE other (a); CREATE INDEX i ON notes (text";
    match db.store.write(WriteLane::Exclusive, move |tx| tx.define(statements)).await {
        Err(Error::Engine(text)) => assert!(text.contains("incomplete input"), "{text}"),
        other => panic!("{other:?}"),
    }
    assert!(db.store.read_here(|tx| texts(tx, "SELECT a FROM other")).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn nested_work_is_undone_alone_at_every_depth() {
    let db = Database::new().await;
    db.write(|tx| {
        insert(tx, "a")?;
        tx.savepoint(|tx| {
            insert(tx, "b")?;
            let failed: Result<()> = tx.savepoint(|tx| {
                insert(tx, "c")?;
                Err(Error::not_found())
            });
            assert!(failed.is_err());
            tx.savepoint(|tx| insert(tx, "d"))
        })?;
        let failed: Result<()> = tx.savepoint(|tx| {
            tx.savepoint(|tx| insert(tx, "e"))?;
            Err(Error::not_found())
        });
        assert!(failed.is_err());
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(db.ids(), ["a", "b", "d"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_nested_work_undoes_the_whole_write() {
    let db = Database::new().await;
    let answer: Result<()> = db
        .write(|tx| {
            insert(tx, "a")?;
            tx.savepoint(|tx| {
                insert(tx, "b")?;
                panic!("on purpose")
            })
        })
        .await;
    assert!(matches!(answer, Err(Error::Internal(_))));
    db.write(|tx| tx.savepoint(|tx| insert(tx, "c"))).await.unwrap();
    assert_eq!(db.ids(), ["c"]);
}
