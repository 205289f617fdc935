//! What create and update have in common, in the order of the contract: prepare on a reader, heavy work on pools of
//! its own, commit on the writer.
//!
//! `prepare` is plain and may run again: where the row or the schema moved in between, the commit prepares anew
//! inside its transaction, so that a modifier such as `count+` is always resolved against the row as it is then.
//! Heavy work is never done there: what a new preparation needs and nobody did yet sends the save back to the start.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::input::{Resolved, Sent};
use super::validate::Link;
use super::{RecordInput, Records, Versioned, create, gate, update, write};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::files::NewFile;
use crate::schema::{Collection, CollectionRef, Record, Schema};
use crate::store::{ReadLane, Tx, WriteLane};

/// How often a save starts anew before it gives up: schema and row would have to move each time.
const ATTEMPTS: usize = 5;

/// One create or update that is under way.
pub(super) struct Save {
    pub(super) records: Records,
    pub(super) context: RequestContext,
    /// The collection's id.
    pub(super) collection: String,
    /// The record to update; `None` for a create.
    pub(super) target: Option<String>,
    pub(super) data: Arc<Map<String, Json>>,
    pub(super) uploads: Arc<[Sent]>,
    /// What the server adds to a new account.
    pub(super) account: Option<NewAccount>,
}

/// What the server itself adds to the creation of an account that is proven elsewhere.
pub struct NewAccount {
    /// The hash of a password that nobody knows, where none was sent.
    pub password: Option<String>,
    /// The address that is proven: the account is verified if it has this one.
    pub proven_email: String,
    /// What else is written in the transaction of the record, which is then undone as a whole or not at all.
    pub along: Along,
}

/// More work in the transaction of a record, which it is given as it was written.
pub type Along = Box<dyn Fn(&mut Tx<'_>, &Record) -> Result<()> + Send + Sync>;

/// What heavy work and earlier attempts have found out.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// The generated id, which stays the same in all attempts.
    pub(super) id: Option<String>,
    /// Password hashes by plain text.
    hashes: HashMap<String, String>,
    /// Whether the old password that was sent belongs to a hash.
    pub(super) verified: Option<(String, bool)>,
    /// The names of the files that are in the storage.
    pub(super) files: Vec<String>,
}

/// What a preparation comes to.
pub(super) enum Prepared {
    /// Whether a password belongs to a hash must be known first.
    Verify { plain: String, hash: String },
    /// Nothing speaks against the write.
    Ready(Box<Draft>),
}

/// A record that may be written.
pub(super) struct Draft {
    pub(super) schema: Arc<Schema>,
    /// The state that it was prepared from; `None` for a create.
    pub(super) before: Option<Record>,
    pub(super) record: Record,
    /// Whether the id was generated.
    pub(super) generated_id: bool,
    /// The new plain passwords by the place of their fields.
    pub(super) passwords: Vec<(usize, String)>,
    /// The files that come with it.
    pub(super) files: Vec<NewFile>,
    /// The ids that it newly points to.
    pub(super) links: Vec<Link>,
    /// What was sent, for the rules that the answer asks; empty where it asks none.
    pub(super) body: Map<String, Json>,
}

/// A record that was written.
pub(super) struct Saved {
    pub(super) record: Record,
    /// As in [`Draft`].
    pub(super) body: Map<String, Json>,
}

impl Save {
    pub(super) fn new(
        records: &Records,
        context: &RequestContext,
        collection: &CollectionRef,
        target: Option<&str>,
        input: RecordInput,
    ) -> Self {
        let name = |upload: &crate::files::Upload| Sent { key: upload.key.clone(), file: NewFile::from_upload(upload) };
        Self {
            records: records.clone(),
            context: context.clone(),
            collection: collection.id.clone(),
            target: target.map(str::to_owned),
            uploads: input.uploads.iter().map(name).collect(),
            data: Arc::new(input.data),
            account: None,
        }
    }

    /// The same data for a record that is there already.
    pub(super) fn as_update(&self, context: RequestContext, target: String) -> Self {
        Self {
            records: self.records.clone(),
            context,
            collection: self.collection.clone(),
            target: Some(target),
            data: Arc::clone(&self.data),
            uploads: Arc::clone(&self.uploads),
            account: None,
        }
    }

    /// The contract's message of a failure.
    pub(super) fn failure(&self) -> &'static str {
        if self.target.is_none() { "Failed to create record." } else { "Failed to update record." }
    }

    /// The collection as it is now.
    pub(super) fn collection(&self, schema: &Schema) -> Result<CollectionRef> {
        schema.by_id(&self.collection).cloned().ok_or(Error::NotFound(gate::NO_COLLECTION.into()))
    }

    pub(super) fn prepare(&self, tx: &mut Tx<'_>, known: &Known) -> Result<Prepared> {
        let schema = self.records.parts.schema.current();
        match &self.target {
            None => create::prepare(self, tx, schema, known),
            Some(id) => update::prepare(self, tx, schema, id, known),
        }
    }

    /// What was sent, for the rules that the answer may ask: of the targets of expands, and who is a manager.
    pub(super) fn body_for_answer(&self, resolved: &Resolved<'_>, collection: &Collection) -> Map<String, Json> {
        match self.context.query_value("expand").is_some() || collection.is_auth() {
            true => resolved.body(collection),
            false => Map::new(),
        }
    }

    /// Saves; the record as the caller sees it.
    pub(super) async fn run(self, lane: ReadLane) -> Result<Versioned> {
        let save = Arc::new(self);
        let Saved { record, body } = Arc::clone(&save).saved(lane).await?;
        let parts = &save.records.parts;
        let version = parts.version(&parts.schema.current(), &record);
        let rendered = save.records.render(&save.context.with_body(body), &record).await?;
        Ok(Versioned { rendered, version })
    }

    /// Saves; the record as it is stored.
    pub(super) async fn run_unrendered(self, lane: ReadLane) -> Result<Record> {
        Ok(Arc::new(self).saved(lane).await?.record)
    }

    async fn saved(self: Arc<Self>, lane: ReadLane) -> Result<Saved> {
        let mut known = Known::default();
        let result = match &self.target {
            Some(id) if lane == ReadLane::Slow => {
                let _turn = self.records.parts.turns.wait(id).await;
                self.attempts(lane, &mut known).await
            }
            _ => self.attempts(lane, &mut known).await,
        };
        if result.is_err() && !known.files.is_empty() {
            // The caller need not wait for the cleaning.
            tokio::spawn(async move { self.give_up(known).await });
        }
        result
    }

    /// Removes the files of a save that failed.
    pub(super) async fn give_up(&self, known: Known) {
        let parts = &self.records.parts;
        let id = self.target.as_deref().or(known.id.as_deref()).unwrap_or_default();
        parts.files.give_up(&parts.store, &self.collection, id, known.files).await;
    }

    async fn attempts(self: &Arc<Self>, lane: ReadLane, known: &mut Known) -> Result<Saved> {
        let parts = &self.records.parts;
        for _ in 0..ATTEMPTS {
            let (save, so_far) = (Arc::clone(self), known.clone());
            let draft = match parts.store.read(lane, move |tx| save.prepare(tx, &so_far)).await {
                Ok(Prepared::Ready(draft)) => draft,
                Ok(Prepared::Verify { plain, hash }) => {
                    let belongs = parts.passwords.verify(plain, hash.clone()).await?;
                    known.verified = Some((hash, belongs));
                    continue;
                }
                Err(Error::StaleSchema(_)) => continue,
                Err(error) => return Err(error),
            };
            self.work(&draft, known).await?;
            let (save, so_far) = (Arc::clone(self), known.clone());
            let written = parts.store.write(WriteLane::Grouped, move |tx| save.commit(tx, &draft, &so_far, lane)).await;
            match written {
                Ok(Some(saved)) => return Ok(saved),
                Ok(None) | Err(Error::StaleSchema(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::bad_request(self.failure()))
    }

    /// Hashes passwords and writes files, once.
    pub(super) async fn work(&self, draft: &Draft, known: &mut Known) -> Result<()> {
        let parts = &self.records.parts;
        if draft.generated_id {
            known.id = Some(draft.record.id().to_owned());
        }
        for (_, plain) in &draft.passwords {
            if !known.hashes.contains_key(plain) {
                let hash = parts.passwords.hash(plain.clone()).await?;
                known.hashes.insert(plain.clone(), hash);
            }
        }
        let new: Vec<NewFile> = draft.files.iter().filter(|file| !known.files.contains(&file.name)).cloned().collect();
        if !new.is_empty() {
            parts.files.store(&parts.store, &self.collection, draft.record.id(), &new).await?;
            known.id.get_or_insert_with(|| draft.record.id().to_owned());
            known.files.extend(new.into_iter().map(|file| file.name));
        }
        Ok(())
    }

    /// Writes a draft, or a new one where the row or the schema moved; `None` where heavy work is missing for it, or
    /// where its rules may be long work, for which the writer has no time.
    fn commit(&self, tx: &mut Tx<'_>, draft: &Draft, known: &Known, lane: ReadLane) -> Result<Option<Saved>> {
        let write = |tx: &mut Tx<'_>, draft: &Draft| {
            let record = write::save(self, tx, draft, known.passwords(draft))?;
            write::settle(self, tx, draft, &record)?;
            if let Some(account) = &self.account {
                (account.along)(tx, &record)?;
            }
            Ok(Some(Saved { record, body: draft.body.clone() }))
        };
        if self.still_holds(tx, draft)? {
            return write(tx, draft);
        }
        if lane == ReadLane::Slow {
            return Ok(None);
        }
        match self.prepare(tx, known)? {
            Prepared::Ready(draft) if known.covers(&draft) => write(tx, &draft),
            _ => Ok(None),
        }
    }

    fn still_holds(&self, tx: &mut Tx<'_>, draft: &Draft) -> Result<bool> {
        if self.records.parts.schema.current().version != draft.schema.version {
            return Ok(false);
        }
        let Some(before) = &draft.before else { return Ok(true) };
        let now = super::load(tx, &before.collection, before.id())?;
        Ok(now.is_some_and(|now| same_row(&now, before)))
    }
}

/// Whether two states of a record are the same once stored.
pub(super) fn same_row(a: &Record, b: &Record) -> bool {
    a.values.len() == b.values.len() && a.values.iter().zip(&b.values).all(|(a, b)| a.same(b))
}

impl Known {
    /// Whether all heavy work of a draft is done.
    pub(super) fn covers(&self, draft: &Draft) -> bool {
        draft.passwords.iter().all(|(_, plain)| self.hashes.contains_key(plain))
            && draft.files.iter().all(|file| self.files.contains(&file.name))
    }

    /// The hashes of a draft's new passwords, by the place of their fields.
    pub(super) fn passwords(&self, draft: &Draft) -> Vec<(usize, String)> {
        draft
            .passwords
            .iter()
            .filter_map(|(at, plain)| self.hashes.get(plain).map(|hash| (*at, hash.clone())))
            .collect()
    }
}
