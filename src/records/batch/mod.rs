//! Several writes in one transaction, all or nothing (contract: batch).
//!
//! One exclusive transaction runs them in their order. Each is prepared inside it, by the functions that prepare single
//! requests, so that it sees what those before it did. Heavy work is never done there: a run that finds passwords
//! without a hash or files that are not stored takes them as done and goes on, so that it finds all of them; then it
//! is undone, the work is done where it blocks nobody, and the batch runs again. A batch that is refused for another
//! reason has cost no such work.
//!
//! `item.rs` is what may be asked, `run.rs` one run in the transaction, `work.rs` the heavy work between two runs.

mod item;
mod run;
mod work;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tracing::Instrument;

pub use item::{BatchAction, BatchItem};

use self::item::Item;
use self::run::{Turn, Written};
use super::save::Known;
use super::{Records, Rendered};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::schema::Collection;
use crate::store::WriteLane;

/// How often a batch runs before it gives up: what its heavy work is done for would have to change each time.
const RUNS: usize = 6;

/// How many bytes an answer has before further records come without their expands.
const ANSWER: usize = 64 << 20;

/// Whether somebody may ask for one more write now. It is asked at most once for each, when its turn comes.
pub type Admission = Box<dyn Fn(&RequestContext, &Collection) -> Result<()> + Send + Sync>;

/// A batch that is under way.
struct Batch {
    records: Records,
    items: Vec<Item>,
    admission: Admission,
    /// What the admission of each item said.
    admitted: Mutex<Vec<Option<Result<()>>>>,
    /// How long its runs may still take, all together.
    left: Mutex<Duration>,
    /// Set once nobody waits for the answer.
    gone: Arc<AtomicBool>,
}

impl Records {
    /// Runs writes in their order in one transaction that may take `time`: the records as their writer sees them,
    /// `None` for a delete. An item that could not be read comes as the error that it is answered with. Nothing is
    /// written where one fails, or where the caller goes.
    ///
    /// # Errors
    /// [`Error::OneOf`] with the first item that fails, and what it would have been answered alone; `Invalid` where the
    /// time is over; `Unavailable` where the writer has no room.
    pub async fn batch(
        &self,
        items: Vec<Result<BatchItem>>,
        time: Duration,
        admission: Admission,
    ) -> Result<Vec<Option<Rendered>>> {
        let caller = Caller::default();
        let batch = Arc::new(Batch {
            records: self.clone(),
            admitted: Mutex::new(items.iter().map(|_| None).collect()),
            items: items.into_iter().map(|item| Item::new(self, item)).collect(),
            admission,
            left: Mutex::new(time),
            gone: Arc::clone(&caller.0),
        });
        // It goes on where its caller has gone, to clean up behind itself.
        let whole = tokio::spawn(batch.whole().in_current_span());
        whole.await.map_err(|error| Error::internal(format!("a batch ended early: {error}")))?
    }
}

impl Batch {
    async fn whole(self: Arc<Self>) -> Result<Vec<Option<Rendered>>> {
        let mut known = vec![Known::default(); self.items.len()];
        let written = match self.runs(&mut known).await {
            Ok(written) => written,
            Err(error) => {
                // The caller need not wait for the cleaning.
                tokio::spawn(async move { self.give_up(known).await });
                return Err(error);
            }
        };
        self.answers(written).await
    }

    /// The records as their writer sees them. What they bring along is bounded for all of them together, and nothing is
    /// looked up for a caller who has gone.
    async fn answers(&self, written: Vec<Written>) -> Result<Vec<Option<Rendered>>> {
        let (mut answers, mut bytes) = (Vec::with_capacity(written.len()), 0);
        for written in written {
            // A record is rendered without a pause, and there may be thousands.
            tokio::task::coop::consume_budget().await;
            self.still_wanted()?;
            answers.push(match written {
                Written::Deleted => None,
                Written::Saved(context, saved) => {
                    let mut context = context.with_body(saved.body);
                    if bytes > ANSWER {
                        context.query = Arc::from([]);
                    }
                    let rendered = self.records.render(&context, &saved.record).await?;
                    bytes += rendered.0.len();
                    Some(rendered)
                }
            });
        }
        Ok(answers)
    }

    /// Runs until nothing is missing any more.
    async fn runs(self: &Arc<Self>, known: &mut [Known]) -> Result<Vec<Written>> {
        for _ in 0..RUNS {
            let (batch, so_far) = (Arc::clone(self), known.to_vec());
            let store = &self.records.parts.store;
            match store.write(WriteLane::Exclusive, move |tx| batch.run(tx, &so_far)).await {
                Ok(Turn::Written(written)) => return Ok(written),
                Ok(Turn::Wants(wanted)) => self.work(wanted, known).await?,
                Err(Error::StaleSchema(_)) => {}
                Err(Error::Deadline) => break,
                Err(error) => return Err(error),
            }
        }
        Err(failed())
    }

    /// Refuses to go on where nobody waits for the answer any more.
    fn still_wanted(&self) -> Result<()> {
        if self.gone.load(Ordering::Relaxed) { Err(failed()) } else { Ok(()) }
    }

    /// Whether one more write is admitted, asked once.
    fn admit(&self, at: usize, context: &RequestContext, collection: &Collection) -> Result<()> {
        let mut admitted = self.admitted.lock();
        match admitted[at].get_or_insert_with(|| (self.admission)(context, collection)) {
            Ok(()) => Ok(()),
            Err(error) => Err(error.for_another()),
        }
    }
}

/// It failed as a whole.
fn failed() -> Error {
    Error::bad_request("Batch transaction failed.")
}

/// Tells when nobody waits any more.
#[derive(Default)]
struct Caller(Arc<AtomicBool>);

impl Drop for Caller {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
