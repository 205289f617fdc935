//! Many records into a collection: what a create does, for rows by the hundred.
//!
//! A chunk of rows is prepared where it blocks nobody (casts, generated values, checks, password hashes) and needs no
//! database for it; what only the database knows (does this id exist, is that value unique) is asked on the writer,
//! within the chunk's own transaction, so that a row may point to one before it. `prepare` and `commit` stand apart,
//! so that a caller prepares a chunk while the one before is committed.
//!
//! A bad row leaves itself out and no other: its checks run before its insert, and an insert that the engine refuses
//! has changed nothing. A commit holds the writer for some milliseconds at most, then lets others in between.
//!
//! `prepare.rs` is the first half, `turn.rs` the second.

mod prepare;
mod turn;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::{Map, Value as Json};
use tokio::task::JoinSet;

use self::prepare::{Draft, Preparation};
use self::turn::{Tried, Writing};
use super::{Records, gate, validate};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::store::{Value, WriteLane};

/// How many rows a chunk of [`Bulk::create`] has.
const CHUNK: usize = 2000;
/// How many rows a chunk has where each needs a password hash.
const CHUNK_OF_ACCOUNTS: usize = 64;
/// How often a chunk is prepared anew before it gives up: the collections would have to change each time.
const ATTEMPTS: usize = 5;
/// How many passwords of a chunk are with the pool at once: sign-ins want their turn too.
const HASHES_AT_ONCE: usize = 4;
/// How long to wait where a queue is full, and how often.
const FULL: Duration = Duration::from_millis(50);
const PATIENCE: usize = 100;

const FAILURE: &str = "Failed to create record.";

/// Whether the records that rows point to must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Links {
    /// As in a create: a row that points to a record that is not there is refused.
    #[default]
    Checked,
    /// The caller knows that they are there, or come later.
    Trusted,
}

/// What becomes of a row whose id is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// It is refused.
    #[default]
    Refuse,
    /// It is left out, and the stored record stays as it is.
    Skip,
}

/// How rows are taken.
#[derive(Debug, Clone, Copy, Default)]
pub struct BulkOptions {
    /// Whether the records that rows point to must be there.
    pub links: Links,
    /// What becomes of a row whose id is there already.
    pub existing: Existing,
    /// Whether autodate fields keep the dates that rows have. A row without one gets the server's time, as in a
    /// create; a value that is no date is a fault of its row.
    pub keep_dates: bool,
    /// Whether all of it is tried and undone. What a dry run cannot see is a value of a unique index that two rows
    /// of different chunks share; ids are remembered.
    pub dry_run: bool,
    /// Whether the first row that is refused is the last that is tried: outcomes then end with it, and nothing
    /// behind it is written.
    pub stop_at_refusal: bool,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is a record now; its id. In a dry run it would be.
    Created(String),
    /// A record of its id is there already.
    Existing(String),
}

/// The way for many records into one collection.
pub struct Bulk {
    records: Records,
    /// The collection's id.
    collection: String,
    options: BulkOptions,
    actor: Option<String>,
    created: AtomicU64,
    tried: Arc<Mutex<Tried>>,
}

/// Rows that are ready to be written.
pub struct Chunk {
    /// As they came, for another preparation where the collections change.
    rows: Arc<Vec<Map<String, Json>>>,
    draft: Arc<Draft>,
    /// What is known of each row.
    outcomes: Vec<Option<Result<Outcome>>>,
}

impl Records {
    /// The way for many records into a collection.
    ///
    /// # Errors
    /// `Forbidden` for everybody but superusers, `NotFound` for an unknown collection, `Invalid` for a view.
    pub fn bulk(&self, context: &RequestContext, collection: &str, options: BulkOptions) -> Result<Bulk> {
        gate::applicable(context, &None)?;
        let schema = self.parts.schema.current();
        let found = schema.find(collection).ok_or(Error::NotFound(gate::NO_COLLECTION.into()))?;
        gate::writable(found)?;
        Ok(Bulk {
            records: self.clone(),
            collection: found.id.clone(),
            options,
            actor: context.actor(),
            created: AtomicU64::new(0),
            tried: Arc::default(),
        })
    }
}

impl Bulk {
    /// Creates records; what became of each row, in their order. Chunk after chunk is committed, the next one being
    /// prepared meanwhile.
    ///
    /// # Errors
    /// What ends it altogether: the collection is gone, the server is stopping, the disk is full. Chunks that were
    /// committed before stay; [`Bulk::created`] counts them.
    pub async fn create(&self, rows: Vec<Map<String, Json>>) -> Result<Vec<Result<Outcome>>> {
        let mut outcomes = Vec::with_capacity(rows.len());
        let mut rows = rows.into_iter();
        let mut waiting: Option<Chunk> = None;
        loop {
            let next: Vec<_> = rows.by_ref().take(self.chunk_size()).collect();
            if next.is_empty() {
                break;
            }
            waiting = Some(match waiting.take() {
                None => self.prepare(next).await?,
                Some(ready) => {
                    let (next, done) = tokio::join!(self.prepare(next), self.commit(ready));
                    outcomes.extend(done?);
                    if self.ends_with(&outcomes) {
                        return Ok(outcomes);
                    }
                    next?
                }
            });
        }
        if let Some(last) = waiting {
            outcomes.extend(self.commit(last).await?);
        }
        Ok(outcomes)
    }

    /// How many records were committed so far.
    pub fn created(&self) -> u64 {
        self.created.load(Ordering::Relaxed)
    }

    /// How many rows are best prepared at once.
    pub fn chunk_size(&self) -> usize {
        let schema = self.records.parts.schema.current();
        match schema.by_id(&self.collection) {
            Some(collection) if collection.is_auth() => CHUNK_OF_ACCOUNTS,
            _ => CHUNK,
        }
    }

    /// Does all that can be done before the write.
    ///
    /// # Errors
    /// `NotFound` where the collection is gone.
    pub async fn prepare(&self, rows: Vec<Map<String, Json>>) -> Result<Chunk> {
        let mut outcomes: Vec<_> = std::iter::repeat_with(|| None).take(rows.len()).collect();
        let rows = Arc::new(rows);
        let places = (0..rows.len()).collect();
        let draft = self.draft(&rows, places, &mut outcomes).await?;
        Ok(Chunk { rows, draft: Arc::new(draft), outcomes })
    }

    /// Writes a chunk; what became of each row, in their order. In a dry run all of it is undone.
    ///
    /// # Errors
    /// As [`Bulk::create`].
    pub async fn commit(&self, chunk: Chunk) -> Result<Vec<Result<Outcome>>> {
        let Chunk { rows, mut draft, mut outcomes } = chunk;
        let (mut at, mut moved, mut full) = (0, 0, 0);
        while at < draft.ready.len() {
            match self.turn(&draft, at).await {
                Ok(Some(done)) => {
                    let mut refused = false;
                    for (ready, outcome) in draft.ready[at..].iter().zip(done) {
                        self.count(&outcome);
                        refused = outcome.is_err();
                        outcomes[ready.place] = Some(outcome);
                        at += 1;
                    }
                    if refused && self.options.stop_at_refusal {
                        break;
                    }
                }
                Ok(None) | Err(Error::StaleSchema(_)) if moved < ATTEMPTS => {
                    moved += 1;
                    let left = draft.ready[at..].iter().map(|ready| ready.place).collect();
                    draft = Arc::new(self.draft(&rows, left, &mut outcomes).await?);
                    at = 0;
                }
                Ok(None) => return Err(Error::Unavailable("The collections changed too often meanwhile.".into())),
                Err(Error::Unavailable(_)) if full < PATIENCE && !self.records.parts.store.is_closing() => {
                    full += 1;
                    tokio::time::sleep(FULL).await;
                }
                Err(error) => return Err(error),
            }
        }
        if self.options.stop_at_refusal
            && let Some(first) = outcomes.iter().position(|outcome| matches!(outcome, Some(Err(_))))
        {
            outcomes.truncate(first + 1);
        }
        let lost = || Err(Error::internal("a row was neither written nor refused"));
        Ok(outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(lost)).collect())
    }

    fn ends_with(&self, outcomes: &[Result<Outcome>]) -> bool {
        self.options.stop_at_refusal && matches!(outcomes.last(), Some(Err(_)))
    }

    fn count(&self, outcome: &Result<Outcome>) {
        let Ok(Outcome::Created(id)) = outcome else { return };
        if self.options.dry_run {
            self.tried.lock().add(id);
        } else {
            self.created.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Prepares the rows of these places for the collections as they are now.
    async fn draft(
        &self,
        rows: &Arc<Vec<Map<String, Json>>>,
        places: Vec<usize>,
        outcomes: &mut [Option<Result<Outcome>>],
    ) -> Result<Draft> {
        let schema = self.records.parts.schema.current();
        let collection = schema.by_id(&self.collection).cloned();
        let collection = collection.ok_or(Error::NotFound(gate::NO_COLLECTION.into()))?;
        let preparation = Preparation { schema, collection, options: self.options };
        let rows = Arc::clone(rows);
        let worked = tokio::task::spawn_blocking(move || preparation.run(&rows, places)).await;
        let (mut draft, refused) =
            worked.map_err(|error| Error::internal(format!("preparing rows failed: {error}")))?;
        for (place, error) in refused {
            outcomes[place] = Some(Err(error));
        }
        self.hash_passwords(&mut draft, outcomes).await?;
        Ok(draft)
    }

    /// Puts hashes in the place of passwords, some at a time. A dry run need not know them, nor does a record that
    /// is there already.
    async fn hash_passwords(&self, draft: &mut Draft, outcomes: &mut [Option<Result<Outcome>>]) -> Result<()> {
        if self.options.dry_run || draft.ready.iter().all(|ready| ready.passwords.is_empty()) {
            return Ok(());
        }
        if self.options.existing == Existing::Skip {
            self.leave_out_existing(draft, outcomes)?;
        }
        let mut waiting = Vec::new();
        for (at, ready) in draft.ready.iter_mut().enumerate() {
            waiting.extend(ready.passwords.drain(..).map(|(field, plain)| (at, field, plain)));
        }
        let mut waiting = waiting.into_iter();
        let mut running = JoinSet::new();
        loop {
            while running.len() < HASHES_AT_ONCE
                && let Some((at, field, plain)) = waiting.next()
            {
                let records = self.records.clone();
                running.spawn(async move { (at, field, records.hash_patiently(&plain).await) });
            }
            let Some(done) = running.join_next().await else { return Ok(()) };
            let (at, field, hash) = done.map_err(|error| Error::internal(format!("a hash failed: {error}")))?;
            draft.ready[at].record.values[field] = Value::from(hash?);
        }
    }

    fn leave_out_existing(&self, draft: &mut Draft, outcomes: &mut [Option<Result<Outcome>>]) -> Result<()> {
        let mut ready = std::mem::take(&mut draft.ready);
        self.records.parts.store.read_here(|tx| {
            let mut failed = None;
            ready.retain(|row| {
                if row.generated_id || failed.is_some() {
                    return true;
                }
                match validate::exists(tx, &row.record.collection, row.record.id()) {
                    Ok(true) => {
                        outcomes[row.place] = Some(Ok(Outcome::Existing(row.record.id().to_owned())));
                        false
                    }
                    Ok(false) => true,
                    Err(error) => {
                        failed = Some(error);
                        true
                    }
                }
            });
            failed.map_or(Ok(()), Err)
        })?;
        draft.ready = ready;
        Ok(())
    }

    /// One turn on the writer: rows from `at` on, as many as fit into its time. `None` where the collections are not
    /// those that the rows were prepared for.
    async fn turn(&self, draft: &Arc<Draft>, at: usize) -> Result<Option<Vec<Result<Outcome>>>> {
        let writing = Writing {
            records: self.records.clone(),
            draft: Arc::clone(draft),
            options: self.options,
            actor: self.actor.clone(),
            tried: Arc::clone(&self.tried),
        };
        let store = &self.records.parts.store;
        match self.options.dry_run {
            false => store.write(WriteLane::Grouped, move |tx| writing.rows(tx, at)).await,
            true => store.write(WriteLane::Grouped, move |tx| writing.undone(tx, at)).await,
        }
    }
}

impl Records {
    /// A password's hash. Where too many wait, it waits as well.
    async fn hash_patiently(&self, plain: &str) -> Result<String> {
        for _ in 0..PATIENCE {
            match self.parts.passwords.hash(plain.to_owned()).await {
                Err(Error::TooMany) => tokio::time::sleep(FULL).await,
                answer => return answer,
            }
        }
        Err(Error::TooMany)
    }
}
