//! Writes that share a transaction, each in a savepoint: what fails is undone alone.

use super::job::{BoxedJob, Ran};
use super::{Run, Thread};
use crate::error::{Error, Result};

impl Thread {
    /// Runs writes that share their transaction, up to the next one before which the state has to be kept.
    pub(super) fn group(&mut self, group: Vec<BoxedJob>) {
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
}

fn answer_all(group: Vec<BoxedJob>, error: &Error) {
    group.into_iter().for_each(|job| job.answer(Err(error.for_another())));
}
