//! The writer: one thread owns the one connection that writes.
//!
//! Grouped writes share a transaction, each in its savepoint, so that one sync pays for all that waited; one that fails
//! is undone alone. Exclusive writes run alone, for as long as they get on. Answers go out after the commit, so what is
//! acknowledged is on disk.
//!
//! A write comes through `queue.rs` as a `job.rs`; `turns.rs` says what is next, `group.rs` and `alone.rs` run it in
//! a transaction of `transaction.rs`. `witness.rs` keeps the state before deletes, `news.rs` tells what was committed.

mod alone;
mod group;
mod job;
mod news;
mod queue;
mod transaction;
mod turns;
mod witness;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use rusqlite::Connection;

pub(super) use self::job::panicked;
use self::job::{BoxedJob, Ran};
use self::news::{Committed, ExternalChange};
pub(super) use self::queue::Writer;
use self::witness::Witnesses;
use super::checkpoint::Checkpoints;
use super::states::States;
use super::statistics::Statistics;
use super::{Journal, Plans, Watch};
use crate::store::effects::Effects;
use crate::store::versions::Versions;
use crate::store::{Tx, WriteLane};

/// What the writer uses together with readers.
pub(super) struct Shared {
    pub(super) checkpoints: Checkpoints,
    pub(super) plans: Plans,
    pub(super) versions: Versions,
    pub(super) states: States,
}

/// What the thread of the writer has.
struct Thread {
    connection: Connection,
    watch: Watch,
    journal: Journal,
    versions: Versions,
    statistics: Statistics,
    /// Somebody wants them looked after.
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

    /// Runs a write; `kept` tells whether the state before it is kept.
    fn run_job(&self, job: &mut BoxedJob, kept: bool) -> Run {
        let witness = self.witness.lock().clone().filter(|_| !kept);
        let mut tx = Tx::writing(&self.connection, &self.watch, &self.journal, witness);
        let ran = job.run(&mut tx);
        self.watch.lift();
        Run { ran, wants_state: tx.wants_state, effects: tx.effects, defined: tx.defined }
    }
}
