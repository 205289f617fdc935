//! Other processes that write beside us.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tuckbox::error::Error;
use tuckbox::store::{Store, WriteLane};

use super::{Database, insert, number, options};

const COUNT: &str = "SELECT count(*) FROM notes";

#[tokio::test(flavor = "multi_thread")]
async fn their_changes_are_told_before_the_next_write() {
    let db = Database::new().await;
    let seen = Arc::new(AtomicI64::new(-1));
    let (inner, store) = (Arc::clone(&seen), db.store.clone());
    db.store.on_external_change(Arc::new(move || {
        inner.store(store.read_here(|tx| number(tx, COUNT)).unwrap(), Ordering::SeqCst);
    }));
    db.write(|tx| insert(tx, "ours")).await.unwrap();
    assert_eq!(seen.load(Ordering::SeqCst), -1);
    let other = Connection::open(db.dir.path().join("data.db")).unwrap();
    other.execute("INSERT INTO notes (id) VALUES ('theirs')", []).unwrap();
    let at_write = Arc::clone(&seen);
    let known = db.write(move |_| Ok(at_write.load(Ordering::SeqCst))).await.unwrap();
    assert_eq!(known, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn their_changes_are_noticed_by_an_idle_store() {
    let db = Database::new().await;
    let calls = Arc::new(AtomicUsize::new(0));
    let inner = Arc::clone(&calls);
    db.store.on_external_change(Arc::new(move || {
        inner.fetch_add(1, Ordering::SeqCst);
        panic!("on purpose: the writer must live on");
    }));
    let other = Connection::open(db.dir.path().join("data.db")).unwrap();
    other.execute("INSERT INTO notes (id) VALUES ('theirs')", []).unwrap();
    let began = Instant::now();
    while calls.load(Ordering::SeqCst) == 0 && began.elapsed() < Duration::from_secs(20) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    db.write(|tx| insert(tx, "ours")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_writes_and_checkpoints_are_no_news() {
    let db = Database::new().await;
    let calls = Arc::new(AtomicUsize::new(0));
    let inner = Arc::clone(&calls);
    db.store.on_external_change(Arc::new(move || {
        inner.fetch_add(1, Ordering::SeqCst);
    }));
    for round in 0..30 {
        db.write(move |tx| insert(tx, &format!("n{round}"))).await.unwrap();
        db.ids();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_millis(1200)).await;
    db.write(|tx| insert(tx, "last")).await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_store_is_no_news_until_it_writes() {
    let db = Database::new().await;
    let calls = Arc::new(AtomicUsize::new(0));
    let inner = Arc::clone(&calls);
    db.store.on_external_change(Arc::new(move || {
        inner.fetch_add(1, Ordering::SeqCst);
    }));
    let second = Store::open(&options(&db.dir)).unwrap();
    second.read_here(|tx| number(tx, COUNT)).unwrap();
    db.write(|tx| insert(tx, "ours")).await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    second.write(WriteLane::Grouped, |tx| insert(tx, "theirs")).await.unwrap();
    db.write(|_| Ok(())).await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert_eq!(db.ids(), ["ours", "theirs"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_waits_for_another_process_and_sees_what_it_wrote() {
    let db = Database::new().await;
    let other = Connection::open(db.dir.path().join("data.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE; INSERT INTO notes (id) VALUES ('theirs')").unwrap();
    let store = db.store.clone();
    let write = tokio::spawn(async move { store.write(WriteLane::Grouped, |tx| number(tx, COUNT)).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(write.await.unwrap().unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_gives_up_when_another_process_never_ends() {
    let db = Database::new().await;
    let other = Connection::open(db.dir.path().join("data.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(db.write(|tx| insert(tx, "late")).await, Err(Error::Unavailable(_))));
    other.execute_batch("ROLLBACK").unwrap();
    db.write(|tx| insert(tx, "later")).await.unwrap();
    assert_eq!(db.ids(), ["later"]);
}
