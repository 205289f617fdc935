//! States that are kept, and those before deletes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use tuckbox::error::{Error, Result};
use tuckbox::store::{State, Tx, Witness, WriteLane};

use super::{Database, insert, texts};

const SHORT: Duration = Duration::from_secs(5);

fn ids(state: &State) -> Vec<String> {
    state.read(SHORT, |tx| texts(tx, "SELECT id FROM notes ORDER BY id")).unwrap()
}

/// Watches deletes of one kind, and notes which ids were there before each, and after it.
#[derive(Default)]
struct Diary(Mutex<Vec<String>>);

impl Diary {
    fn read(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Witness for Diary {
    fn watches(&self, what: &str) -> bool {
        what == "notes"
    }

    fn keep(&self, state: State) {
        self.0.lock().unwrap().push(format!("before {}", ids(&state).join(" ")));
    }

    fn settled(&self, after: Option<State>) {
        let after = after.map_or_else(|| "undone".to_owned(), |state| format!("after {}", ids(&state).join(" ")));
        self.0.lock().unwrap().push(after);
    }
}

fn delete(tx: &mut Tx<'_>, id: &str, what: &str) -> Result<()> {
    tx.deletes(what)?;
    tx.execute(("DELETE FROM notes WHERE id = ?", &[id.into()])).map(drop)
}

async fn watched() -> (Database, Arc<Diary>) {
    let db = Database::new().await;
    let diary = Arc::new(Diary::default());
    db.store.tell_of_deletes(diary.clone());
    (db, diary)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_state_does_not_see_what_is_written_later() {
    let db = Database::new().await;
    db.write(|tx| insert(tx, "a")).await.unwrap();
    let state = db.store.state().unwrap();
    db.write(|tx| insert(tx, "b")).await.unwrap();
    assert_eq!(ids(&state), ["a"]);
    assert_eq!(ids(&db.store.state().unwrap()), ["a", "b"]);
    assert_eq!(ids(&state), ["a"]);
    drop(state);
    db.store.close().await;
    assert!(db.store.state().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_watched_delete_of_a_group_has_the_state_before_it_kept() {
    let (db, diary) = watched().await;
    let busy = db.occupy();
    let insert_one = |id: &'static str| db.write(move |tx| insert(tx, id));
    let delete_one = |id: &'static str| db.write(move |tx| delete(tx, id, "notes"));
    let writes =
        async { tokio::join!(insert_one("a"), insert_one("b"), delete_one("a"), insert_one("c"), delete_one("b")) };
    let release = async {
        tokio::task::yield_now().await;
        drop(busy);
    };
    let (all, ()) = tokio::join!(writes, release);
    assert!(all.0.is_ok() && all.1.is_ok() && all.2.is_ok() && all.3.is_ok() && all.4.is_ok());
    assert_eq!(db.ids(), ["c"]);
    let diary = diary.read();
    assert_eq!(diary.len(), 4, "{diary:?}");
    assert_eq!(diary[0], "before a b");
    assert_eq!(diary[2], "before b c");
    assert_eq!(diary[3], "after c");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_watched_costs_no_state() {
    let (db, diary) = watched().await;
    db.write(|tx| insert(tx, "a")).await.unwrap();
    db.write(|tx| delete(tx, "a", "others")).await.unwrap();
    assert!(diary.read().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delete_that_fails_is_undone_for_its_witness_too() {
    let (db, diary) = watched().await;
    db.write(|tx| insert(tx, "a")).await.unwrap();
    for lane in [WriteLane::Grouped, WriteLane::Exclusive] {
        let failing = db.store.write(lane, |tx| {
            delete(tx, "a", "notes")?;
            Err::<(), _>(Error::not_found())
        });
        assert!(matches!(failing.await, Err(Error::NotFound(_))));
    }
    assert_eq!(diary.read(), ["before a", "undone", "before a", "undone"]);
    assert_eq!(db.ids(), ["a"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_swallows_the_refusal_runs_again_all_the_same() {
    let (db, diary) = watched().await;
    db.write(|tx| insert(tx, "a")).await.unwrap();
    let tolerant = db.write(|tx| {
        let deleted = tx.savepoint(|tx| delete(tx, "a", "notes")).is_ok();
        insert(tx, if deleted { "deleted" } else { "not deleted" })
    });
    tolerant.await.unwrap();
    assert_eq!(db.ids(), ["deleted"]);
    assert_eq!(diary.read(), ["before a", "after deleted"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_tidied_once_states_are_let_go() {
    let db = Database::new().await;
    for round in 0..20 {
        let state = db.store.state().unwrap();
        let ids: Vec<String> = (0..50).map(|number| format!("{round} {number}")).collect();
        let writes = ids.iter().map(|id| {
            let id = id.clone();
            db.write(move |tx| insert(tx, &id))
        });
        join_all(writes).await.into_iter().for_each(|done| _ = done.unwrap());
        drop(state);
    }
    let log = db.dir.path().join("data.db-wal");
    db.store.close().await;
    assert!(!std::fs::metadata(log).is_ok_and(|log| log.len() > 0), "nothing holds the log after the end");
}
