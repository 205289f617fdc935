//! The seam's contract, through the public `tuckbox::store`.

#![allow(clippy::unwrap_used)]

mod closing;
mod effects;
mod grouped;
mod lanes;
mod limits;
mod log;
mod opening;
mod other_processes;
mod queries;
mod reading;
mod statements;
mod states;
mod statistics;
mod tables;
mod typed;
mod versions;

use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};

use tempfile::TempDir;
use tuckbox::error::Result;
use tuckbox::store::{Store, StoreOptions, Tx, Value, ValueRef, WriteLane};

/// An open store in a directory of its own, with a table `notes (id primary key, text, owner)`.
struct Database {
    dir: TempDir,
    store: Store,
}

impl Database {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut StoreOptions)) -> Self {
        let dir = TempDir::new().unwrap();
        let mut options = options(&dir);
        change(&mut options);
        let store = Store::open(&options).unwrap();
        let table = "CREATE TABLE notes (id TEXT PRIMARY KEY, text TEXT, owner TEXT);
                     CREATE UNIQUE INDEX texts ON notes (owner, text)";
        store.write(WriteLane::Exclusive, |tx| tx.define(table)).await.unwrap();
        Self { dir, store }
    }

    /// The ids of all notes, in order.
    fn ids(&self) -> Vec<String> {
        self.store.read_here(|tx| texts(tx, "SELECT id FROM notes ORDER BY id")).unwrap()
    }

    async fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.store.write(WriteLane::Grouped, f).await
    }

    /// Occupies the writer until the answer is sent or dropped, so that what follows waits together.
    fn occupy(&self) -> Sender<()> {
        let (release, released) = channel::<()>();
        let (begin, begun) = channel::<()>();
        let (store, released) = (self.store.clone(), Mutex::new(released));
        tokio::spawn(async move {
            let waiting = move |_: &mut Tx<'_>| {
                let _ = begin.send(());
                let _ = released.lock().unwrap().recv();
                Ok(())
            };
            store.write(WriteLane::Exclusive, waiting).await
        });
        tokio::task::block_in_place(|| begun.recv().unwrap());
        release
    }
}

fn options(dir: &TempDir) -> StoreOptions {
    StoreOptions::new(dir.path().join("data.db"))
}

fn insert(tx: &mut Tx<'_>, id: &str) -> Result<usize> {
    tx.execute(("INSERT INTO notes (id, text, owner) VALUES (?, ?, ?)", &[id.into(), id.into(), Value::from("me")]))
}

fn texts(tx: &mut Tx<'_>, query: &str) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    tx.rows(query, |row| {
        texts.push(row.get(0).as_text().to_owned());
        Ok(())
    })?;
    Ok(texts)
}

fn number(tx: &mut Tx<'_>, query: &str) -> Result<i64> {
    let number = tx.row(query, |row| match row.get(0) {
        ValueRef::Int(number) => Ok(number),
        other => panic!("no integer: {other:?}"),
    })?;
    Ok(number.unwrap())
}
