//! What a schedule runs.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::error::Result;

/// How long a run may take where nobody says otherwise.
const LIMIT: Duration = Duration::from_secs(60 * 60);

/// What is done at the due times of a schedule.
pub trait Task: Send + Sync + 'static {
    /// Does it once. An error is told in the log and kept with the schedule; the next due time tries again.
    ///
    /// The future is dropped where the limit is over and where the server stops, and is then run again at the next
    /// start: work on threads of its own must look itself for when to end.
    fn run(&self) -> BoxFuture<'_, Result<()>>;

    /// How long a run may take. It may be hours: nobody else takes the run meanwhile.
    fn limit(&self) -> Duration {
        LIMIT
    }
}

/// A function as a task, with the usual limit.
pub fn task<F, R>(run: F) -> Arc<dyn Task>
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = Result<()>> + Send + 'static,
{
    task_within(LIMIT, run)
}

/// A function as a task that may take so long.
pub fn task_within<F, R>(limit: Duration, run: F) -> Arc<dyn Task>
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = Result<()>> + Send + 'static,
{
    Arc::new(Function { run, limit })
}

struct Function<F> {
    run: F,
    limit: Duration,
}

impl<F, R> Task for Function<F>
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = Result<()>> + Send + 'static,
{
    fn run(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin((self.run)())
    }

    fn limit(&self) -> Duration {
        self.limit
    }
}
