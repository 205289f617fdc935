//! One run of a batch in its transaction.

use std::sync::Arc;
use std::time::Instant;

use super::item::Item;
use super::work::Wanted;
use super::{Batch, failed};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::records::save::{Known, Prepared, Save, Saved};
use crate::records::{delete_within, gate, validate, version, write};
use crate::schema::CollectionRef;
use crate::store::Tx;

/// What a password that has no hash yet is written as in a run that is undone.
const MARK: &str = "*";

/// What a run comes to.
pub(super) enum Turn {
    /// All of it is written.
    Written(Vec<Written>),
    /// Nothing is written: heavy work is missing.
    Wants(Wanted),
}

/// What became of an item.
pub(super) enum Written {
    /// A record, and the request that its answer is for.
    Saved(RequestContext, Box<Saved>),
    Deleted,
}

impl Batch {
    /// Runs all items; `known` is what heavy work has found out for each.
    pub(super) fn run(&self, tx: &mut Tx<'_>, known: &[Known]) -> Result<Turn> {
        let (began, left) = (Instant::now(), *self.left.lock());
        let mut wanted = Wanted::default();
        let ran = tx.within_unless(left, &self.gone, |tx| {
            tx.savepoint(|tx| {
                let written = self.all(tx, known, &mut wanted)?;
                // To be undone.
                if wanted.is_empty() { Ok(written) } else { Err(failed()) }
            })
        });
        *self.left.lock() = left.saturating_sub(began.elapsed());
        match ran {
            Ok(written) => Ok(Turn::Written(written)),
            Err(error) if is_of_the_whole(&error) => Err(error),
            Err(error) => match wanted.before(&error) {
                Some(wanted) => Ok(Turn::Wants(wanted)),
                None => Err(error),
            },
        }
    }

    fn all(&self, tx: &mut Tx<'_>, known: &[Known], wanted: &mut Wanted) -> Result<Vec<Written>> {
        let mut written = Vec::with_capacity(self.items.len());
        for (at, (item, known)) in self.items.iter().zip(known).enumerate() {
            match self.item(tx, at, item, known, wanted) {
                Ok(done) => written.push(done),
                Err(error) if is_of_the_whole(&error) => return Err(error),
                Err(error) => return Err(Error::OneOf { at, error: Box::new(error) }),
            }
            // Also behind the last one: no statement follows that would notice that the time is over.
            tx.advance()?;
        }
        Ok(written)
    }

    fn item(&self, tx: &mut Tx<'_>, at: usize, item: &Item, known: &Known, wanted: &mut Wanted) -> Result<Written> {
        match item {
            Item::Refused(error) => Err(error.for_another()),
            Item::Save(save) => self.save(tx, at, save, known, wanted),
            Item::Upsert { id, create, update } => {
                let collection = self.collection(update)?;
                let there = validate::exists(tx, &collection, id)?;
                if !there {
                    version::expects_nothing(&create.context)?;
                }
                let save = if there { update } else { create };
                self.save(tx, at, save, known, wanted)
            }
            Item::Delete { context, collection, id } => {
                let schema = self.records.parts.schema.current();
                let collection = schema.by_id(collection).ok_or(Error::NotFound(gate::MISSING_COLLECTION.into()))?;
                self.admit(at, context, collection)?;
                let record = self.records.deletable(tx, &schema, collection, context, id)?;
                let files = &self.records.parts.files;
                delete_within(tx, &schema, files, &record, context.actor().as_deref())?;
                Ok(Written::Deleted)
            }
        }
    }

    /// The collection as it is now; that it is gone is told in the words of batches.
    fn collection(&self, save: &Save) -> Result<CollectionRef> {
        let schema = self.records.parts.schema.current();
        save.collection(&schema).map_err(|_| Error::NotFound(gate::MISSING_COLLECTION.into()))
    }

    /// Writes a record. What heavy work is missing for it is noted and taken as done.
    fn save(
        &self,
        tx: &mut Tx<'_>,
        at: usize,
        save: &Arc<Save>,
        known: &Known,
        wanted: &mut Wanted,
    ) -> Result<Written> {
        let collection = self.collection(save)?;
        self.admit(at, &save.context, &collection)?;
        let draft = match save.prepare(tx, known)? {
            Prepared::Ready(draft) => draft,
            Prepared::Verify { plain, hash } => {
                let mut supposed = known.clone();
                supposed.verified = Some((hash.clone(), true));
                match hash == MARK {
                    true => wanted.verify_later(),
                    false => wanted.verify(at, plain, hash),
                }
                match save.prepare(tx, &supposed)? {
                    Prepared::Ready(draft) => draft,
                    Prepared::Verify { .. } => return Err(Error::internal("a password is asked for twice")),
                }
            }
        };
        let is_ready = known.covers(&draft);
        let hashes = match is_ready {
            true => known.passwords(&draft),
            false => draft.passwords.iter().map(|(field, _)| (*field, MARK.to_owned())).collect(),
        };
        let record = write::save(save, tx, &draft, hashes)?;
        if is_ready {
            write::settle(save, tx, &draft, &record)?;
        }
        let body = draft.body.clone();
        if !is_ready {
            wanted.finish(at, Arc::clone(save), draft);
        }
        Ok(Written::Saved(save.context.clone(), Box::new(Saved { record, body })))
    }
}

/// Whether an error is no item's own: the time is over, the program ends, the tables have changed.
fn is_of_the_whole(error: &Error) -> bool {
    matches!(error, Error::Deadline | Error::Unavailable(_) | Error::StaleSchema(_))
}
