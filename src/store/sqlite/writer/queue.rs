//! The queue in front of the writer: what callers see of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::job::{BoxedJob, Pending, Place};
use super::news::{Committed, ExternalChange};
use super::witness::Witnesses;
use super::{Shared, Thread};
use crate::error::{Error, Result};
use crate::store::sqlite::errors::from_engine;
use crate::store::sqlite::statistics::Statistics;
use crate::store::sqlite::{Journal, Watch, stopping};
use crate::store::{OnExternalChange, StoreOptions, Tx, Witness, WriteLane};

/// How many writes may wait; more are refused at once.
const QUEUE: usize = 4096;

/// Puts writes into the writer's queue.
pub(in crate::store::sqlite) struct Writer {
    queue: Mutex<Option<SyncSender<BoxedJob>>>,
    external: ExternalChange,
    committed: Committed,
    witness: Witnesses,
    watch: Watch,
    /// Somebody wants the statistics looked after.
    wanted: Arc<AtomicBool>,
    /// How long a write waits for its turn.
    turn: Duration,
}

impl Writer {
    /// Starts the thread.
    pub(in crate::store::sqlite) fn start(
        connection: Connection,
        options: &StoreOptions,
        shared: Shared,
    ) -> Result<(Self, JoinHandle<Connection>)> {
        let (queue, jobs) = sync_channel(QUEUE);
        let external = ExternalChange::default();
        let (committed, witness) = (Committed::default(), Witnesses::default());
        let Shared { checkpoints, plans, versions, states } = shared;
        let watch = Watch::over(&connection, options.slow_statement)?;
        let wanted = Arc::<AtomicBool>::default();
        let mut thread = Thread {
            watch: watch.clone(),
            wanted: Arc::clone(&wanted),
            journal: Journal::of(&connection, versions.clone())?,
            versions,
            statistics: Statistics::of(&connection).map_err(from_engine)?,
            passed: 0,
            connection,
            jobs,
            held: None,
            seen: None,
            external: Arc::clone(&external),
            committed: Arc::clone(&committed),
            witness: Arc::clone(&witness),
            states,
            checkpoints,
            plans,
            grouped_limit: options.query_timeout,
            exclusive_limit: options.exclusive_timeout,
        };
        thread.others_wrote();
        let name = format!("{}writer", options.threads);
        let handle = std::thread::Builder::new().name(name).spawn(move || thread.serve())?;
        let turn = options.turn_timeout;
        Ok((Self { queue: Mutex::new(Some(queue)), external, committed, witness, watch, wanted, turn }, handle))
    }

    /// Runs a write and answers once it is committed or undone.
    pub(in crate::store::sqlite) async fn run<T, F>(&self, lane: WriteLane, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let place = Place::default();
        let job: BoxedJob = Box::new(Pending::new(lane, f, reply, place.clone()));
        let sent = match self.queue.lock().as_ref() {
            Some(queue) => queue.try_send(job),
            None => return Err(stopping()),
        };
        match sent {
            Ok(()) => within_its_turn(answer, &place, self.turn).await,
            Err(TrySendError::Full(_)) => Err(Error::Unavailable("Too many writes are waiting.".into())),
            Err(TrySendError::Disconnected(_)) => Err(stopping()),
        }
    }

    pub(in crate::store::sqlite) fn on_external_change(&self, f: OnExternalChange) {
        *self.external.lock() = Some(f);
    }

    pub(in crate::store::sqlite) fn on_commit(&self, f: Arc<dyn Fn() + Send + Sync>) {
        *self.committed.lock() = Some(f);
    }

    pub(in crate::store::sqlite) fn tell_of_deletes(&self, witness: Arc<dyn Witness>) {
        *self.witness.lock() = Some(witness);
    }

    /// Has it look within a second which statistics are missing or old.
    pub(in crate::store::sqlite) fn want_statistics(&self) {
        self.wanted.store(true, Ordering::Relaxed);
    }

    /// Whether it was told to stop.
    pub(in crate::store::sqlite) fn is_stopped(&self) -> bool {
        self.queue.lock().is_none()
    }

    /// Takes no more writes. What waits is still done, long work alone is given up; then the thread ends.
    pub(in crate::store::sqlite) fn stop(&self) {
        self.watch.end_long_work();
        self.queue.lock().take();
    }
}

/// The answer to a write, or a refusal where its turn does not come in time: the one before it works on a large table.
async fn within_its_turn<T>(mut answer: oneshot::Receiver<Result<T>>, place: &Place, turn: Duration) -> Result<T> {
    let answered = match tokio::time::timeout(turn, &mut answer).await {
        Ok(answered) => answered,
        Err(_) if place.withdraw() => {
            return Err(Error::Unavailable("The database is busy with long work. Try again in a moment.".into()));
        }
        Err(_) => answer.await,
    };
    answered.unwrap_or_else(|_| Err(Error::internal("the writer is gone")))
}
