//! Rows on the writer: the checks that need the database, the insert, the change in the feed; as many rows as fit into
//! a turn.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::prepare::{Draft, Ready};
use super::{BulkOptions, Existing, FAILURE, Outcome};
use crate::changes::{self, Op};
use crate::error::{Error, FieldErrors, Result};
use crate::records::{Records, validate, write};
use crate::schema::Record;
use crate::store::Tx;

/// How long a write may go on adding rows before it lets others in.
const TURN: Duration = Duration::from_millis(15);
/// How many rows are added between two looks at the clock.
const BETWEEN_LOOKS: usize = 8;

/// The ids that a dry run would have written, as hashes: a million of them are some megabytes.
#[derive(Default)]
pub(super) struct Tried {
    hasher: RandomState,
    ids: HashSet<u64>,
}

impl Tried {
    fn has(&self, id: &str) -> bool {
        self.ids.contains(&self.hasher.hash_one(id))
    }

    pub(super) fn add(&mut self, id: &str) {
        self.ids.insert(self.hasher.hash_one(id));
    }
}

/// Rows on the writer.
pub(super) struct Writing {
    pub(super) records: Records,
    pub(super) draft: Arc<Draft>,
    pub(super) options: BulkOptions,
    pub(super) actor: Option<String>,
    pub(super) tried: Arc<Mutex<Tried>>,
}

impl Writing {
    /// Writes rows from `at` on until the turn is over; `None` where the collections have changed.
    pub(super) fn rows(&self, tx: &mut Tx<'_>, at: usize) -> Result<Option<Vec<Result<Outcome>>>> {
        if self.records.parts.schema.current().version != self.draft.schema.version {
            return Ok(None);
        }
        let begun = Instant::now();
        let mut done = Vec::with_capacity(self.draft.ready.len() - at);
        for ready in &self.draft.ready[at..] {
            if !done.is_empty() && done.len() % BETWEEN_LOOKS == 0 && begun.elapsed() >= TURN {
                break;
            }
            match self.row(tx, ready) {
                Err(error) if !matches!(error, Error::Invalid(_)) => return Err(error),
                outcome => done.push(outcome),
            }
            if self.options.stop_at_refusal && matches!(done.last(), Some(Err(_))) {
                break;
            }
        }
        let ready = self.draft.ready[at..].iter().zip(&done);
        let created = ready.filter(|(ready, outcome)| is_told_later(&ready.record) && is_created(outcome));
        let created = created.map(|(ready, _)| (&ready.record, Op::Create));
        changes::append_all(tx, created, self.actor.as_deref())?;
        Ok(Some(done))
    }

    /// The same, and nothing of it stays.
    pub(super) fn undone(&self, tx: &mut Tx<'_>, at: usize) -> Result<Option<Vec<Result<Outcome>>>> {
        let mut tried = None;
        let undone = tx.savepoint(|tx| {
            tried = self.rows(tx, at)?;
            Err(Error::bad_request("A dry run is undone."))
        });
        match undone {
            Err(Error::Invalid(_)) | Ok(()) => Ok(tried),
            Err(error) => Err(error),
        }
    }

    fn row(&self, tx: &mut Tx<'_>, ready: &Ready) -> Result<Outcome> {
        let record = &ready.record;
        if !ready.generated_id && self.options.existing == Existing::Skip && self.is_there(tx, record)? {
            return Ok(Outcome::Existing(record.id().to_owned()));
        }
        if record.collection.is_superusers() {
            // It may delete another record, so it is undone as a whole.
            tx.savepoint(|tx| self.insert(tx, ready))?;
        } else {
            self.insert(tx, ready)?;
        }
        Ok(Outcome::Created(record.id().to_owned()))
    }

    fn insert(&self, tx: &mut Tx<'_>, ready: &Ready) -> Result<()> {
        let (record, schema) = (&ready.record, &self.draft.schema);
        self.look_up(tx, ready)?;
        write::insert_as(tx, &self.draft.insertion, record)
            .map_err(|error| write::refusal(error, &record.collection, FAILURE))?;
        if is_told_later(record) {
            return Ok(());
        }
        let actor = self.actor.as_deref();
        changes::append(tx, record, Op::Create, actor)?;
        write::replace_installer(tx, schema, &self.records.parts.files, record, actor)
    }

    /// The checks that need the database.
    fn look_up(&self, tx: &mut Tx<'_>, ready: &Ready) -> Result<()> {
        let (record, schema) = (&ready.record, &self.draft.schema);
        let mut errors = FieldErrors::new();
        validate::references(tx, schema, record, &mut errors)?;
        errors.into_result(FAILURE)?;
        if !self.options.dry_run {
            return validate::again(tx, schema, record, &ready.links, true, FAILURE);
        }
        if !ready.generated_id && self.tried.lock().has(record.id()) {
            return Err(Error::invalid(FAILURE, ("id", validate::taken_id(&record.collection)).into()));
        }
        let mut links = ready.links.clone();
        for link in links.iter_mut().filter(|link| link.target.id == record.collection.id) {
            let tried = self.tried.lock();
            link.ids.retain(|id| !tried.has(id));
        }
        validate::again(tx, schema, record, &links, true, FAILURE)
    }

    fn is_there(&self, tx: &mut Tx<'_>, record: &Record) -> Result<bool> {
        let tried = self.options.dry_run && self.tried.lock().has(record.id());
        Ok(tried || validate::exists(tx, &record.collection, record.id())?)
    }
}

/// Whether nothing follows from a new record but its row of the feed, which is then added with those of others.
fn is_told_later(record: &Record) -> bool {
    !record.collection.is_superusers()
}

fn is_created(outcome: &Result<Outcome>) -> bool {
    matches!(outcome, Ok(Outcome::Created(_)))
}
