//! SQL that a person typed: reads that stand apart, and writes under a guard.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tuckbox::error::Error;
use tuckbox::store::{ConsoleLimits, Store, Table, Tx, WriteLane};

use super::{Database, insert};

const HOUR: Duration = Duration::from_secs(3600);
const ENDLESS: &str = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
const LIMITS: ConsoleLimits = ConsoleLimits { time: HOUR, rows: 10, bytes: 1 << 20 };

async fn read(store: &Store, text: &str, time: Duration) -> tuckbox::error::Result<Table> {
    store.read_typed(text, ConsoleLimits { time, ..LIMITS }).await
}

async fn write(store: &Store, text: &'static str, time: Duration) -> tuckbox::error::Result<u64> {
    let gone = Arc::new(AtomicBool::new(false));
    store.write(WriteLane::Exclusive, move |tx| tx.run_typed(text, time, &gone)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn both_are_stopped_when_their_time_is_over() {
    let database = Database::new().await;
    let none = Duration::ZERO;
    assert!(matches!(read(&database.store, ENDLESS, none).await, Err(Error::Deadline)));
    let endless =
        "INSERT INTO notes (id) WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n";
    assert!(matches!(write(&database.store, endless, none).await, Err(Error::Deadline)));
    assert!(database.ids().is_empty());
    database.write(|tx| insert(tx, "a")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_ends_with_its_caller_and_the_next_one_does_not() {
    let database = Database::new().await;
    let gone = Arc::new(AtomicBool::new(false));
    let (begin, begun) = channel::<()>();
    let (begin, seen) = (Mutex::new(begin), Arc::clone(&gone));
    let store = database.store.clone();
    let writing = tokio::spawn(async move {
        let run = move |tx: &mut Tx<'_>| {
            begin.lock().unwrap().send(()).unwrap();
            tx.run_typed("DELETE FROM notes WHERE id IN (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n)", HOUR, &seen)
        };
        store.write(WriteLane::Exclusive, run).await
    });
    tokio::task::block_in_place(|| begun.recv().unwrap());
    gone.store(true, Ordering::SeqCst);
    assert!(matches!(writing.await.unwrap(), Err(Error::Deadline)));
    // Those behind it have callers of their own: even one that is long enough for the engine to ask.
    let long = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 100000) SELECT count(*) FROM n";
    for lane in [WriteLane::Grouped, WriteLane::Exclusive] {
        database.store.write(lane, move |tx| tx.row(long, |_| Ok(()))).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_goes_with_its_statements_whatever_they_end_in() {
    let database = Database::new().await;
    for text in [
        "DELETE FROM notes",
        "DELETE FROM nowhere",
        "ATTACH 'x' AS x",
        "INSERT OR ROLLBACK INTO notes VALUES (1, 1, 1), (1, 2, 2)",
    ] {
        let _ = write(&database.store, text, HOUR).await;
        // What it refuses, and what is longer than it allows.
        let run = |tx: &mut Tx<'_>| {
            tx.savepoint(|tx| tx.execute("INSERT INTO notes VALUES ('x', zeroblob(70000000), 'me')"))?;
            tx.execute("DELETE FROM notes WHERE id = 'x'")
        };
        database.write(run).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_reads_run_at_once_and_a_turn_ends_with_its_caller() {
    let database = Database::new().await;
    let start = || {
        let store = database.store.clone();
        tokio::spawn(async move { read(&store, ENDLESS, HOUR).await })
    };
    let (first, second) = (start(), start());
    let store = database.store.clone();
    let third = tokio::spawn(async move { read(&store, "SELECT 3", HOUR).await });
    // Short reads, long reads and writes go on meanwhile.
    database.write(|tx| insert(tx, "a")).await.unwrap();
    assert_eq!(database.ids(), ["a"]);
    first.abort();
    assert_eq!(third.await.unwrap().unwrap().rows, [[Some("3".to_owned())]]);
    assert!(!second.is_finished());
    database.store.stop_apart();
    assert!(matches!(second.await.unwrap(), Err(Error::Unavailable(_))));
    assert!(matches!(read(&database.store, "SELECT 1", HOUR).await, Err(Error::Unavailable(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn those_that_wait_are_counted() {
    let database = Database::new().await;
    let readers: Vec<_> = (0..40)
        .map(|_| {
            let store = database.store.clone();
            tokio::spawn(async move { read(&store, ENDLESS, HOUR).await })
        })
        .collect();
    let (mut refused, mut others) = (0, Vec::new());
    for reader in readers {
        others.push(reader);
    }
    // Two run and 32 wait; the six that were one too many have their answer already.
    while refused < 6 {
        tokio::task::yield_now().await;
        refused = others.iter().filter(|reader| reader.is_finished()).count();
    }
    database.store.close().await;
    let mut stopped = 0;
    for reader in others {
        match reader.await.unwrap() {
            Err(Error::Unavailable(words)) if words.contains("waiting") => refused -= 1,
            Err(Error::Unavailable(_)) => stopped += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((refused, stopped), (0, 34));
}
