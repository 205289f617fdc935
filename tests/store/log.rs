//! The write-ahead log after a transaction of many pages.

use std::sync::mpsc::channel;
use std::time::Duration;

use tuckbox::store::{ReadLane, Tx, WriteLane};

use super::{Database, number};

/// What a log may keep of its size.
const KEPT: u64 = 64 << 20;

fn log_bytes(db: &Database) -> u64 {
    std::fs::metadata(db.dir.path().join("data.db-wal")).map_or(0, |file| file.len())
}

/// Writes 80 MiB in one transaction.
async fn write_much(db: &Database) {
    let much = |tx: &mut Tx<'_>| {
        tx.define("CREATE TABLE much (bytes)")?;
        tx.execute(
            "INSERT INTO much WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 80)
             SELECT zeroblob(1048576) FROM n",
        )
    };
    db.store.write(WriteLane::Exclusive, much).await.unwrap();
}

/// Waits for the thread that tidies up, which nobody can ask.
async fn shrinks(db: &Database) {
    while log_bytes(db) > KEPT {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_shrinks_again_without_another_write() {
    let db = Database::new().await;
    write_much(&db).await;
    tokio::time::timeout(Duration::from_secs(60), shrinks(&db)).await.expect("the log is cut");
    assert_eq!(db.store.read_here(|tx| number(tx, "SELECT count(*) FROM much")).unwrap(), 80);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_the_old_state_keeps_the_log_until_it_is_done() {
    let db = Database::new().await;
    let ((begin, begun), (release, released)) = (channel(), channel::<()>());
    let store = db.store.clone();
    let read = tokio::spawn(async move {
        let old = move |tx: &mut Tx<'_>| {
            let before = number(tx, "SELECT count(*) FROM sqlite_schema WHERE name = 'much'")?;
            begin.send(()).unwrap();
            released.recv().unwrap();
            Ok((before, number(tx, "SELECT count(*) FROM sqlite_schema WHERE name = 'much'")?))
        };
        store.read(ReadLane::Slow, old).await
    });
    tokio::task::block_in_place(|| begun.recv().unwrap());
    write_much(&db).await;
    assert!(log_bytes(&db) > KEPT);
    // The writer is held up by none of it.
    db.write(|tx| super::insert(tx, "meanwhile")).await.unwrap();
    release.send(()).unwrap();
    assert_eq!(read.await.unwrap().unwrap(), (0, 0), "one state from the beginning to the end");
    tokio::time::timeout(Duration::from_secs(60), shrinks(&db)).await.expect("the log is cut");
    assert_eq!(db.ids(), ["meanwhile"]);
}
