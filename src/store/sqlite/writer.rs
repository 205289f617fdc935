//! The writer: one thread owns the one connection that writes.
//!
//! Grouped writes share a transaction, each in its savepoint, so that one sync pays for all that waited; one that fails
//! is undone alone. Exclusive writes run alone, for as long as they get on. Answers go out after the commit, so what is
//! acknowledged is on disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::checkpoint::Checkpoints;
use super::errors::from_engine;
use super::job::{BoxedJob, Pending, Place, Ran};
use super::statistics::Statistics;
use super::{Journal, Plans, Watch, stopping};
use crate::error::{Error, Result};
use crate::store::effects::Effects;
use crate::store::versions::Versions;
use crate::store::{OnExternalChange, StoreOptions, Tx, WriteLane};

/// How many writes may wait; more are refused at once.
const QUEUE: usize = 4096;
/// How many writes share a transaction at most.
const GROUP: usize = 256;
/// How often an idle writer looks for changes of other processes.
const IDLE: Duration = Duration::from_secs(1);
/// An exclusive write that took longer than this leaves the moving of its log to the thread for that.
const LONG: Duration = Duration::from_secs(1);
/// How many writes go before statistics that are due.
const WRITES_FIRST: usize = 64;
/// How long the statistics that are due at the end may take.
const LAST_STATISTICS: Duration = Duration::from_secs(2);
/// How often a write gives way to news of other processes before it goes on regardless.
const GIVE_WAY: usize = 8;

/// What to call when another process has written.
pub(super) type ExternalChange = Arc<Mutex<Option<OnExternalChange>>>;

/// Puts writes into the writer's queue.
pub(super) struct Writer {
    queue: Mutex<Option<SyncSender<BoxedJob>>>,
    external: ExternalChange,
    watch: Watch,
    /// How long a write waits for its turn.
    turn: Duration,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(
        connection: Connection,
        options: &StoreOptions,
        checkpoints: Checkpoints,
        plans: Plans,
        versions: Versions,
    ) -> Result<(Self, JoinHandle<Connection>)> {
        let (queue, jobs) = sync_channel(QUEUE);
        let external = ExternalChange::default();
        let watch = Watch::over(&connection)?;
        let mut thread = Thread {
            watch: watch.clone(),
            journal: Journal::of(&connection, versions.clone())?,
            versions,
            statistics: Statistics::of(&connection).map_err(from_engine)?,
            passed: 0,
            connection,
            jobs,
            held: None,
            seen: None,
            external: Arc::clone(&external),
            checkpoints,
            plans,
            grouped_limit: options.query_timeout,
            exclusive_limit: options.exclusive_timeout,
        };
        thread.others_wrote();
        let handle = std::thread::Builder::new().name("writer".into()).spawn(move || thread.serve())?;
        Ok((Self { queue: Mutex::new(Some(queue)), external, watch, turn: options.turn_timeout }, handle))
    }

    /// Runs a write and answers once it is committed or undone.
    pub(super) async fn run<T, F>(&self, lane: WriteLane, f: F) -> Result<T>
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

    pub(super) fn on_external_change(&self, f: OnExternalChange) {
        *self.external.lock() = Some(f);
    }

    /// Whether it was told to stop.
    pub(super) fn is_stopped(&self) -> bool {
        self.queue.lock().is_none()
    }

    /// Takes no more writes. What waits is still done, long work alone is given up; then the thread ends.
    pub(super) fn stop(&self) {
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

struct Thread {
    connection: Connection,
    watch: Watch,
    journal: Journal,
    versions: Versions,
    statistics: Statistics,
    /// How many writes went before the statistics that are due.
    passed: usize,
    jobs: Receiver<BoxedJob>,
    /// An exclusive write that ended the collection of a group.
    held: Option<BoxedJob>,
    /// The last `data_version`: another value means that another process has committed.
    seen: Option<i64>,
    external: ExternalChange,
    checkpoints: Checkpoints,
    plans: Plans,
    grouped_limit: Duration,
    exclusive_limit: Duration,
}

/// One run of a write, until it is known whether its transaction holds.
struct Run {
    ran: Ran,
    effects: Effects,
    defined: bool,
}

impl Run {
    /// The transaction holds, and with it whatever was not undone alone.
    fn settle(self) {
        match self.ran {
            Ran::Well => self.effects.committed(),
            Ran::Badly | Ran::TooLong => self.effects.rolled_back(),
        }
    }
}

impl Thread {
    /// Works until no more writes come; gives the connection back.
    fn serve(mut self) -> Connection {
        while let Some(job) = self.next() {
            if !job.take() {
                continue;
            }
            match job.lane() {
                WriteLane::Exclusive => self.alone(job),
                WriteLane::Grouped => {
                    let group = self.collect(job);
                    self.group(group);
                }
            }
        }
        self.gather_at_the_end();
        self.connection
    }

    /// The next write, or `None` when no more come.
    fn next(&mut self) -> Option<BoxedJob> {
        if let Some(job) = self.held.take() {
            return Some(job);
        }
        loop {
            if self.statistics.is_due(&self.connection) {
                match self.jobs.try_recv() {
                    Ok(job) if self.passed < WRITES_FIRST => {
                        self.passed += 1;
                        return Some(job);
                    }
                    Err(TryRecvError::Disconnected) => return None,
                    waiting => {
                        self.passed = 0;
                        self.gather();
                        match waiting {
                            Ok(job) => return Some(job),
                            Err(_) => continue,
                        }
                    }
                }
            }
            match self.jobs.recv_timeout(IDLE) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) if self.others_wrote() => self.tell_of_others(),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Gathers the statistics of one table, in a transaction of its own; whether there was one to gather.
    fn gather(&mut self) -> bool {
        match self.try_gather() {
            Ok(found) => found,
            Err(error) => {
                tracing::debug!(%error, "gathering statistics failed; it is tried again later");
                self.end_transaction();
                self.statistics.give_up();
                false
            }
        }
    }

    fn try_gather(&mut self) -> Result<bool> {
        let Some(piece) = self.statistics.next(&self.connection).map_err(from_engine)? else { return Ok(false) };
        self.begin()?;
        self.watch.limit(self.grouped_limit);
        let run = self.statistics.run(&self.connection, &piece);
        self.watch.lift();
        let changed = run.map_err(from_engine)?;
        self.journal.commit(false, || self.run("COMMIT"))?;
        self.checkpoints.written();
        if changed {
            self.plans.forget();
        }
        Ok(true)
    }

    /// What a program that wrote much and ends leaves to the next.
    fn gather_at_the_end(&mut self) {
        let began = Instant::now();
        if self.statistics.is_due_at_the_end(&self.connection) {
            while began.elapsed() < LAST_STATISTICS && self.gather() {}
        }
    }

    /// Everything that waits behind `first` and may share its transaction.
    fn collect(&mut self, first: BoxedJob) -> Vec<BoxedJob> {
        let mut group = vec![first];
        while group.len() < GROUP {
            match self.jobs.try_recv() {
                Ok(job) if job.lane() == WriteLane::Exclusive => {
                    self.held = Some(job);
                    break;
                }
                Ok(job) if job.take() => group.push(job),
                Ok(_) => {}
                Err(_) => break,
            }
        }
        group
    }

    fn group(&mut self, mut group: Vec<BoxedJob>) {
        if group.len() == 1 {
            return group.into_iter().for_each(|job| self.alone(job));
        }
        if let Err(error) = self.begin() {
            return answer_all(group, &error);
        }
        let mut runs: Vec<Run> = Vec::with_capacity(group.len());
        for job in &mut group {
            match self.member(job) {
                Ok(run) => runs.push(run),
                Err(error) => {
                    tracing::error!(%error, "a group of writes lost its transaction");
                    return self.again(group, runs);
                }
            }
            if self.connection.is_autocommit() {
                return self.again(group, runs);
            }
        }
        let defined = runs.iter().any(|run| run.defined);
        match self.commit(defined, false) {
            Ok(()) => {
                runs.into_iter().for_each(Run::settle);
                group.into_iter().for_each(|job| job.answer(Ok(())));
            }
            // A check that the engine makes at the commit: whose fault it was comes out one by one.
            Err(Error::Engine(_) | Error::Unique { .. }) => self.again(group, runs),
            Err(error) => {
                self.end_transaction();
                runs.into_iter().for_each(|run| run.effects.rolled_back());
                answer_all(group, &error);
            }
        }
    }

    /// Runs one member of a group in its savepoint.
    fn member(&self, job: &mut BoxedJob) -> Result<Run> {
        self.run("SAVEPOINT member")?;
        let noted = self.journal.mark();
        self.watch.limit(self.grouped_limit);
        let run = self.run_job(job);
        if !self.connection.is_autocommit() {
            if run.ran != Ran::Well {
                self.run("ROLLBACK TO member")?;
                self.journal.undo_to(noted);
            }
            self.run("RELEASE member")?;
        }
        Ok(run)
    }

    fn run_job(&self, job: &mut BoxedJob) -> Run {
        let mut tx = Tx::writing(&self.connection, &self.watch, &self.journal);
        let ran = job.run(&mut tx);
        self.watch.lift();
        Run { ran, effects: tx.effects, defined: tx.defined }
    }

    /// Runs the members of a group whose transaction was lost, one by one. What their first runs would have done
    /// outside is forgotten. Who made the engine give up by taking too long does not get a second chance.
    fn again(&mut self, group: Vec<BoxedJob>, mut runs: Vec<Run>) {
        self.end_transaction();
        let slow = runs.len().checked_sub(1).filter(|&last| runs[last].ran == Ran::TooLong);
        if slow.is_some()
            && let Some(run) = runs.pop()
        {
            run.settle();
        }
        for (at, job) in group.into_iter().enumerate() {
            if slow == Some(at) {
                job.answer(Ok(()));
            } else {
                self.alone(job);
            }
        }
    }

    /// Runs a write alone in its transaction.
    fn alone(&mut self, mut job: BoxedJob) {
        if let Err(error) = self.begin() {
            return job.answer(Err(error));
        }
        match job.lane() {
            WriteLane::Grouped => self.watch.limit(self.grouped_limit),
            WriteLane::Exclusive => self.watch.limit_standstill(self.exclusive_limit),
        }
        let began = Instant::now();
        let run = self.run_job(&mut job);
        let commit = match run.ran {
            Ran::Well if self.connection.is_autocommit() => Err(Error::internal("the engine gave the transaction up")),
            Ran::Well => self.commit(run.defined, run.defined || began.elapsed() > LONG),
            Ran::Badly | Ran::TooLong => Ok(()),
        };
        if commit.is_ok() && run.ran == Ran::Well {
            run.effects.committed();
        } else {
            self.end_transaction();
            run.effects.rolled_back();
        }
        job.answer(commit);
    }

    /// Commits without moving the log into the database, which the engine would do before it goes on: after a change
    /// of a large table that takes seconds, in which readers would meet tables whose snapshot is not published.
    fn commit_alone(&self) -> Result<()> {
        let limit = |pages| self.connection.pragma_update_and_check(None, "wal_autocheckpoint", pages, |_| Ok(()));
        limit(0).map_err(from_engine)?;
        let committed = self.run("COMMIT");
        if let Err(error) = limit(super::connection::LOG_PAGES) {
            tracing::error!(%error, "the write-ahead log has no limit any more");
        }
        committed
    }

    /// Opens a transaction on a state that the program knows: what another process wrote is told first.
    fn begin(&mut self) -> Result<()> {
        for _ in 0..GIVE_WAY {
            self.run("BEGIN IMMEDIATE")?;
            self.journal.begin();
            if !self.others_wrote() {
                return Ok(());
            }
            self.run("ROLLBACK")?;
            self.tell_of_others();
        }
        self.run("BEGIN IMMEDIATE")?;
        self.journal.begin();
        Ok(())
    }

    fn others_wrote(&mut self) -> bool {
        let version = self
            .connection
            .prepare_cached("PRAGMA data_version")
            .and_then(|mut statement| statement.query_row([], |row| row.get::<_, i64>(0)));
        match version {
            Ok(version) => self.seen.replace(version).is_some_and(|before| before != version),
            Err(error) => {
                tracing::warn!(%error, "looking for changes of other processes failed");
                false
            }
        }
    }

    fn tell_of_others(&self) {
        self.plans.forget();
        self.versions.raise_everything();
        self.checkpoints.written();
        let call = self.external.lock().clone();
        if let Some(call) = call
            && catch_unwind(AssertUnwindSafe(|| call())).is_err()
        {
            tracing::error!("taking over another process's changes panicked");
        }
    }

    /// Commits; whoever asks from then on finds other versions of what was changed.
    fn commit(&mut self, defined: bool, alone: bool) -> Result<()> {
        self.journal.commit(defined, || if alone { self.commit_alone() } else { self.run("COMMIT") })?;
        self.checkpoints.written();
        if defined {
            self.plans.forget();
            self.statistics.ask();
        }
        Ok(())
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

fn answer_all(group: Vec<BoxedJob>, error: &Error) {
    group.into_iter().for_each(|job| job.answer(Err(error.for_another())));
}
