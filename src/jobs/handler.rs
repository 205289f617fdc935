//! What a kind of job means.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{Failure, Job, Outcome};
use crate::error::Result;
use crate::store::Tx;

/// Runs the jobs of a kind.
pub trait Handler: Send + Sync + 'static {
    /// Does the work once. It can be asked to again for the same job: where it fails, where it takes longer than
    /// [`Handler::limit`], where it panics, and where the process dies before the outcome is settled.
    fn run<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<(), Failure>>;

    /// Writes down what follows from the outcome, in the transaction that removes the job.
    ///
    /// # Errors
    /// What the database says. The attempt then counts as failed, so that the work is done again.
    fn settle(&self, tx: &mut Tx<'_>, job: &Job, outcome: &Outcome) -> Result<()>;

    /// What the log says that a job is about, beside its kind; nothing secret.
    fn subject(&self, _job: &Job) -> Option<String> {
        None
    }

    /// How many jobs of this kind run at once. Kinds do not wait for each other.
    fn parallel(&self) -> usize {
        4
    }

    /// How long one attempt may take.
    fn limit(&self) -> Duration {
        Duration::from_secs(60)
    }
}
