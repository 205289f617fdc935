//! What happens outside once a write is settled.

use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use tuckbox::error::{Error, Result};
use tuckbox::store::Tx;

use super::{Database, insert};

/// What has happened so far.
#[derive(Clone, Default)]
struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    fn note(&self, what: &str) -> impl FnOnce() + Send + 'static {
        let (notes, what) = (Arc::clone(&self.0), what.to_owned());
        move || notes.lock().unwrap().push(what)
    }

    fn read(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn both(&self, tx: &mut Tx<'_>, of: &str) {
        tx.after_commit(self.note(&format!("{of} committed")));
        tx.on_rollback(self.note(&format!("{of} undone")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn they_run_for_what_became_of_the_write() {
    let (db, diary) = (Database::new().await, Diary::default());
    for ends_well in [true, false] {
        let diary = diary.clone();
        let answer: Result<()> = db
            .write(move |tx| {
                diary.both(tx, if ends_well { "first" } else { "second" });
                if ends_well { Ok(()) } else { Err(Error::not_found()) }
            })
            .await;
        assert_eq!(answer.is_ok(), ends_well);
    }
    assert_eq!(diary.read(), ["first committed", "second undone"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_undone_with_its_effects() {
    let (db, diary) = (Database::new().await, Diary::default());
    let inner = diary.clone();
    let answer: Result<()> = db
        .write(move |tx| {
            inner.both(tx, "it");
            panic!("on purpose")
        })
        .await;
    assert!(matches!(answer, Err(Error::Internal(_))));
    assert_eq!(diary.read(), ["it undone"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn undone_nested_work_is_undone_outside_too() {
    let (db, diary) = (Database::new().await, Diary::default());
    let inner = diary.clone();
    db.write(move |tx| {
        inner.both(tx, "outer");
        let failed: Result<()> = tx.savepoint(|tx| {
            inner.both(tx, "inner");
            insert(tx, "inner")?;
            Err(Error::not_found())
        });
        assert!(failed.is_err());
        insert(tx, "outer")
    })
    .await
    .unwrap();
    assert_eq!(diary.read(), ["inner undone", "outer committed"]);
    assert_eq!(db.ids(), ["outer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_last_run_counts() {
    let (db, diary) = (Database::new().await, Diary::default());
    db.write(|tx| insert(tx, "taken")).await.unwrap();
    let release = db.occupy();
    let writes = join_all(["a", "b"].map(|name| {
        let diary = diary.clone();
        db.write(move |tx| {
            diary.both(tx, name);
            insert(tx, name)?;
            if name == "b" {
                tx.execute("INSERT OR ROLLBACK INTO notes (id) VALUES ('taken')")?;
            }
            Ok(())
        })
    }));
    let (answers, ()) = tokio::join!(writes, async { drop(release) });
    assert!(answers[0].is_ok() && answers[1].is_err());
    assert_eq!(diary.read(), ["a committed", "b undone"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn they_run_after_the_commit_and_before_the_answer_and_may_panic() {
    let (db, seen) = (Database::new().await, Arc::new(Mutex::new(Vec::new())));
    let (store, inner) = (db.store.clone(), Arc::clone(&seen));
    db.write(move |tx| {
        let (store, inner) = (store.clone(), Arc::clone(&inner));
        tx.after_commit(|| panic!("on purpose"));
        tx.after_commit(move || {
            let ids = store.read_here(|tx| super::texts(tx, "SELECT id FROM notes")).unwrap();
            inner.lock().unwrap().extend(ids);
        });
        insert(tx, "one")
    })
    .await
    .unwrap();
    assert_eq!(*seen.lock().unwrap(), ["one"]);
    db.write(|tx| insert(tx, "two")).await.unwrap();
}
