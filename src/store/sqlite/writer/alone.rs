//! A write that is alone in its transaction.

use std::time::{Duration, Instant};

use super::Thread;
use super::job::{BoxedJob, Ran};
use crate::error::Error;
use crate::store::WriteLane;

/// An exclusive write that took longer than this leaves the moving of its log to the thread for that.
const LONG: Duration = Duration::from_secs(1);

impl Thread {
    /// Runs a write alone in its transaction, and once more where it turns out that the state before it has to be kept.
    pub(super) fn alone(&mut self, mut job: BoxedJob, keeping: bool) {
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
}
