//! A run: the job that a due time became.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Value as Json, json};

use super::{Parts, Task, now, table};
use crate::error::{Error, Result};
use crate::jobs::{Failure, Handler, Job, Outcome};
use crate::store::{Tx, WriteLane};

/// How many runs are under way at once, of different schedules.
const PARALLEL: usize = 16;

/// The longest time that a task may ask for.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What the job of a run holds: the schedule, and the due time where it was not asked for.
pub(super) fn payload(id: &str, due: Option<i64>) -> Json {
    json!({"schedule": id, "due": due})
}

/// Who runs the jobs; the queue is a part of the room, so it must not keep the room alive.
pub(super) fn runner(parts: &Arc<Parts>) -> Arc<dyn Handler> {
    Arc::new(Runner(Arc::downgrade(parts)))
}

struct Runner(Weak<Parts>);

impl Runner {
    fn parts(&self) -> Result<Arc<Parts>> {
        self.0.upgrade().ok_or(Error::Unavailable("The server is stopping.".into()))
    }

    async fn try_run(&self, job: &Job) -> Result<(), Failure> {
        let parts = self.parts().map_err(again)?;
        let id = id_of(job);
        let Some(task) = parts.task(id) else {
            return Err(Failure::Never("nothing of this id is known any more".to_owned()));
        };
        let (schedule, number) = (id.to_owned(), job.id);
        let begin = parts.store.write(WriteLane::Grouped, move |tx| table::begin(tx, &schedule, number, now()));
        begin.await.map_err(again)?;
        let done = work(task.as_ref()).await;
        // What fails while the server stops is not at fault.
        done.map_err(if *parts.stopping.borrow() { Failure::Again } else { Failure::Never })
    }
}

impl Handler for Runner {
    fn run<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(self.try_run(job))
    }

    fn settle(&self, tx: &mut Tx<'_>, job: &Job, outcome: &Outcome) -> Result<()> {
        let (parts, id) = (self.parts()?, id_of(job));
        let Some(row) = table::one(tx, id)?.filter(|row| row.job == Some(job.id)) else { return Ok(()) };
        match outcome {
            Outcome::Done => table::end(tx, id, job.id, now(), "done", None)?,
            Outcome::Failed(reason) => table::end(tx, id, job.id, now(), "failed", Some(reason))?,
            Outcome::Expired => table::end(tx, id, job.id, now(), "failed", Some("it was not begun in time"))?,
        }
        if row.asked { parts.enqueue(tx, id, None) } else { Ok(()) }
    }

    fn parallel(&self) -> usize {
        PARALLEL
    }

    fn limit(&self) -> Duration {
        LONGEST
    }

    fn subject(&self, job: &Job) -> Option<String> {
        Some(id_of(job).to_owned())
    }
}

/// The task's work, within its limit; a panic is a failure like another.
async fn work(task: &dyn Task) -> Result<(), String> {
    let run = AssertUnwindSafe(async { task.run().await }).catch_unwind();
    match tokio::time::timeout(task.limit().min(LONGEST), run).await {
        Ok(Ok(Ok(()))) => Ok(()),
        Ok(Ok(Err(error))) => Err(error.to_string()),
        Ok(Err(_)) => Err("the task panicked".to_owned()),
        Err(_) => Err(format!("it took longer than {} s", task.limit().as_secs())),
    }
}

fn id_of(job: &Job) -> &str {
    job.payload["schedule"].as_str().unwrap_or_default()
}

fn again(error: Error) -> Failure {
    Failure::Again(error.to_string())
}
