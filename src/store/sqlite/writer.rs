//! The writer: one thread owns the one connection that writes.
//!
//! Grouped requests share a transaction, each in its savepoint, so that one fsync pays for all that waited; one
//! that fails is undone alone. Exclusive requests run alone, with a deadline. Answers go out after the commit, so
//! what is acknowledged is on disk. The log is moved into the database by a thread beside it: `PASSIVE` never
//! waits for anybody, and the writer's own limit bounds the log when that is not enough.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{ExternalChange, from_engine};
use crate::error::{Error, Result};
use crate::store::tx::Effects;
use crate::store::{OnExternalChange, Tx, WriteLane};

/// How many writes may wait; more are refused at once.
const QUEUE: usize = 4096;
/// How many writes share a transaction at most.
const GROUP: usize = 256;
/// How long an exclusive write may take.
const EXCLUSIVE_DEADLINE: Duration = Duration::from_secs(600);
/// How often the writer looks for changes of other processes while it has nothing to do.
const IDLE: Duration = Duration::from_millis(250);
/// How often the log is moved into the database.
const CHECKPOINT: Duration = Duration::from_millis(100);

/// A write that waits for its turn.
trait Job: Send {
    fn lane(&self) -> WriteLane;
    /// Whether nobody waits for the answer any more.
    fn abandoned(&self) -> bool;
    /// Runs the closure; tells whether it succeeded.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Answers with what `run` gave, or with the failure of the commit.
    fn answer(self: Box<Self>, commit: Result<()>);
}

struct Pending<T, F> {
    lane: WriteLane,
    f: F,
    result: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, F> Job for Pending<T, F>
where
    T: Send + 'static,
    F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
{
    fn lane(&self) -> WriteLane {
        self.lane
    }

    fn abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let result = catch_unwind(AssertUnwindSafe(|| (self.f)(tx)))
            .unwrap_or_else(|_| Err(Error::internal("a write panicked and was undone")));
        let ok = result.is_ok();
        self.result = Some(result);
        ok
    }

    fn answer(self: Box<Self>, commit: Result<()>) {
        let result = match (self.result, commit) {
            (Some(Ok(_)), Err(error)) => Err(error),
            (Some(result), _) => result,
            (None, Err(error)) => Err(error),
            (None, Ok(())) => Err(Error::internal("a write was answered without having run")),
        };
        let _ = self.reply.send(result);
    }
}

type BoxedJob = Box<dyn Job>;

/// The handle to the writer's thread.
pub(super) struct Writer {
    queue: Mutex<Option<SyncSender<BoxedJob>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    stop_checkpoints: Mutex<Option<Sender<()>>>,
    external: ExternalChange,
}

impl Writer {
    pub(super) fn start(connection: Connection, checkpointer: Connection) -> Result<Self> {
        let (queue, jobs) = sync_channel(QUEUE);
        let (stop, stopped) = channel();
        let external: ExternalChange = Arc::default();
        let mut thread = Thread { connection, jobs, held: None, seen: None, external: Arc::clone(&external) };
        let writer = std::thread::Builder::new().name("writer".into()).spawn(move || thread.serve())?;
        let beside = std::thread::Builder::new()
            .name("checkpoints".into())
            .spawn(move || checkpoint_until_stopped(&checkpointer, &stopped))?;
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            threads: Mutex::new(vec![writer, beside]),
            stop_checkpoints: Mutex::new(Some(stop)),
            external,
        })
    }

    pub(super) async fn run<T, F>(&self, lane: WriteLane, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: BoxedJob = Box::new(Pending { lane, f, result: None, reply });
        let sent = match self.queue.lock().as_ref() {
            Some(queue) => queue.try_send(job),
            None => return Err(Error::Unavailable("The server is stopping.".into())),
        };
        match sent {
            Ok(()) => answer.await.unwrap_or_else(|_| Err(Error::internal("the writer is gone"))),
            Err(TrySendError::Full(_)) => Err(Error::Unavailable("Too many writes are waiting.".into())),
            Err(TrySendError::Disconnected(_)) => Err(Error::Unavailable("The server is stopping.".into())),
        }
    }

    pub(super) fn on_external_change(&self, f: OnExternalChange) {
        *self.external.lock() = Some(f);
    }

    /// Finishes what waits, moves the log into the database, and ends the threads.
    pub(super) fn stop(&self) {
        self.queue.lock().take();
        self.stop_checkpoints.lock().take();
        for thread in self.threads.lock().drain(..) {
            let _ = thread.join();
        }
    }
}

fn checkpoint_until_stopped(connection: &Connection, stopped: &Receiver<()>) {
    while stopped.recv_timeout(CHECKPOINT) == Err(RecvTimeoutError::Timeout) {
        // Busy is no failure: the next round goes on where this one ended.
        if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            tracing::warn!(%error, "moving the write-ahead log into the database failed");
        }
    }
}

struct Thread {
    connection: Connection,
    jobs: Receiver<BoxedJob>,
    /// An exclusive write that ended the collection of a group.
    held: Option<BoxedJob>,
    /// The last `data_version`: another value means that another process has committed.
    seen: Option<i64>,
    external: ExternalChange,
}

impl Thread {
    fn serve(&mut self) {
        loop {
            let first = match self.held.take() {
                Some(job) => Some(job),
                None => match self.jobs.recv_timeout(IDLE) {
                    Ok(job) => Some(job),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => break,
                },
            };
            self.notice_others();
            match first {
                None => {}
                Some(job) if job.lane() == WriteLane::Exclusive => self.exclusive(job),
                Some(job) => {
                    let group = self.collect(job);
                    self.group(group);
                }
            }
        }
        if let Err(error) = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
            tracing::warn!(%error, "the write-ahead log could not be emptied; the next start reads it");
        }
    }

    fn notice_others(&mut self) {
        let version = self
            .connection
            .prepare_cached("PRAGMA data_version")
            .and_then(|mut statement| statement.query_row([], |row| row.get::<_, i64>(0)));
        let Ok(version) = version else { return };
        let before = self.seen.replace(version);
        if before.is_some_and(|before| before != version) {
            let call = self.external.lock().clone();
            if let Some(call) = call {
                let _ = catch_unwind(AssertUnwindSafe(|| call()));
            }
        }
    }

    fn collect(&mut self, first: BoxedJob) -> Vec<BoxedJob> {
        let mut group = vec![first];
        while group.len() < GROUP {
            match self.jobs.try_recv() {
                Ok(job) if job.lane() == WriteLane::Exclusive => {
                    self.held = Some(job);
                    break;
                }
                Ok(job) => group.push(job),
                Err(_) => break,
            }
        }
        group.retain(|job| !job.abandoned());
        group
    }

    fn group(&mut self, mut group: Vec<BoxedJob>) {
        if group.len() < 2 {
            return group.into_iter().for_each(|job| self.alone(job));
        }
        if let Err(error) = self.run("BEGIN IMMEDIATE") {
            return fail_all(group, &error);
        }
        let mut kept: Vec<Effects> = Vec::with_capacity(group.len());
        for job in &mut group {
            match self.in_savepoint(job) {
                Ok(effects) => kept.extend(effects),
                // The engine gave the whole transaction up (a full disk, an I/O error): each tries for itself.
                Err(_) => {
                    self.end_transaction();
                    kept.into_iter().for_each(Effects::rolled_back);
                    return group.into_iter().for_each(|job| self.alone(job));
                }
            }
        }
        match self.run("COMMIT") {
            Ok(()) => {
                kept.into_iter().for_each(Effects::committed);
                group.into_iter().for_each(|job| job.answer(Ok(())));
            }
            Err(error) => {
                self.end_transaction();
                kept.into_iter().for_each(Effects::rolled_back);
                fail_all(group, &error);
            }
        }
    }

    /// Runs one member of a group. `None` means that it failed and was undone; an error, that the transaction is lost.
    fn in_savepoint(&self, job: &mut BoxedJob) -> Result<Option<Effects>> {
        self.run("SAVEPOINT member")?;
        let mut tx = Tx::new(&self.connection);
        let ok = job.run(&mut tx);
        let effects = tx.effects;
        if self.connection.is_autocommit() {
            effects.rolled_back();
            return Err(Error::internal("the transaction was given up by the engine"));
        }
        if ok {
            self.run("RELEASE member")?;
            return Ok(Some(effects));
        }
        let undone = self.run("ROLLBACK TO member").and_then(|()| self.run("RELEASE member"));
        effects.rolled_back();
        undone.map(|()| None)
    }

    fn alone(&self, mut job: BoxedJob) {
        if let Err(error) = self.run("BEGIN IMMEDIATE") {
            return job.answer(Err(error));
        }
        let mut tx = Tx::new(&self.connection);
        let ok = job.run(&mut tx);
        let effects = tx.effects;
        let commit = if ok { self.run("COMMIT") } else { Ok(()) };
        if ok && commit.is_ok() {
            effects.committed();
        } else {
            self.end_transaction();
            effects.rolled_back();
        }
        job.answer(commit);
    }

    fn exclusive(&self, job: BoxedJob) {
        if job.abandoned() {
            return;
        }
        let deadline = Instant::now() + EXCLUSIVE_DEADLINE;
        let watch = self.connection.progress_handler(100_000, Some(move || Instant::now() > deadline));
        if let Err(error) = watch {
            return job.answer(Err(from_engine(error)));
        }
        self.alone(job);
        let _ = self.connection.progress_handler(0, None::<fn() -> bool>);
    }

    fn end_transaction(&self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.run("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }

    fn run(&self, sql: &str) -> Result<()> {
        let mut statement = self.connection.prepare_cached(sql).map_err(from_engine)?;
        statement.raw_execute().map(|_| ()).map_err(from_engine)
    }
}

fn fail_all(group: Vec<BoxedJob>, error: &Error) {
    let text = error.to_string();
    group.into_iter().for_each(|job| job.answer(Err(Error::internal(text.clone()))));
}
