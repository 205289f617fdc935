//! The job queue: work that is stored before it runs, so that a crash loses none of it. A job is a kind and a JSON
//! payload; what a kind means, its [`Handler`] knows, which `app/` names.
//!
//! Jobs are stored in the transaction of whoever asks (`queue.rs`), and one task of a server (`dispatcher.rs`) leases
//! and runs what is due (`attempt.rs`). A failed attempt comes again later and later (`backoff.rs`). The outcome is
//! settled by the handler in the transaction that removes the row, so that what depends on it is neither lost nor done
//! twice; what a handler does *outside* can happen twice, where the process dies between doing and settling.

mod attempt;
mod backoff;
mod dispatcher;
mod handler;
mod model;
mod queue;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

pub use backoff::Backoff;
pub use handler::Handler;
pub use model::{Failure, Job, NewJob, Outcome};

use crate::error::Result;
use crate::ids;
use crate::store::{Store, Tx};

/// How the queue is run.
#[derive(Debug, Clone)]
pub struct JobsOptions {
    /// How long a failed job waits for its next attempt.
    pub backoff: Backoff,
    /// How often the queue is looked through though nobody told of anything new.
    pub poll: Duration,
    /// How long running jobs may go on when the server stops.
    pub stop: Duration,
    /// How long a lease is at most before it is renewed.
    pub lease: Duration,
}

impl Default for JobsOptions {
    fn default() -> Self {
        Self {
            backoff: Backoff::default(),
            poll: Duration::from_secs(30),
            stop: Duration::from_secs(5),
            lease: Duration::from_secs(300),
        }
    }
}

/// What waits in the queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many jobs are due and wait for their turn; no more than [`Backlog::MOST`] are counted.
    pub due: u64,
    /// How long the first of them has been due.
    pub oldest: Duration,
}

impl Backlog {
    /// As many jobs as are counted.
    pub const MOST: u64 = 10_000;
}

/// The room of jobs.
#[derive(Clone)]
pub struct Jobs {
    parts: Arc<Parts>,
}

struct Parts {
    store: Store,
    options: JobsOptions,
    handlers: RwLock<BTreeMap<&'static str, Arc<dyn Handler>>>,
    /// Rung when there may be something to do. It keeps one ring while nobody listens, so that none is lost.
    bell: Notify,
    stopping: watch::Sender<bool>,
    dispatcher: Mutex<Option<JoinHandle<()>>>,
    /// Who holds the leases that this queue takes: another one of this process, or of an earlier one, is someone else.
    owner: String,
}

/// Lets all jobs of a database expire that comes from a backup: whoever the backup was taken from has done them since,
/// and nobody gets a mail twice. Their handlers settle that when they are run the next time. How many there were.
///
/// # Errors
/// What the engine says.
pub fn expire_all(tx: &mut Tx<'_>) -> Result<usize> {
    queue::expire_all(tx, model::now())
}

impl Jobs {
    /// The room, on the database where the jobs are stored. Nothing runs before [`Jobs::start`].
    pub fn new(store: Store) -> Self {
        Self::with(store, JobsOptions::default())
    }

    /// The room, run in another way.
    pub fn with(store: Store, options: JobsOptions) -> Self {
        let parts = Parts {
            store,
            options,
            handlers: RwLock::default(),
            bell: Notify::new(),
            stopping: watch::Sender::new(false),
            dispatcher: Mutex::default(),
            owner: ids::random_lower(ids::RECORD_ID_LENGTH),
        };
        Self { parts: Arc::new(parts) }
    }

    /// Names who runs the jobs of a kind. Jobs of a kind that nobody runs wait.
    pub fn handle(&self, kind: &'static str, handler: Arc<dyn Handler>) {
        self.parts.handlers.write().insert(kind, handler);
        self.wake();
    }

    /// Stores a job in the caller's transaction, and has it run once that is committed; its id.
    ///
    /// # Errors
    /// The job cannot be stored.
    pub fn enqueue(&self, tx: &mut Tx<'_>, job: &NewJob) -> Result<i64> {
        let id = queue::add(tx, job, model::now())?;
        let parts = Arc::clone(&self.parts);
        tx.after_commit(move || parts.bell.notify_one());
        Ok(id)
    }

    /// Whether a job has not ended.
    ///
    /// # Errors
    /// The queue cannot be read.
    pub fn is_stored(&self, tx: &mut Tx<'_>, id: i64) -> Result<bool> {
        queue::is_stored(tx, id)
    }

    /// What is due and waits for its turn, of the kinds that somebody runs.
    ///
    /// # Errors
    /// The queue cannot be read.
    pub fn backlog(&self) -> Result<Backlog> {
        let kinds: Vec<_> = self.parts.handlers.read().keys().copied().collect();
        let now = model::now();
        let mut backlog = Backlog::default();
        self.parts.store.read_here(|tx| {
            for kind in &kinds {
                let (due, oldest) = queue::due(tx, kind, now, Backlog::MOST)?;
                backlog.due = backlog.due.saturating_add(due).min(Backlog::MOST);
                let waits = u64::try_from(now.saturating_sub(oldest.unwrap_or(now))).unwrap_or(0);
                backlog.oldest = backlog.oldest.max(Duration::from_millis(waits));
            }
            Ok(backlog)
        })
    }

    /// Whether the queue is run by this process.
    pub fn is_running(&self) -> bool {
        self.parts.dispatcher.lock().as_ref().is_some_and(|dispatcher| !dispatcher.is_finished())
    }

    /// Has the queue looked through now: another process may have added to it.
    pub fn wake(&self) {
        self.parts.bell.notify_one();
    }

    /// Begins to run jobs. The caller is the only server of the directory: whoever held leases before is dead, and
    /// their jobs run again.
    ///
    /// # Errors
    /// The queue cannot be read.
    pub async fn start(&self) -> Result<()> {
        let freed = queue::free_leases(&self.parts.store).await?;
        if freed > 0 {
            tracing::info!(jobs = freed, "jobs that an earlier process did not finish run again");
        }
        *self.parts.dispatcher.lock() = Some(tokio::spawn(dispatcher::run(Arc::clone(&self.parts))));
        Ok(())
    }

    /// Takes no more jobs, gives the running ones a moment to end, and lets go of those that have not.
    pub async fn stop(&self) {
        self.parts.stopping.send_replace(true);
        let dispatcher = self.parts.dispatcher.lock().take();
        if let Some(dispatcher) = dispatcher
            && dispatcher.await.is_err()
        {
            tracing::error!("the dispatcher of jobs had ended by a panic");
        }
    }
}
