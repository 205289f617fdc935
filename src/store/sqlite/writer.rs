//! The writer: one thread owns the one connection that writes.
//!
//! Grouped writes share a transaction, each in its savepoint, so that one sync pays for all that waited; one that fails
//! is undone alone. Exclusive writes run alone, for as long as they get on. Answers go out after the commit, so what is
//! acknowledged is on disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::checkpoint::Checkpoints;
use super::errors::from_engine;
use super::job::{BoxedJob, Pending, Place, Ran};
use super::states::States;
use super::statistics::Statistics;
use super::{Journal, Plans, Watch, stopping};
use crate::error::{Error, Result};
use crate::store::effects::Effects;
use crate::store::versions::Versions;
use crate::store::{OnExternalChange, State, StoreOptions, Tx, Witness, WriteLane};

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

/// What to call after a commit.
type Committed = Arc<Mutex<Option<Arc<dyn Fn() + Send + Sync>>>>;

/// Who wants the states before deletes.
type Witnesses = Arc<Mutex<Option<Arc<dyn Witness>>>>;

/// What the writer uses together with readers.
pub(super) struct Shared {
    pub(super) checkpoints: Checkpoints,
    pub(super) plans: Plans,
    pub(super) versions: Versions,
    pub(super) states: States,
}

/// Puts writes into the writer's queue.
pub(super) struct Writer {
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
    pub(super) fn start(
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
        let handle =
            std::thread::Builder::new().name(format!("{}writer", options.threads)).spawn(move || thread.serve())?;
        let turn = options.turn_timeout;
        Ok((Self { queue: Mutex::new(Some(queue)), external, committed, witness, watch, wanted, turn }, handle))
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

    pub(super) fn on_commit(&self, f: Arc<dyn Fn() + Send + Sync>) {
        *self.committed.lock() = Some(f);
    }

    pub(super) fn tell_of_deletes(&self, witness: Arc<dyn Witness>) {
        *self.witness.lock() = Some(witness);
    }

    /// Has it look within a second which statistics are missing or old.
    pub(super) fn want_statistics(&self) {
        self.wanted.store(true, Ordering::Relaxed);
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
    wanted: Arc<AtomicBool>,
    /// How many writes went before the statistics that are due.
    passed: usize,
    jobs: Receiver<BoxedJob>,
    /// An exclusive write that ended the collection of a group.
    held: Option<BoxedJob>,
    /// The last `data_version`: another value means that another process has committed.
    seen: Option<i64>,
    external: ExternalChange,
    committed: Committed,
    witness: Witnesses,
    states: States,
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
    /// It was in vain, and must run again on a state that is kept.
    wants_state: bool,
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
                WriteLane::Exclusive => self.alone(job, false),
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
            if self.wanted.swap(false, Ordering::Relaxed) {
                self.statistics.ask();
            }
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

    /// Runs writes that share their transaction, up to the next one before which the state has to be kept.
    fn group(&mut self, group: Vec<BoxedJob>) {
        let mut rest = self.together(group, false);
        while !rest.is_empty() {
            rest = self.together(rest, true);
        }
    }

    /// Runs writes in one transaction; with `keeping`, the state before the first of them is kept. Those from the next
    /// one on that needs a kept state come back.
    fn together(&mut self, mut group: Vec<BoxedJob>, keeping: bool) -> Vec<BoxedJob> {
        if group.len() == 1 {
            group.into_iter().for_each(|job| self.alone(job, keeping));
            return Vec::new();
        }
        if let Err(error) = self.begin_keeping(keeping) {
            answer_all(group, &error);
            return Vec::new();
        }
        let mut rest = Vec::new();
        let mut runs: Vec<Run> = Vec::with_capacity(group.len());
        for at in 0..group.len() {
            match self.member(&mut group[at], keeping && at == 0) {
                Ok(run) if run.wants_state => {
                    rest = group.split_off(at);
                    break;
                }
                Ok(run) => runs.push(run),
                Err(error) => {
                    tracing::error!(%error, "a group of writes lost its transaction");
                    self.again(group, runs, keeping);
                    return Vec::new();
                }
            }
            if self.connection.is_autocommit() {
                self.again(group, runs, keeping);
                return Vec::new();
            }
        }
        match runs.is_empty() {
            true => self.end_transaction(),
            false => self.commit_group(group, runs, keeping),
        }
        rest
    }

    fn commit_group(&mut self, group: Vec<BoxedJob>, runs: Vec<Run>, keeping: bool) {
        let defined = runs.iter().any(|run| run.defined);
        match self.commit(defined, false) {
            Ok(()) => {
                self.settle_state(keeping, true);
                runs.into_iter().for_each(Run::settle);
                self.tell_of_commit();
                group.into_iter().for_each(|job| job.answer(Ok(())));
            }
            // A check that the engine makes at the commit: whose fault it was comes out one by one.
            Err(Error::Engine(_) | Error::Unique { .. }) => self.again(group, runs, keeping),
            Err(error) => {
                self.end_transaction();
                self.settle_state(keeping, false);
                runs.into_iter().for_each(|run| run.effects.rolled_back());
                answer_all(group, &error);
            }
        }
    }

    /// Runs one member of a group in its savepoint.
    fn member(&self, job: &mut BoxedJob, kept: bool) -> Result<Run> {
        self.run("SAVEPOINT member")?;
        let noted = self.journal.mark();
        self.watch.limit(self.grouped_limit);
        let run = self.run_job(job, kept);
        if !self.connection.is_autocommit() {
            if run.ran != Ran::Well || run.wants_state {
                self.run("ROLLBACK TO member")?;
                self.journal.undo_to(noted);
            }
            self.run("RELEASE member")?;
        }
        Ok(run)
    }

    /// Runs a write; `kept` tells whether the state before it is kept.
    fn run_job(&self, job: &mut BoxedJob, kept: bool) -> Run {
        let witness = self.witness.lock().clone().filter(|_| !kept);
        let mut tx = Tx::writing(&self.connection, &self.watch, &self.journal, witness);
        let ran = job.run(&mut tx);
        self.watch.lift();
        Run { ran, wants_state: tx.wants_state, effects: tx.effects, defined: tx.defined }
    }

    /// Runs the members of a group whose transaction was lost, one by one. What their first runs would have done
    /// outside is forgotten. Who made the engine give up by taking too long does not get a second chance.
    fn again(&mut self, group: Vec<BoxedJob>, mut runs: Vec<Run>, kept: bool) {
        self.end_transaction();
        self.settle_state(kept, false);
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
                self.alone(job, false);
            }
        }
    }

    /// Runs a write alone in its transaction, and once more where it turns out that the state before it has to be kept.
    fn alone(&mut self, mut job: BoxedJob, keeping: bool) {
        if let Err(error) = self.begin_keeping(keeping) {
            return job.answer(Err(error));
        }
        match job.lane() {
            WriteLane::Grouped => self.watch.limit(self.grouped_limit),
            WriteLane::Exclusive => self.watch.limit_standstill(self.exclusive_limit),
        }
        let began = Instant::now();
        let run = self.run_job(&mut job, keeping);
        if run.wants_state {
            self.end_transaction();
            return self.alone(job, true);
        }
        let commit = match run.ran {
            Ran::Well if self.connection.is_autocommit() => Err(Error::internal("the engine gave the transaction up")),
            Ran::Well => self.commit(run.defined, run.defined || began.elapsed() > LONG),
            Ran::Badly | Ran::TooLong => Ok(()),
        };
        if commit.is_ok() && run.ran == Ran::Well {
            self.settle_state(keeping, true);
            run.effects.committed();
            self.tell_of_commit();
        } else {
            self.end_transaction();
            self.settle_state(keeping, false);
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

    /// Opens a transaction; with `keeping`, whoever decides about deletes gets the state before it.
    fn begin_keeping(&mut self, keeping: bool) -> Result<()> {
        self.begin()?;
        if !keeping {
            return Ok(());
        }
        // Nobody else can write by now.
        match self.states.keep() {
            Ok(kept) => {
                self.with_witness(|witness| witness.keep(State(kept)));
                Ok(())
            }
            Err(error) => {
                self.end_transaction();
                Err(error)
            }
        }
    }

    /// Tells whoever got the state before a transaction how that went.
    fn settle_state(&self, kept: bool, holds: bool) {
        if kept {
            let after = holds.then(|| self.states.keep().ok()).flatten().map(State);
            self.with_witness(|witness| witness.settled(after));
        }
    }

    fn with_witness(&self, call: impl FnOnce(&dyn Witness)) {
        let witness = self.witness.lock().clone();
        if let Some(witness) = witness
            && catch_unwind(AssertUnwindSafe(|| call(witness.as_ref()))).is_err()
        {
            tracing::error!("who decides about deletes panicked");
        }
    }

    fn tell_of_commit(&self) {
        let call = self.committed.lock().clone();
        if let Some(call) = call
            && catch_unwind(AssertUnwindSafe(|| call())).is_err()
        {
            tracing::error!("what follows a commit panicked");
        }
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
        self.tell_of_commit();
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
