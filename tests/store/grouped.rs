//! Writes that share a transaction.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use tuckbox::error::Error;
use tuckbox::store::WriteLane;

use super::{Database, insert};

#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_is_undone_alone() {
    let db = Database::new().await;
    let release = db.occupy();
    let writes = join_all((0..5).map(|number| {
        db.write(move |tx| {
            insert(tx, &format!("n{number}"))?;
            match number {
                2 => insert(tx, "n2").map(|_| ()),
                4 => Err(Error::bad_request("no")),
                _ => Ok(()),
            }
        })
    }));
    let (answers, ()) = tokio::join!(writes, async { drop(release) });
    assert!(matches!(&answers[2], Err(Error::Unique { .. })), "{:?}", answers[2]);
    assert!(matches!(&answers[4], Err(Error::Invalid(_))), "{:?}", answers[4]);
    assert!([0, 1, 3].iter().all(|&at| answers[at].is_ok()));
    assert_eq!(db.ids(), ["n0", "n1", "n3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_panics_fails_alone_and_the_writer_lives_on() {
    let db = Database::new().await;
    let release = db.occupy();
    let writes = join_all((0..3).map(|number| {
        db.write(move |tx| {
            insert(tx, &format!("n{number}"))?;
            tx.rows("SELECT id FROM notes", |_| if number == 1 { panic!("on purpose") } else { Ok(()) })
        })
    }));
    let (answers, ()) = tokio::join!(writes, async { drop(release) });
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert!(matches!(&answers[1], Err(Error::Internal(_))), "{:?}", answers[1]);
    db.write(|tx| insert(tx, "later")).await.unwrap();
    assert_eq!(db.ids(), ["later", "n0", "n2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_others_run_again_when_one_makes_the_engine_give_up() {
    let db = Database::new().await;
    db.write(|tx| insert(tx, "taken")).await.unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    let release = db.occupy();
    let writes = join_all((0..4).map(|number| {
        let runs = Arc::clone(&runs);
        db.write(move |tx| {
            runs.fetch_add(1, Ordering::SeqCst);
            insert(tx, &format!("n{number}"))?;
            if number == 2 {
                // The whole transaction goes, and a closure that goes on regardless must not write outside of one.
                let _ = tx.execute("INSERT OR ROLLBACK INTO notes (id) VALUES ('taken')");
                let _ = insert(tx, "outside");
            }
            Ok(())
        })
    }));
    let (answers, ()) = tokio::join!(writes, async { drop(release) });
    assert!(matches!(&answers[2], Err(Error::Internal(_))), "{:?}", answers[2]);
    assert!([0, 1, 3].iter().all(|&at| answers[at].is_ok()), "{answers:?}");
    assert_eq!(db.ids(), ["n0", "n1", "n3", "taken"]);
    assert!(runs.load(Ordering::SeqCst) > 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_was_acknowledged_is_there() {
    let db = Database::new().await;
    let writes = (0..500).map(|number| {
        let store = db.store.clone();
        tokio::spawn(async move {
            let id = format!("n{number:03}");
            store.write(WriteLane::Grouped, move |tx| insert(tx, &id)).await
        })
    });
    for answer in join_all(writes).await {
        assert_eq!(answer.unwrap().unwrap(), 1);
    }
    let expected: Vec<String> = (0..500).map(|number| format!("n{number:03}")).collect();
    assert_eq!(db.ids(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_goes_away_disturbs_nobody() {
    let db = Database::new().await;
    let release = db.occupy();
    let gone = tokio::time::timeout(std::time::Duration::from_millis(20), db.write(|tx| insert(tx, "gone"))).await;
    assert!(gone.is_err());
    let (answer, ()) = tokio::join!(db.write(|tx| insert(tx, "here")), async { drop(release) });
    answer.unwrap();
    assert!(db.ids().contains(&"here".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_of_both_lanes_keep_their_order() {
    let db = Database::new().await;
    let release = db.occupy();
    let writes = join_all((0..6).map(|number| {
        let lane = if number % 2 == 0 { WriteLane::Grouped } else { WriteLane::Exclusive };
        db.store.write(lane, move |tx| {
            let count = super::number(tx, "SELECT count(*) FROM notes")?;
            insert(tx, &format!("n{number}"))?;
            Ok(count)
        })
    }));
    let (answers, ()) = tokio::join!(writes, async { drop(release) });
    let counts: Vec<i64> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(counts, [0, 1, 2, 3, 4, 5]);
}

#[tokio::test(flavor = "multi_thread")]
async fn under_a_storm_of_failures_exactly_the_acknowledged_rows_are_there() {
    let db = Database::new().await;
    db.write(|tx| insert(tx, "taken")).await.unwrap();
    let gives_up = |number: i32| number % 60 == 5;
    let release = db.occupy();
    let writes: Vec<_> = (0..400)
        .map(|number| {
            let store = db.store.clone();
            tokio::spawn(async move {
                let id = format!("n{number:03}");
                let lane = if number % 11 == 0 { WriteLane::Exclusive } else { WriteLane::Grouped };
                let inner = id.clone();
                let answer = store.write(lane, move |tx| {
                    insert(tx, &inner)?;
                    match number % 7 {
                        _ if gives_up(number) => {
                            tx.execute("INSERT OR ROLLBACK INTO notes (id) VALUES ('taken')").map(|_| ())
                        }
                        1 => insert(tx, "taken").map(|_| ()),
                        2 => panic!("on purpose"),
                        4 => tx.savepoint(|tx| insert(tx, "taken")).map(|_| ()).or(Ok(())),
                        _ => Ok(()),
                    }
                });
                answer.await.is_ok().then_some(id)
            })
        })
        .collect();
    drop(release);
    let mut expected = vec!["taken".to_owned()];
    expected.extend(join_all(writes).await.into_iter().filter_map(Result::unwrap));
    expected.sort();
    assert_eq!(db.ids(), expected);
    let fails = |number: &i32| gives_up(*number) || matches!(number % 7, 1 | 2);
    assert_eq!(expected.len(), 1 + (0..400).filter(|number| !fails(number)).count());
}
