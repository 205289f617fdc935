//! Limits of time and of waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tuckbox::error::{Error, Result};
use tuckbox::store::{ReadLane, Tx, WriteLane};

use super::{Database, insert, number};

const ENDLESS: &str = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
const SHORT: Duration = Duration::from_millis(150);

fn is_deadline<T>(answer: &Result<T>) -> bool {
    matches!(answer, Err(Error::Deadline))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exclusive_write_is_stopped_at_its_deadline() {
    let db = Database::with(|options| options.exclusive_timeout = SHORT).await;
    let statement =
        "INSERT INTO notes (id) WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n";
    assert!(is_deadline(&db.store.write(WriteLane::Exclusive, move |tx| tx.execute(statement)).await));
    let many = |tx: &mut Tx<'_>| -> Result<()> {
        loop {
            tx.execute("UPDATE notes SET text = '' WHERE id = 'none'")?;
        }
    };
    assert!(is_deadline(&db.store.write(WriteLane::Exclusive, many).await));
    db.store.write(WriteLane::Exclusive, |tx| insert(tx, "next")).await.unwrap();
    assert_eq!(db.ids(), ["next"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exclusive_write_that_gets_on_may_take_any_time() {
    let db = Database::with(|options| options.exclusive_timeout = SHORT).await;
    let long = |tx: &mut Tx<'_>| -> Result<()> {
        let began = Instant::now();
        while began.elapsed() < SHORT * 4 {
            tx.execute("UPDATE notes SET text = '' WHERE id = 'none'")?;
            tx.advance()?;
        }
        insert(tx, "done").map(drop)
    };
    db.store.write(WriteLane::Exclusive, long).await.unwrap();
    let stands_still_later = |tx: &mut Tx<'_>| -> Result<i64> {
        tx.advance()?;
        number(tx, ENDLESS)
    };
    assert!(is_deadline(&db.store.write(WriteLane::Exclusive, stands_still_later).await));
    assert_eq!(db.ids(), ["done"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_with_a_time_of_its_own_has_it_as_long_as_it_gets_on_and_no_more() {
    let db = Database::with(|options| options.exclusive_timeout = SHORT).await;
    let works_for = |long: Duration| {
        move |tx: &mut Tx<'_>| -> Result<()> {
            let began = Instant::now();
            while began.elapsed() < long {
                tx.execute("UPDATE notes SET text = '' WHERE id = 'none'")?;
                tx.advance()?;
            }
            Ok(())
        }
    };
    let within = |time: Duration, long: Duration| {
        db.store.write(WriteLane::Exclusive, move |tx| {
            tx.within(time, works_for(long))?;
            insert(tx, "behind it").map(drop)
        })
    };
    within(SHORT * 100, SHORT * 4).await.unwrap();
    assert!(is_deadline(&within(SHORT * 2, SHORT * 100).await));
    let stands_still = |tx: &mut Tx<'_>| tx.within(SHORT * 100, |tx| number(tx, ENDLESS));
    assert!(is_deadline(&db.store.write(WriteLane::Exclusive, stands_still).await));
    // The limit around it is there again: a part that is over takes nothing from the rest.
    let in_parts = |tx: &mut Tx<'_>| -> Result<i64> {
        let part = tx.within(SHORT / 10, |tx| number(tx, ENDLESS));
        assert!(is_deadline(&part));
        number(tx, "SELECT 1")
    };
    assert_eq!(db.store.write(WriteLane::Exclusive, in_parts).await.unwrap(), 1);
    assert_eq!(db.ids(), ["behind it"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn getting_on_gives_no_time_to_reads_and_shared_writes() {
    let db = Database::with(|options| options.query_timeout = SHORT).await;
    let endless = |tx: &mut Tx<'_>| -> Result<()> {
        loop {
            number(
                tx,
                "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 99999) SELECT count(*) FROM n",
            )?;
            tx.advance()?;
        }
    };
    assert!(is_deadline(&db.write(endless).await));
    assert!(is_deadline(&db.store.read(ReadLane::Slow, endless).await));
    assert!(is_deadline(&db.store.read_here(endless)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_turn_does_not_come_is_refused_and_never_runs() {
    let db = Database::with(|options| options.turn_timeout = SHORT).await;
    let release = db.occupy();
    let (grouped, exclusive) =
        tokio::join!(db.write(|tx| insert(tx, "no")), db.store.write(WriteLane::Exclusive, |tx| insert(tx, "neither")));
    for refused in [grouped, exclusive] {
        assert!(matches!(&refused, Err(Error::Unavailable(text)) if text.contains("busy")), "{refused:?}");
    }
    drop(release);
    db.store.close().await;
    let again = tuckbox::store::Store::open(&super::options(&db.dir)).unwrap();
    assert_eq!(again.read_here(|tx| number(tx, "SELECT count(*) FROM notes")).unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_has_begun_is_answered_however_long_it_takes() {
    let db = Database::with(|options| options.turn_timeout = SHORT).await;
    let write = db.write(|tx| {
        let began = Instant::now();
        while began.elapsed() < SHORT * 3 {
            number(tx, "SELECT 1")?;
        }
        insert(tx, "slow")
    });
    write.await.unwrap();
    assert_eq!(db.ids(), ["slow"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grouped_write_that_takes_too_long_fails_alone_and_once() {
    let db = Database::with(|options| options.query_timeout = SHORT).await;
    let runs = Arc::new(AtomicUsize::new(0));
    let release = db.occupy();
    let writes = join_all((0..3).map(|number| {
        let runs = Arc::clone(&runs);
        db.write(move |tx| {
            insert(tx, &format!("n{number}"))?;
            if number == 1 {
                runs.fetch_add(1, Ordering::SeqCst);
                tx.execute("INSERT INTO notes (id) WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n")?;
            }
            Ok(())
        })
    }));
    let (answers, ()) = tokio::join!(writes, async { drop(release) });
    assert!(is_deadline(&answers[1]), "{:?}", answers[1]);
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert_eq!(db.ids(), ["n0", "n2"]);
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_of_both_lanes_are_stopped_at_their_deadline() {
    let db = Database::with(|options| options.query_timeout = SHORT).await;
    assert!(is_deadline(&db.store.read_here(|tx| number(tx, ENDLESS))));
    assert!(is_deadline(&db.store.read(ReadLane::Slow, |tx| number(tx, ENDLESS)).await));
    assert_eq!(db.store.read_here(|tx| number(tx, "SELECT 1")).unwrap(), 1);
    assert_eq!(db.store.read(ReadLane::Slow, |tx| number(tx, "SELECT 1")).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_read_ends_with_its_caller() {
    let db = Database::with(|options| {
        options.slow_readers = 1;
        options.query_timeout = Duration::from_secs(60);
    })
    .await;
    let read = db.store.read(ReadLane::Slow, |tx| number(tx, ENDLESS));
    assert!(tokio::time::timeout(SHORT, read).await.is_err());
    let began = Instant::now();
    assert_eq!(db.store.read(ReadLane::Slow, |tx| number(tx, "SELECT 1")).await.unwrap(), 1);
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_refuses_at_once() {
    let db = Database::new().await;
    let release = db.occupy();
    let count = 4096;
    let waiting = join_all((0..count).map(|_| db.write(|_| Ok(()))));
    tokio::pin!(waiting);
    tokio::select! {
        biased;
        _ = &mut waiting => panic!("the writer is occupied"),
        _ = async {} => {}
    }
    assert!(matches!(db.write(|_| Ok(())).await, Err(Error::Unavailable(_))));
    drop(release);
    assert!(waiting.await.iter().all(Result::is_ok));
    db.write(|_| Ok(())).await.unwrap();
}

/// Occupies the only thread of long reads until the answer is sent or dropped.
fn occupy_reader(db: &Database) -> Sender<()> {
    let (release, released) = channel::<()>();
    let (begin, begun) = channel::<()>();
    let store = db.store.clone();
    tokio::spawn(async move {
        let waiting = move |_: &mut Tx<'_>| {
            let _ = (begin.send(()), released.recv());
            Ok(())
        };
        store.read(ReadLane::Slow, waiting).await
    });
    tokio::task::block_in_place(|| begun.recv().unwrap());
    release
}

#[tokio::test(flavor = "multi_thread")]
async fn more_long_reads_than_may_wait_are_refused_at_once() {
    let db = Database::with(|options| options.slow_readers = 1).await;
    let release = occupy_reader(&db);
    let waiting = join_all((0..512).map(|_| db.store.read(ReadLane::Slow, |tx| number(tx, "SELECT 1"))));
    tokio::pin!(waiting);
    tokio::select! {
        biased;
        _ = &mut waiting => panic!("the reader is occupied"),
        _ = async {} => {}
    }
    let one_more = db.store.read(ReadLane::Slow, |tx| number(tx, "SELECT 1")).await;
    assert!(matches!(one_more, Err(Error::Unavailable(_))), "{one_more:?}");
    drop(release);
    assert!(waiting.await.iter().all(Result::is_ok));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_read_that_has_waited_too_long_is_refused() {
    let db = Database::with(|options| {
        options.slow_readers = 1;
        options.query_timeout = SHORT;
    })
    .await;
    let release = occupy_reader(&db);
    let read = db.store.read(ReadLane::Slow, |tx| number(tx, "SELECT 1"));
    tokio::pin!(read);
    assert!(tokio::time::timeout(5 * SHORT, &mut read).await.is_err());
    drop(release);
    assert!(matches!(read.await, Err(Error::Unavailable(_))));
}
