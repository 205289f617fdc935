//! Whose turn it is: the writes that wait, in their order, and between them the statistics that are due.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use super::Thread;
use super::job::BoxedJob;
use crate::error::Result;
use crate::store::WriteLane;
use crate::store::sqlite::errors::from_engine;

/// How many writes share a transaction at most.
const GROUP: usize = 256;
/// How often an idle writer looks for changes of other processes.
const IDLE: Duration = Duration::from_secs(1);
/// How many writes go before statistics that are due.
const WRITES_FIRST: usize = 64;
/// How long the statistics that are due at the end may take.
const LAST_STATISTICS: Duration = Duration::from_secs(2);

impl Thread {
    /// The next write, or `None` when no more come.
    pub(super) fn next(&mut self) -> Option<BoxedJob> {
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

    /// Everything that waits behind `first` and may share its transaction.
    pub(super) fn collect(&mut self, first: BoxedJob) -> Vec<BoxedJob> {
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
    pub(super) fn gather_at_the_end(&mut self) {
        let began = Instant::now();
        if self.statistics.is_due_at_the_end(&self.connection) {
            while began.elapsed() < LAST_STATISTICS && self.gather() {}
        }
    }
}
