//! What a read sees.

use tuckbox::error::Error;
use tuckbox::store::{ReadLane, Store};

use super::{Database, insert, number, options};

const COUNT: &str = "SELECT count(*) FROM notes";

#[tokio::test(flavor = "multi_thread")]
async fn a_read_sees_one_state_from_its_first_query_on() {
    let db = Database::new().await;
    let other = rusqlite::Connection::open(db.dir.path().join("data.db")).unwrap();
    let counts = db.store.read_here(|tx| {
        let before = number(tx, COUNT)?;
        other.execute("INSERT INTO notes (id) VALUES ('meanwhile')", []).unwrap();
        Ok((before, number(tx, COUNT)?))
    });
    assert_eq!(counts.unwrap(), (0, 0));
    assert_eq!(db.store.read_here(|tx| number(tx, COUNT)).unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_is_seen_by_the_next_read() {
    let db = Database::new().await;
    for expected in 1..=20 {
        db.write(move |tx| insert(tx, &format!("n{expected}"))).await.unwrap();
        assert_eq!(db.store.read_here(|tx| number(tx, COUNT)).unwrap(), expected);
        assert_eq!(db.store.read(ReadLane::Slow, |tx| number(tx, COUNT)).await.unwrap(), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_cannot_write() {
    let db = Database::new().await;
    assert!(db.store.read_here(|tx| insert(tx, "no")).is_err());
    assert!(db.store.read(ReadLane::Slow, |tx| insert(tx, "no")).await.is_err());
    assert!(db.ids().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_inside_a_read_works() {
    let db = Database::new().await;
    let inner = db.store.read_here(|tx| {
        number(tx, COUNT)?;
        db.store.read_here(|tx| number(tx, "SELECT 7"))
    });
    assert_eq!(inner.unwrap(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panicking_read_harms_no_later_one() {
    let db = Database::with(|options| options.slow_readers = 1).await;
    let slow: Result<(), Error> =
        db.store.read(ReadLane::Slow, |tx| tx.rows("SELECT 1", |_| panic!("on purpose"))).await;
    assert!(matches!(slow, Err(Error::Internal(_))));
    assert_eq!(db.store.read(ReadLane::Slow, |tx| number(tx, COUNT)).await.unwrap(), 0);
    let fast = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        db.store.read_here(|tx| tx.rows("SELECT 1", |_| panic!("on purpose")))
    }));
    assert!(fast.is_err());
    assert_eq!(db.store.read_here(|tx| number(tx, COUNT)).unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_in_one_thread_keep_apart() {
    let (one, two) = (Database::new().await, Database::new().await);
    one.write(|tx| insert(tx, "one")).await.unwrap();
    two.write(|tx| insert(tx, "two")).await.unwrap();
    assert_eq!((one.ids(), two.ids()), (vec!["one".to_owned()], vec!["two".to_owned()]));
    one.store.close().await;
    assert_eq!(two.ids(), ["two"]);
    let again = Store::open(&options(&one.dir)).unwrap();
    assert_eq!(again.read_here(|tx| number(tx, COUNT)).unwrap(), 1);
}
