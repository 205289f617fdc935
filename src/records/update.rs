//! Updating a record (contract: records, section 7).

use std::sync::Arc;

use serde_json::Map;

use super::save::{Draft, Known, Prepared, Save};
use super::viewer::Viewer;
use super::{RecordInput, Records, Versioned, accounts, gate, input, validate};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::filter::Input;
use crate::schema::Schema;
use crate::store::Tx;

impl Records {
    /// Updates a record.
    ///
    /// # Errors
    /// `NotFound` for an unknown collection or record, and where the rule refuses; `Forbidden` where only superusers
    /// may update; `Outdated` where the request is meant for another version of the record; `Invalid` for a view, and
    /// where a check refuses.
    pub async fn update(
        &self,
        context: &RequestContext,
        collection: &str,
        id: &str,
        input: RecordInput,
    ) -> Result<Versioned> {
        let schema = self.parts.schema.current();
        let collection = schema.find(collection).ok_or(Error::NotFound(gate::NO_COLLECTION.into()))?;
        gate::writable(collection)?;
        let lane =
            gate::lane(context, [collection.update_rule.as_deref(), Viewer::of(context).manage_rule(collection)]);
        Save::new(self, context, collection, Some(id), input).run(lane).await
    }
}

/// Everything that is asked of a changed record before it may be written.
pub(super) fn prepare(save: &Save, tx: &mut Tx<'_>, schema: Arc<Schema>, id: &str, known: &Known) -> Result<Prepared> {
    let collection = save.collection(&schema)?;
    let superuser = save.context.is_superuser();
    let rule = gate::applicable(&save.context, &collection.update_rule)?;
    let before = super::load(tx, &collection, id)?.ok_or_else(Error::not_found)?;
    let resolved = input::resolve(&before, &save.data, &save.uploads, superuser);

    let satisfies = |tx: &mut Tx<'_>, rule: &str| {
        let body = if gate::reads_body(rule) { resolved.body(&collection) } else { Map::new() };
        let input = Input { context: &save.context, body: &body };
        gate::or_false(save.records.parts.conditions.admits(tx, &schema, &collection, rule, id, &input))
    };
    if let Some(rule) = rule
        && !satisfies(tx, rule)?
    {
        return Err(Error::not_found());
    }
    save.records.parts.expect(&save.context, &schema, &before)?;
    let mut record = before.clone();
    resolved.apply(&mut record);
    if collection.is_auth() {
        let manager = match Viewer::of(&save.context).manage_rule(&collection) {
            Some(rule) => satisfies(tx, rule)?,
            None => superuser,
        };
        match accounts::check_update(&save.data, &before, &record, manager, known) {
            accounts::Checked::Verify { plain, hash } => return Ok(Prepared::Verify { plain, hash }),
            accounts::Checked::Done(errors) => errors.into_result(save.failure())?,
        }
    }

    let passwords = input::take_passwords(&mut record, &resolved);
    let files = resolved.files.iter().map(|(_, file)| (*file).clone()).collect();
    let checked = validate::Check {
        schema: &schema,
        record: &record,
        before: Some(&before),
        passwords: &passwords,
        files: &resolved.files,
        generated_id: false,
    };
    let (errors, links) = checked.run(tx)?;
    errors.into_result(save.failure())?;
    let (before, body) = (Some(before), save.body_for_answer(&resolved, &collection));
    Ok(Prepared::Ready(Box::new(Draft { schema, before, record, generated_id: false, passwords, files, links, body })))
}
