//! Deleting a record, with what goes with it.

use super::{Records, cascade, gate, save, write};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::files::Files;
use crate::filter::Input;
use crate::schema::{CollectionRef, Record, Schema};
use crate::store::{Tx, WriteLane};

/// How often a delete starts anew because tables changed under it.
const ATTEMPTS: usize = 3;

impl Records {
    /// Deletes a record with what goes with it.
    ///
    /// # Errors
    /// `NotFound` for an unknown collection or record, and where the rule refuses; `Forbidden` where only superusers
    /// may delete; `Outdated` where the request is meant for another version of the record; `Invalid` for a view, for the last superuser and where a required relation would be left empty.
    pub async fn delete(&self, context: &RequestContext, collection: &str, id: &str) -> Result<()> {
        for _ in 0..ATTEMPTS {
            match self.try_delete(context, collection, id).await {
                Err(Error::StaleSchema(_)) => {}
                other => return other,
            }
        }
        Err(Error::Unavailable("The collection changes too often.".into()))
    }

    async fn try_delete(&self, context: &RequestContext, collection: &str, id: &str) -> Result<()> {
        let schema = self.parts.schema.current();
        let collection = schema.find(collection).cloned().ok_or(Error::NotFound(gate::MISSING_COLLECTION.into()))?;
        gate::writable(&collection)?;
        let reads = gate::lane(context, [gate::applicable(context, &collection.delete_rule)?]);
        let (records, asked) = (self.clone(), (schema.clone(), collection.clone(), context.clone(), id.to_owned()));
        let (seen, lane) = self
            .parts
            .store
            .read(reads, move |tx| {
                let (schema, collection, context, id) = asked;
                let record = records.deletable(tx, &schema, &collection, &context, &id)?;
                let short = cascade::is_short(tx, &schema, &record)?;
                Ok((record, if short { WriteLane::Grouped } else { WriteLane::Exclusive }))
            })
            .await?;

        let (records, context, id) = (self.clone(), context.clone(), id.to_owned());
        self.parts
            .store
            .write(lane, move |tx| {
                let now = records.parts.schema.current();
                let Some(current) = now.by_id(&collection.id) else { return Err(Error::not_found()) };
                let stored = super::load(tx, current, &id)?.ok_or_else(Error::not_found)?;
                if now.version != schema.version || !save::same_row(&stored, &seen) {
                    records.deletable(tx, &now, current, &context, &id)?;
                }
                delete_within(tx, &now, &records.parts.files, &stored, context.actor().as_deref())
            })
            .await
    }

    /// The record, if the caller may delete it.
    pub(super) fn deletable(
        &self,
        tx: &mut Tx<'_>,
        schema: &Schema,
        collection: &CollectionRef,
        context: &RequestContext,
        id: &str,
    ) -> Result<Record> {
        let rule = gate::applicable(context, &collection.delete_rule)?;
        let record = super::load(tx, collection, id)?.ok_or_else(Error::not_found)?;
        let input = Input::of(context);
        let admitted = match rule {
            None => true,
            Some(rule) => gate::or_false(self.parts.conditions.admits(tx, schema, collection, rule, id, &input))?,
        };
        if !admitted {
            return Err(Error::not_found());
        }
        self.parts.expect(context, schema, &record)?;
        Ok(record)
    }
}

/// Deletes a record with its cascades inside a transaction; its files go after the commit.
/// The last superuser, and a required reference, refuse.
pub fn delete_within(
    tx: &mut Tx<'_>,
    schema: &Schema,
    files: &Files,
    record: &Record,
    actor: Option<&str>,
) -> Result<()> {
    delete_many_within(tx, schema, files, vec![record.clone()], actor)
}

/// Deletes records of one collection with their cascades inside a transaction, together and in bulk; their files go
/// after the commit. As [`delete_within`], but for references between them, which do not hold.
pub fn delete_many_within(
    tx: &mut Tx<'_>,
    schema: &Schema,
    files: &Files,
    records: Vec<Record>,
    actor: Option<&str>,
) -> Result<()> {
    let Some(collection) = records.first().map(|record| CollectionRef::clone(&record.collection)) else {
        return Ok(());
    };
    cascade::delete(tx, schema, files, records, actor)
        .map_err(|error| write::refusal(error, &collection, cascade::FAILURE))
}
