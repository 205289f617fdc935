//! Creating a record (contract: records, section 6).

use std::sync::Arc;

use serde_json::Map;

use super::input::{self, Resolved};
use super::save::{Draft, Known, NewAccount, Prepared, Save};
use super::viewer::Viewer;
use super::{RecordInput, Records, Versioned, accounts, gate, validate};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::filter::Input;
use crate::ids;
use crate::schema::{Collection, CollectionRef, FieldKind, Record, Schema};
use crate::store::{ReadLane, Tx, Value};

/// What a body may have beside what its fields ask for.
const PLAIN_BODY: i64 = 32 << 20;
const DEFAULT_EDITOR: i64 = 5 << 20;
const DEFAULT_JSON: i64 = 1 << 20;

impl Records {
    /// How many bytes a body that creates or updates a record may have; asked before the body is read.
    ///
    /// # Errors
    /// `NotFound` for an unknown collection, `Invalid` for a view.
    pub fn body_limit(&self, collection: &str) -> Result<u64> {
        let schema = self.parts.schema.current();
        let collection = schema.find(collection).ok_or(Error::NotFound(gate::NO_COLLECTION.into()))?;
        gate::writable(collection)?;
        let or = |size: i64, default: i64| if size > 0 { size } else { default };
        let of_fields = collection.fields.iter().map(|field| match &field.kind {
            FieldKind::Editor(options) => or(options.max_size, DEFAULT_EDITOR),
            FieldKind::Json(options) => or(options.max_size, DEFAULT_JSON),
            FieldKind::File(options) => options.size_limit().saturating_mul(options.max_select.max(1)),
            _ => 0,
        });
        Ok(of_fields.fold(PLAIN_BODY, i64::saturating_add).unsigned_abs())
    }

    /// Creates a record.
    ///
    /// # Errors
    /// `NotFound` for an unknown collection, `Forbidden` where only superusers may create, `Invalid` for a view, and
    /// where the rule or a check refuses.
    pub async fn create(&self, context: &RequestContext, collection: &str, input: RecordInput) -> Result<Versioned> {
        let schema = self.parts.schema.current();
        let collection = schema.find(collection).ok_or(Error::NotFound(gate::NO_COLLECTION.into()))?;
        gate::writable(collection)?;
        Save::new(self, context, collection, None, input).run(lane(context, collection)).await
    }

    /// Creates an account that is proven elsewhere, by all that is asked of any other: rules, checks, limits. The
    /// record as it is stored.
    ///
    /// # Errors
    /// As [`Records::create`], and what the work along says.
    pub async fn create_account(
        &self,
        context: &RequestContext,
        collection: &CollectionRef,
        input: RecordInput,
        account: NewAccount,
    ) -> Result<Record> {
        let mut save = Save::new(self, context, collection, None, input);
        save.account = Some(account);
        save.run_unrendered(lane(context, collection)).await
    }
}

/// Where the rules of a create are asked.
fn lane(context: &RequestContext, collection: &Collection) -> ReadLane {
    gate::lane(context, [collection.create_rule.as_deref(), Viewer::of(context).manage_rule(collection)])
}

/// Everything that is asked of a new record before it may be written.
pub(super) fn prepare(save: &Save, tx: &mut Tx<'_>, schema: Arc<Schema>, known: &Known) -> Result<Prepared> {
    let collection = save.collection(&schema)?;
    let superuser = save.context.is_superuser();
    let rule = gate::applicable(&save.context, &collection.create_rule)?;
    let mut record = Record::new(collection.clone());
    let resolved = input::resolve(&record, &save.data, &save.uploads, superuser);
    resolved.apply(&mut record);

    let candidate = Candidate { save, schema: &schema, record: candidate(&record), resolved: &resolved };
    if let Some(rule) = rule
        && !candidate.satisfies(tx, rule)?
    {
        return Err(Error::bad_request(save.failure()));
    }
    if collection.is_auth() {
        let manager = match Viewer::of(&save.context).manage_rule(&collection) {
            Some(rule) => candidate.satisfies(tx, rule)?,
            None => superuser,
        };
        let hash = save.account.as_ref().and_then(|account| account.password.as_deref());
        accounts::check_create(&collection, &save.data, &record, manager, hash.is_none())
            .into_result(save.failure())?;
        if let Some(hash) = hash {
            record.set("password", hash);
        }
        if let Some(account) = &save.account
            && account.proven_email == record.text("email")
        {
            record.set("verified", true);
        }
    }

    let passwords = input::take_passwords(&mut record, &resolved);
    let generated_id = record.id().is_empty();
    generate(&mut record, known.id.as_deref());
    let files = resolved.files.iter().map(|(_, file)| (*file).clone()).collect();
    let checked = validate::Check {
        schema: &schema,
        record: &record,
        before: None,
        passwords: &passwords,
        files: &resolved.files,
        generated_id,
    };
    let (errors, links) = checked.run(tx)?;
    errors.into_result(save.failure())?;
    let body = save.body_for_answer(&resolved, &collection);
    Ok(Prepared::Ready(Box::new(Draft { schema, before: None, record, generated_id, passwords, files, links, body })))
}

/// The record as rules see it: nothing is generated yet but a placeholder for the id, and nobody is verified.
pub(super) fn candidate(record: &Record) -> Record {
    let mut candidate = record.clone();
    if candidate.id().is_empty() {
        candidate.set("id", ids::random_record_id());
    }
    if candidate.collection.is_auth() {
        candidate.set("verified", false);
    }
    candidate
}

struct Candidate<'a> {
    save: &'a Save,
    schema: &'a Schema,
    record: Record,
    resolved: &'a Resolved<'a>,
}

impl Candidate<'_> {
    fn satisfies(&self, tx: &mut Tx<'_>, rule: &str) -> Result<bool> {
        let body = if gate::reads_body(rule) { self.resolved.body(&self.record.collection) } else { Map::new() };
        let input = Input { context: &self.save.context, body: &body };
        let conditions = &self.save.records.parts.conditions;
        gate::or_false(conditions.admits_candidate(tx, self.schema, &self.record, rule, &input))
    }
}

/// Fills in what the server generates before the checks: the id (`id`, where one was generated before), texts with a
/// pattern, the token key.
pub(super) fn generate(record: &mut Record, id: Option<&str>) {
    let collection = Arc::clone(&record.collection);
    for (at, field) in collection.fields.iter().enumerate() {
        let FieldKind::Text(options) = &field.kind else { continue };
        if !record.values[at].as_text().is_empty() {
            continue;
        }
        let generated = match id {
            Some(id) if options.primary_key => Some(id.to_owned()),
            None if options.primary_key => Some(collection.generate_id()),
            _ if collection.is_auth() && field.name == "tokenKey" => Some(accounts::new_token_key(options)),
            _ => options.generate(),
        };
        if let Some(generated) = generated {
            record.values[at] = Value::from(generated);
        }
    }
}
