//! Moves the log into the database beside the writer. `PASSIVE` never waits for anybody, and the writer's own limit
//! bounds the log when that is not enough. After a transaction of many pages the file of the log is cut as well.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::connection::LOG_BYTES;
use crate::error::Result;
use crate::store::StoreOptions;

/// Tells the thread that there is something to do.
#[derive(Clone, Default)]
pub(super) struct Checkpoints(Arc<Signal>);

#[derive(Default)]
struct Signal {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    written: bool,
    stopped: bool,
    /// Who waits for the log to be empty.
    waiting: Vec<oneshot::Sender<()>>,
}

impl Checkpoints {
    /// Starts the thread.
    pub(super) fn start(&self, connection: Connection, options: &StoreOptions) -> Result<JoinHandle<()>> {
        let (signal, after) = (Arc::clone(&self.0), options.checkpoint_after);
        let thread = std::thread::Builder::new().name(format!("{}checkpoints", options.threads));
        Ok(thread.spawn(move || serve(&connection, &signal, after))?)
    }

    /// Something was committed.
    pub(super) fn written(&self) {
        let mut state = self.0.state.lock();
        if !state.written {
            state.written = true;
            self.0.changed.notify_one();
        }
    }

    /// Moves everything and cuts the file of the log, as soon as no reader needs it; tells when that is done.
    pub(super) fn empty(&self) -> oneshot::Receiver<()> {
        let (done, is_done) = oneshot::channel();
        let mut state = self.0.state.lock();
        state.waiting.push(done);
        state.written = true;
        self.0.changed.notify_one();
        is_done
    }

    /// Ends the thread.
    pub(super) fn stop(&self) {
        let mut state = self.0.state.lock();
        state.stopped = true;
        state.waiting.clear();
        drop(state);
        self.0.changed.notify_one();
    }
}

/// Commits gather for a time before they are moved.
fn serve(connection: &Connection, signal: &Signal, after: Duration) {
    loop {
        let mut state = signal.state.lock();
        while !state.written && !state.stopped {
            signal.changed.wait(&mut state);
        }
        if !state.stopped {
            signal.changed.wait_for(&mut state, after);
        }
        if state.stopped {
            return;
        }
        state.written = false;
        let mut waiting = std::mem::take(&mut state.waiting);
        drop(state);
        waiting.retain(|one| !one.is_closed());
        match tidy(connection, !waiting.is_empty()) {
            Ok(true) => waiting.into_iter().for_each(|one| _ = one.send(())),
            // A reader holds an old state: the rest is done in a later round.
            Ok(false) => {
                let mut state = signal.state.lock();
                state.written = true;
                state.waiting.extend(waiting);
            }
            Err(error) => tracing::warn!(%error, "moving the write-ahead log into the database failed"),
        }
    }
}

/// Moves the log, and cuts it where it has grown over what it may keep, or where somebody waits for that; whether
/// nothing is left to do.
fn tidy(connection: &Connection, cut: bool) -> rusqlite::Result<bool> {
    let (pages, moved) = checkpoint(connection, "PASSIVE")?;
    if pages != moved {
        return Ok(false);
    }
    let page_bytes: i64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    if !cut && pages.saturating_mul(page_bytes) <= LOG_BYTES {
        return Ok(true);
    }
    // Everything is moved, so that this holds the writer up for an instant, and only where no reader needs the log.
    let (left, _) = checkpoint(connection, "TRUNCATE")?;
    Ok(left == 0)
}

/// How many pages the log has, and how many of them are moved.
fn checkpoint(connection: &Connection, how: &str) -> rusqlite::Result<(i64, i64)> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |row| Ok((row.get(1)?, row.get(2)?)))
}
