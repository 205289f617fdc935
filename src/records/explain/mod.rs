//! Why a rule lets somebody do something, or does not: each clause with its result and the values that it compares, as
//! the store finds them for one record. The clauses of the rule are compiled and asked as whole rules are, so that
//! nothing here knows what an operator means. For superusers alone, and nothing is written.

mod clauses;
mod question;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Map;

use self::clauses::{Asked, Told};
use self::question::{Asker, Operation, Question};
use super::{Records, candidate, create, gate, input, load};
use crate::context::{Caller, Occasion, RequestContext};
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::filter::{self, Input};
use crate::schema::{CollectionRef, Record, Schema};
use crate::store::{ReadLane, Store, Tx, Value, quoted};

/// How long all clauses may take together.
const TIME: Duration = Duration::from_secs(10);

/// What the API would answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Records.
    Answered,
    /// That it is done.
    Done,
    /// That what was sent cannot be accepted.
    Invalid,
    /// That the caller may not.
    Forbidden,
    /// That there is no such record.
    NotFound,
}

/// What a rule comes to, and why.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// Whether the operation is allowed.
    pub allowed: bool,
    /// What the API would answer; `http` knows its status.
    #[serde(skip)]
    pub verdict: Verdict,
    /// In words.
    pub message: String,
    /// What decides: `superuser`, `locked` (only superusers), `open` (an empty rule), `missing` (there is no such
    /// record) or `rule`.
    pub by: &'static str,
    /// The rule, `null` where there is none.
    pub rule: Option<String>,
    /// The clauses, where a rule was asked.
    pub clause: Option<Told>,
    /// The tables that the rule reads.
    pub tables: Vec<String>,
    /// Whether indexes serve it where it chooses among all records; `null` where it was not asked.
    pub indexed: Option<bool>,
    /// The engine's plan of that, a step in each line.
    pub plan: Vec<String>,
    /// How long it took.
    pub milliseconds: f64,
}

impl Records {
    /// Explains what `body` asks about a collection.
    ///
    /// # Errors
    /// `NotFound` for an unknown collection; `Invalid` where the question makes no sense or the rule cannot be
    /// compiled.
    pub async fn explain(&self, collection: &str, body: &Map<String, serde_json::Value>) -> Result<Explanation> {
        let schema = self.parts.schema.current();
        let collection = schema.find(collection).cloned().ok_or(Error::NotFound(gate::MISSING_COLLECTION.into()))?;
        let question = Question::of(&collection, body)?;
        let store = self.parts.store.clone();
        let work = move |tx: &mut Tx<'_>| answer(tx, &store, &schema, &collection, &question);
        self.parts.store.read_apart(TIME, work).await
    }
}

fn answer(
    tx: &mut Tx<'_>,
    store: &Store,
    schema: &Schema,
    collection: &CollectionRef,
    question: &Question,
) -> Result<Explanation> {
    let began = Instant::now();
    let context = context(tx, schema, question)?;
    let operation = question.operation;
    let stored = match &question.record {
        Some(id) => load(tx, collection, id)?,
        None => None,
    };
    let missing = question.record.is_some() && stored.is_none();
    let mut explanation = Explanation {
        allowed: false,
        verdict: operation.refused(),
        message: operation.refusal().to_owned(),
        by: "rule",
        rule: question.rule.clone(),
        clause: None,
        tables: Vec::new(),
        indexed: None,
        plan: Vec::new(),
        milliseconds: 0.0,
    };
    match question.rule.as_deref() {
        _ if context.is_superuser() => explanation.by = "superuser",
        None => {
            explanation.by = "locked";
            explanation.verdict = Verdict::Forbidden;
            explanation.message = "Only superusers can perform this action.".to_owned();
        }
        Some("") => explanation.by = "open",
        Some(rule) => {
            let subject = Subject::of(question, &context, collection, stored.as_ref());
            let input = Input { context: &context, body: &subject.body };
            let asked = Asked { schema, collection, input, candidate: operation == Operation::Create };
            let (tables, plan, indexed) = asked.search(store, rule).map_err(refused)?;
            (explanation.tables, explanation.plan, explanation.indexed) = (tables, plan, Some(indexed));
            let told = asked.tell(tx, rule, subject.row.as_ref()).map_err(refused)?;
            explanation.allowed = told.is_true() || (operation == Operation::List && question.record.is_none());
            explanation.clause = Some(told);
        }
    }
    if matches!(explanation.by, "superuser" | "open") {
        explanation.allowed = true;
    }
    if missing && explanation.by != "locked" && operation != Operation::List {
        (explanation.allowed, explanation.verdict, explanation.by) = (false, Verdict::NotFound, "missing");
        explanation.message = "There is no such record.".to_owned();
    } else if explanation.allowed {
        explanation.verdict = operation.allowed();
        explanation.message = operation.permission(question.record.is_some()).to_owned();
    }
    explanation.milliseconds = began.elapsed().as_secs_f64() * 1000.0;
    Ok(explanation)
}

/// What a rule is asked about.
struct Subject {
    row: Option<clauses::RowOf>,
    body: Map<String, serde_json::Value>,
}

impl Subject {
    fn of(question: &Question, context: &RequestContext, collection: &CollectionRef, stored: Option<&Record>) -> Self {
        let superuser = context.is_superuser();
        if question.operation == Operation::Create {
            let mut record = Record::new(Arc::clone(collection));
            let resolved = input::resolve(&record, &question.body, &[], superuser);
            resolved.apply(&mut record);
            let record = create::candidate(&record);
            let row =
                clauses::RowOf { source: candidate::source(collection), values: candidate::values(&record), id: None };
            return Self { row: Some(row), body: resolved.body(collection) };
        }
        let body = match stored {
            Some(stored) if question.operation == Operation::Update => {
                input::resolve(stored, &question.body, &[], superuser).body(collection)
            }
            _ => question.body.clone(),
        };
        let table = quoted(&collection.name);
        let row = stored.map(|stored| clauses::RowOf {
            source: table.clone(),
            values: Vec::<Value>::new(),
            id: Some((table, stored.id().to_owned())),
        });
        Self { row, body }
    }
}

/// The request that the rule is asked for.
fn context(tx: &mut Tx<'_>, schema: &Schema, question: &Question) -> Result<RequestContext> {
    let caller = match &question.caller {
        Asker::Guest => None,
        Asker::Superuser => RequestContext::internal().caller,
        Asker::Record { collection, id } => {
            let unknown = || {
                let fault = Fault::new("validation_invalid_caller", "There is no such account.");
                question::refused("caller", fault)
            };
            let collection = schema.find(collection).filter(|found| found.is_auth()).ok_or_else(unknown)?;
            let record = load(tx, collection, id)?.ok_or_else(unknown)?;
            Some(Arc::new(caller_of(&record)))
        }
    };
    Ok(RequestContext {
        caller,
        occasion: if question.operation == Operation::Auth { Occasion::Password } else { Occasion::Default },
        method: question.operation.method().into(),
        query: question.query.clone().into(),
        headers: Arc::new(question.headers.clone()),
        body: Some(Arc::new(question.body.clone())),
        ..RequestContext::guest()
    })
}

/// An auth record as the one behind a request.
pub fn caller_of(record: &Record) -> Caller {
    Caller {
        id: record.id().to_owned(),
        collection_id: record.collection.id.clone(),
        collection_name: record.collection.name.clone(),
        email: record.text("email").to_owned(),
        email_visibility: record.flag("emailVisibility"),
        verified: record.flag("verified"),
        token_key: record.text("tokenKey").to_owned(),
        superuser: record.collection.is_superusers(),
    }
}

/// A rule that cannot be compiled is the question's fault.
fn refused(error: Error) -> Error {
    match error {
        Error::Invalid(invalid) if invalid.fields.is_empty() && !invalid.message.is_empty() => {
            let fault = Fault::new("validation_invalid_rule", format!("Invalid rule. Raw error: {}.", invalid.message));
            question::refused("rule", fault)
        }
        other => other,
    }
}

/// A compiled text that cannot be used.
fn unusable(error: filter::FilterError) -> Error {
    Error::invalid(error.to_string(), FieldErrors::new())
}

/// Whether a lane says that indexes serve a query.
fn is_short(lane: ReadLane) -> bool {
    lane == ReadLane::Fast
}
