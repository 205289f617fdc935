//! One attempt at one job, from its lease to what is written down about it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;

use super::queue::{self, Leased};
use super::{Failure, Handler, Job, Outcome, Parts, model};
use crate::error::{Error, Result};
use crate::store::WriteLane;

/// How long the lease is beyond the limit of the work: time for a busy writer to take the outcome down.
pub(super) const MARGIN: Duration = Duration::from_secs(120);

/// How often and after which pause the outcome is written again where the writer is busy.
const WRITES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);

/// How many characters of a reason are kept.
const REASON: usize = 1000;

/// What comes of an attempt.
enum Verdict {
    End(Outcome),
    Again(String),
}

/// Runs a leased job and writes down what came of it.
pub(super) async fn make(parts: Arc<Parts>, kind: &'static str, handler: Arc<dyn Handler>, leased: Leased) {
    let verdict = judge(handler.as_ref(), &leased.job).await;
    let (id, attempt) = (leased.job.id, leased.job.attempt);
    let written = match verdict {
        Verdict::End(outcome) => {
            tell(kind, handler.as_ref(), &leased.job, &outcome);
            end(&parts, &handler, &leased, outcome).await
        }
        Verdict::Again(reason) => postpone(&parts, kind, &leased, reason).await,
    };
    match written {
        Ok(true) => {}
        Ok(false) => tracing::warn!(kind, id, attempt, "a job took longer than its lease; someone else has it now"),
        // The row stays as it is: its lease runs out, and it is tried again.
        Err(error) => tracing::error!(kind, id, attempt, %error, "what came of a job could not be written down"),
    }
}

async fn judge(handler: &dyn Handler, job: &Job) -> Verdict {
    if job.is_expired(model::now()) {
        return Verdict::End(Outcome::Expired);
    }
    if job.attempt > job.most_attempts {
        // The earlier ones all began, and the last of them never came to an end.
        return Verdict::End(Outcome::Failed("the process ended during the last attempt".to_owned()));
    }
    match work(handler, job).await {
        Ok(()) => Verdict::End(Outcome::Done),
        Err(Failure::Never(reason)) => Verdict::End(Outcome::Failed(cut(reason))),
        Err(Failure::Again(reason)) if job.attempt >= job.most_attempts => Verdict::End(Outcome::Failed(cut(reason))),
        Err(Failure::Again(reason)) => Verdict::Again(cut(reason)),
    }
}

/// The handler's work, within its limit; a panic is a failure like another.
async fn work(handler: &dyn Handler, job: &Job) -> Result<(), Failure> {
    // In a block of its own, so that a panic before the first await is caught too.
    let run = AssertUnwindSafe(async { handler.run(job).await }).catch_unwind();
    match tokio::time::timeout(handler.limit(), run).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(Failure::Again("the handler panicked".to_owned())),
        Err(_) => Err(Failure::Again(format!("it took longer than {} s", handler.limit().as_secs()))),
    }
}

/// Removes the row and settles the outcome, in one transaction. Where the handler cannot settle, the attempt counts as
/// failed; after the last one the row goes all the same, since otherwise it would stay for ever.
async fn end(parts: &Arc<Parts>, handler: &Arc<dyn Handler>, leased: &Leased, outcome: Outcome) -> Result<bool> {
    let error = match settle(parts, handler, leased, &outcome).await {
        Ok(was_ours) => return Ok(was_ours),
        Err(error) => error,
    };
    let id = leased.job.id;
    if leased.job.attempt < leased.job.most_attempts && outcome != Outcome::Expired {
        tracing::warn!(id, %error, "the outcome of a job could not be settled; it is tried again");
        return put_off(parts, leased, format!("the outcome could not be settled: {error}")).await;
    }
    tracing::error!(id, ?outcome, %error, "the outcome of a job could not be settled; the job is given up");
    let leased = leased.clone();
    patiently(|| {
        let leased = leased.clone();
        parts.store.write(WriteLane::Grouped, move |tx| queue::remove(tx, &leased))
    })
    .await
}

async fn settle(parts: &Arc<Parts>, handler: &Arc<dyn Handler>, leased: &Leased, outcome: &Outcome) -> Result<bool> {
    patiently(|| {
        let (handler, leased, outcome) = (Arc::clone(handler), leased.clone(), outcome.clone());
        parts.store.write(WriteLane::Grouped, move |tx| {
            let was_ours = queue::remove(tx, &leased)?;
            if was_ours {
                handler.settle(tx, &leased.job, &outcome)?;
            }
            Ok(was_ours)
        })
    })
    .await
}

async fn postpone(parts: &Arc<Parts>, kind: &'static str, leased: &Leased, reason: String) -> Result<bool> {
    let (id, attempt) = (leased.job.id, leased.job.attempt);
    tracing::warn!(kind, id, attempt, reason, "a job failed and is tried again");
    put_off(parts, leased, reason).await
}

async fn put_off(parts: &Arc<Parts>, leased: &Leased, reason: String) -> Result<bool> {
    let until = model::now().saturating_add(parts.options.backoff.pause_ms(leased.job.attempt));
    patiently(|| {
        let (leased, reason) = (leased.clone(), reason.clone());
        parts.store.write(WriteLane::Grouped, move |tx| queue::postpone(tx, &leased, until, &reason))
    })
    .await
}

/// A write that is tried again where it did not get its turn.
async fn patiently<T, R: Future<Output = Result<T>>>(write: impl Fn() -> R) -> Result<T> {
    for _ in 1..WRITES {
        match write().await {
            Err(Error::Unavailable(_)) => tokio::time::sleep(PAUSE).await,
            result => return result,
        }
    }
    write().await
}

fn tell(kind: &'static str, handler: &dyn Handler, job: &Job, outcome: &Outcome) {
    let (id, attempt, about) = (job.id, job.attempt, handler.subject(job));
    match outcome {
        Outcome::Done => tracing::debug!(kind, id, attempt, about, "a job is done"),
        Outcome::Failed(reason) => tracing::error!(kind, id, attempt, about, reason, "a job failed for good"),
        Outcome::Expired => tracing::warn!(kind, id, attempt, about, "a job expired before it was done"),
    }
}

fn cut(reason: String) -> String {
    match reason.char_indices().nth(REASON) {
        Some((at, _)) => reason[..at].to_owned(),
        None => reason,
    }
}
