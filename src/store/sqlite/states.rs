//! States that are kept: readers whose transaction stays open, so that they go on seeing the database as it was.
//!
//! While one is open the log cannot begin anew, so that whoever keeps one must let go of it soon.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::copy::copy;
use super::errors::from_engine;
use super::readers::Reader;
use super::stopping;
use crate::error::Result;
use crate::store::{StoreOptions, Tx};

/// How many connections wait for their next use.
const IDLE: usize = 4;

/// Where states come from, and where their connections go back to.
#[derive(Clone)]
pub(super) struct States(Arc<Home>);

struct Home {
    path: PathBuf,
    slow: Option<Duration>,
    idle: Mutex<Vec<Reader>>,
    closed: AtomicBool,
}

/// A state that stays readable while others write.
pub(in crate::store) struct Kept {
    reader: Mutex<Option<Reader>>,
    home: Arc<Home>,
}

impl States {
    pub(super) fn new(options: &StoreOptions) -> Self {
        Self(Arc::new(Home {
            path: options.path.clone(),
            slow: options.slow_statement,
            idle: Mutex::default(),
            closed: AtomicBool::new(false),
        }))
    }

    /// The state after the last commit.
    pub(super) fn keep(&self) -> Result<Kept> {
        if self.0.closed.load(Ordering::SeqCst) {
            return Err(stopping());
        }
        let idle = self.0.idle.lock().pop();
        let reader = match idle {
            Some(reader) => reader,
            None => Reader::open(&self.0.path, self.0.slow)?,
        };
        reader.run("BEGIN")?;
        // A transaction begins to see with its first read.
        let look = reader.connection.prepare_cached("SELECT 1 FROM sqlite_schema");
        look.and_then(|mut look| look.exists([])).map_err(from_engine)?;
        Ok(Kept { reader: Mutex::new(Some(reader)), home: Arc::clone(&self.0) })
    }

    /// Keeps no further states; those that are kept can be read until they are let go.
    pub(super) fn close(&self) {
        self.0.closed.store(true, Ordering::SeqCst);
        self.0.idle.lock().clear();
    }
}

impl Kept {
    /// Runs a read on the state, within a time.
    pub(in crate::store) fn read<T>(&self, time: Duration, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let reader = self.reader.lock();
        let reader = reader.as_ref().ok_or_else(stopping)?;
        reader.watch.limit_all(time, None);
        let result = f(&mut Tx::reading(&reader.connection, &reader.watch, None));
        reader.watch.lift();
        result
    }

    /// Copies the whole database as the state has it.
    pub(in crate::store) fn copy_to(
        &self,
        path: &Path,
        progress: &mut dyn FnMut(u64, u64) -> Result<()>,
    ) -> Result<()> {
        let reader = self.reader.lock();
        copy(&reader.as_ref().ok_or_else(stopping)?.connection, path, progress)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let Some(reader) = self.reader.lock().take() else { return };
        reader.watch.lift();
        if let Err(error) = reader.run("ROLLBACK") {
            return tracing::error!(%error, "a state could not be let go; its connection is closed");
        }
        let mut idle = self.home.idle.lock();
        if idle.len() < IDLE && !self.home.closed.load(Ordering::SeqCst) {
            idle.push(reader);
        }
    }
}
