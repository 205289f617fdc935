//! Moves the log into the database beside the writer. `PASSIVE` never waits for anybody, and the writer's own limit
//! bounds the log when that is not enough. After a transaction of many pages the file of the log is cut as well.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;

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

    /// Ends the thread.
    pub(super) fn stop(&self) {
        self.0.state.lock().stopped = true;
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
        drop(state);
        match tidy(connection) {
            Ok(true) => {}
            // A reader holds an old state: the rest is done in a later round.
            Ok(false) => signal.state.lock().written = true,
            Err(error) => tracing::warn!(%error, "moving the write-ahead log into the database failed"),
        }
    }
}

/// Moves the log, and cuts it where it has grown over what it may keep; whether nothing is left to do.
fn tidy(connection: &Connection) -> rusqlite::Result<bool> {
    let (pages, moved) = checkpoint(connection, "PASSIVE")?;
    if pages != moved {
        return Ok(false);
    }
    let page_bytes: i64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    if pages.saturating_mul(page_bytes) <= LOG_BYTES {
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
