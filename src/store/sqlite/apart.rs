//! Reads that stand apart: each on a connection and a thread of its own, so that nothing a statement sets outlives
//! it and nobody else waits for it. What they sort and remember goes to files once it is large, not to memory.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;
use tokio::sync::{Semaphore, oneshot};

use super::connection::open_reader;
use super::errors::from_engine;
use super::readers::Caller;
use super::writer::panicked;
use super::{Watch, stopping};
use crate::error::{Error, Result};
use crate::store::StoreOptions;

/// How many run at once.
const AT_ONCE: usize = 2;
/// How many wait for that; more are refused.
const MOST_WAITING: usize = 32;
/// How long the end of the database waits for those that run; they are told to stop first.
const END: Duration = Duration::from_secs(5);

/// Where reads of this kind begin.
pub(super) struct Apart {
    path: PathBuf,
    slow: Option<Duration>,
    name: String,
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    running: Arc<Running>,
}

/// Those that run.
#[derive(Default)]
struct Running {
    closed: AtomicBool,
    watches: Mutex<Vec<Watch>>,
    fewer: Condvar,
}

impl Apart {
    pub(super) fn new(options: &StoreOptions) -> Self {
        let (path, slow, name) = (options.path.clone(), options.slow_statement, format!("{}apart", options.threads));
        Self {
            path,
            slow,
            name,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: AtomicUsize::new(0),
            running: Arc::default(),
        }
    }

    /// Runs a read and answers what it answers. It is stopped when its time is over, its caller has gone, or the
    /// database is closed.
    pub(super) async fn run<T, F>(&self, time: Duration, read: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Watch) -> Result<T> + Send + 'static,
    {
        let turn = {
            let _waits = Waits::new(&self.waiting)?;
            Arc::clone(&self.turns).acquire_owned().await.map_err(|_| stopping())?
        };
        let (reply, answer) = oneshot::channel();
        let caller = Caller::default();
        let (path, running, gone) = (self.path.clone(), Arc::clone(&self.running), Arc::clone(&caller.0));
        let slow = self.slow;
        let thread = std::thread::Builder::new().name(self.name.clone());
        thread.spawn(move || {
            let result = catch_unwind(AssertUnwindSafe(|| {
                let connection = open_reader(&path)?;
                connection.execute_batch("PRAGMA temp_store = FILE").map_err(from_engine)?;
                let watch = Watch::over(&connection, slow)?;
                watch.limit_all(time, Some(gone));
                let _listed = running.enter(watch.clone())?;
                let result = read(&connection, &watch);
                drop(connection);
                result
            }));
            let result = result.unwrap_or_else(|panic| Err(panicked(&*panic)));
            // The turn is over before the caller learns it, so that the next one finds it free.
            drop(turn);
            // Nobody may wait any more.
            let _ = reply.send(match result {
                Err(Error::Deadline) if running.closed.load(Ordering::SeqCst) => Err(stopping()),
                result => result,
            });
        })?;
        let result = answer.await.unwrap_or_else(|_| Err(stopping()));
        drop(caller);
        result
    }

    /// Refuses further reads and ends those under way.
    pub(super) fn stop(&self) {
        self.turns.close();
        self.running.closed.store(true, Ordering::SeqCst);
        self.running.watches.lock().iter().for_each(Watch::stop);
    }

    /// Waits for those that were told to stop. One within a single step that takes long is left to the end of the
    /// process.
    pub(super) fn wait(&self) {
        let mut watches = self.running.watches.lock();
        self.running.fewer.wait_while_for(&mut watches, |watches| !watches.is_empty(), END);
    }
}

impl Running {
    fn enter(self: &Arc<Self>, watch: Watch) -> Result<Listed> {
        let mut watches = self.watches.lock();
        if self.closed.load(Ordering::SeqCst) {
            return Err(stopping());
        }
        watches.push(watch.clone());
        Ok(Listed { running: Arc::clone(self), watch })
    }
}

/// A read among those that run.
struct Listed {
    running: Arc<Running>,
    watch: Watch,
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.running.watches.lock().retain(|watch| !watch.is(&self.watch));
        self.running.fewer.notify_all();
    }
}

/// One who waits for a turn.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn new(waiting: &'a AtomicUsize) -> Result<Self> {
        let before = waiting.fetch_add(1, Ordering::SeqCst);
        let waits = Self(waiting);
        if before < MOST_WAITING { Ok(waits) } else { Err(Error::Unavailable("Too many queries are waiting.".into())) }
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
