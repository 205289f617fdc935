//! Updating a record (contract: records, section 7).

use std::sync::Arc;

use serde_json::Map;

use super::save::{Draft, Known, Prepared, Save};
use super::{RecordInput, Records, Rendered, accounts, gate, input, validate};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::filter::Input;
use crate::schema::Schema;
use crate::store::{ReadLane, Tx};

impl Records {
    /// Updates a record.
    ///
    /// # Errors
    /// `NotFound` for an unknown collection or record, and where the rule refuses; `Forbidden` where only superusers
    /// may update; `Invalid` where a check refuses.
    pub async fn update(
        &self,
        context: &RequestContext,
        collection: &str,
        id: &str,
        input: RecordInput,
    ) -> Result<Rendered> {
        let schema = self.parts.schema.current();
        let collection = schema.find(collection).ok_or(Error::NotFound(gate::NO_COLLECTION.into()))?;
        let rule = collection.update_rule.as_deref().unwrap_or_default();
        let walks = !context.is_superuser() && gate::may_walk(rule);
        let lane = if walks { ReadLane::Slow } else { ReadLane::Fast };
        Save::new(self, context, collection, Some(id), input).run(lane).await
    }
}

/// Everything that is asked of a changed record before it may be written.
pub(super) fn prepare(save: &Save, tx: &mut Tx<'_>, schema: Arc<Schema>, id: &str, known: &Known) -> Result<Prepared> {
    let collection = save.collection(&schema)?;
    let superuser = save.context.is_superuser();
    let rule = match (&collection.update_rule, superuser) {
        (None, false) => return Err(Error::Forbidden(gate::SUPERUSERS_ONLY.into())),
        (Some(rule), false) => rule.as_str(),
        (_, true) => "",
    };
    let before = super::load(tx, &collection, id)?.ok_or_else(Error::not_found)?;
    let resolved = input::resolve(&before, &save.data, &save.uploads, superuser);

    let satisfies = |tx: &mut Tx<'_>, rule: &str| {
        let body = if gate::reads_body(rule) { resolved.body(&collection) } else { Map::new() };
        let input = Input { context: &save.context, body: &body };
        gate::or_false(save.records.parts.conditions.admits(tx, &schema, &collection, rule, id, &input))
    };
    if !rule.is_empty() && !satisfies(tx, rule)? {
        return Err(Error::not_found());
    }
    let mut record = before.clone();
    resolved.apply(&mut record);
    if let Some(options) = collection.auth() {
        let manage_rule = options.manage_rule.as_deref().filter(|rule| !rule.is_empty());
        let manager = match manage_rule {
            _ if superuser => true,
            Some(rule) if save.context.caller.is_some() => satisfies(tx, rule)?,
            _ => false,
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
