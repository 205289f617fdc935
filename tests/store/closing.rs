//! The end of a store.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tuckbox::error::{Error, Result};
use tuckbox::store::{ReadLane, Store, Tx, WriteLane};

use super::{Database, insert, number, options};

fn is_refused<T>(answer: &Result<T>) -> bool {
    matches!(answer, Err(Error::Unavailable(_)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_store_refuses_everything_and_leaves_one_file() {
    let db = Database::new().await;
    db.write(|tx| insert(tx, "one")).await.unwrap();
    assert_eq!(db.ids(), ["one"]);
    db.store.close().await;
    assert!(is_refused(&db.write(|tx| insert(tx, "two")).await));
    assert!(is_refused(&db.store.read_here(|tx| number(tx, "SELECT 1"))));
    assert!(is_refused(&db.store.read(ReadLane::Slow, |tx| number(tx, "SELECT 1")).await));
    let files: Vec<_> = std::fs::read_dir(db.dir.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["data.db"]);
    db.store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_written_before_the_end() {
    let db = Database::new().await;
    let release = db.occupy();
    let writes = join_all((0..20).map(|number| db.write(move |tx| insert(tx, &format!("n{number:02}")))));
    tokio::pin!(writes);
    tokio::select! {
        biased;
        _ = &mut writes => panic!("the writer is occupied"),
        _ = async {} => {}
    }
    let (answers, (), ()) = tokio::join!(writes, db.store.close(), async { drop(release) });
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let again = Store::open(&options(&db.dir)).unwrap();
    assert_eq!(again.read_here(|tx| number(tx, "SELECT count(*) FROM notes")).unwrap(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_ends_long_reads() {
    let db = Database::with(|options| options.query_timeout = Duration::from_secs(60)).await;
    let store = db.store.clone();
    let query = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    let (started, starts) = tokio::sync::oneshot::channel();
    let read = tokio::spawn(async move {
        let read = move |tx: &mut Tx<'_>| {
            let _ = started.send(());
            number(tx, query)
        };
        store.read(ReadLane::Slow, read).await
    });
    starts.await.unwrap();
    let began = Instant::now();
    db.store.close().await;
    assert!(began.elapsed() < Duration::from_secs(20));
    assert!(is_refused(&read.await.unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_dropped_without_closing_can_be_opened_again() {
    let Database { dir, store } = Database::new().await;
    for round in 0..5 {
        store.write(WriteLane::Grouped, move |tx| insert(tx, &format!("n{round}"))).await.unwrap();
    }
    store.read_here(|tx| number(tx, "SELECT 1")).unwrap();
    drop(store);
    let again = Store::open(&options(&dir)).unwrap();
    assert_eq!(again.read_here(|tx| number(tx, "SELECT count(*) FROM notes")).unwrap(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_reference_may_go_on_the_writer() {
    let Database { dir, store } = Database::new().await;
    let inner = std::sync::Mutex::new(Some(store.clone()));
    let write = tokio::spawn(async move {
        let last = move |tx: &mut Tx<'_>| {
            let store = inner.lock().unwrap().take();
            tx.after_commit(move || drop(store));
            insert(tx, "one")
        };
        store.write(WriteLane::Grouped, last).await
    });
    assert!(write.await.unwrap().is_ok());
    let again = Store::open(&options(&dir)).unwrap();
    assert_eq!(again.read_here(|tx| number(tx, "SELECT count(*) FROM notes")).unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_ends_long_work_and_undoes_it() {
    let db = Database::new().await;
    let (begin, begun) = std::sync::mpsc::channel();
    let store = db.store.clone();
    let work = tokio::spawn(async move {
        let endless = move |tx: &mut Tx<'_>| -> Result<()> {
            insert(tx, "undone")?;
            begin.send(()).unwrap();
            loop {
                number(tx, "SELECT 1")?;
                tx.advance()?;
            }
        };
        store.write(WriteLane::Exclusive, endless).await
    });
    tokio::task::block_in_place(|| begun.recv().unwrap());
    db.store.close().await;
    assert!(is_refused(&work.await.unwrap()));
    let again = Store::open(&options(&db.dir)).unwrap();
    assert_eq!(again.read_here(|tx| number(tx, "SELECT count(*) FROM notes")).unwrap(), 0);
}
