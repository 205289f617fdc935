//! What a change of a collection would come to, before anybody makes it: its steps, the records that would lose
//! something or would not fit any more, what follows elsewhere, and the SQL. Nothing is written.
//!
//! It is checked as a save is (`draft.rs`); then the very code that saves (`apply.rs`) runs on an empty copy of the
//! database in memory, so that what the engine has against it is found, and its SQL is the one that would run. What
//! the records say is asked apart from other reads, for a limited time (`look.rs`). `steps.rs` says the change as data,
//! `follows.rs` what becomes of views and of the rules of other collections.

mod follows;
mod look;
mod steps;

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use self::follows::{BrokenRule, ViewFate};
use self::look::Question;
use self::steps::Step;
use super::Collections;
use super::apply::{Changes, Saved, apply};
use super::create::created;
use super::draft::Place;
use super::save::explain;
use super::stored;
use super::update::changed;
use crate::error::{Error, Result};
use crate::schema::{Published, Schema};
use crate::store::Tx;

/// How long the trial in memory may take.
const TRIAL: Duration = Duration::from_secs(10);

/// How long the records are looked at, at most.
const LOOK: Duration = Duration::from_secs(8);

/// How much longer a look may take on the whole, with what is between its parts.
const SLACK: Duration = Duration::from_secs(2);

/// What a change would come to.
#[derive(Debug, Serialize)]
pub struct Plan {
    /// What would be done, with the records that each step touches.
    pub steps: Vec<Step>,
    /// How many records the collection has; `None` where that was not asked for, or took too long to count.
    pub records: Option<u64>,
    /// Whether all records were looked at. Otherwise the numbers are the least that there are.
    pub complete: bool,
    /// What becomes of views over the collection.
    pub views: Vec<ViewFate>,
    /// Rules of other collections that could not be used any more.
    pub rules: Vec<BrokenRule>,
    /// The SQL that would change the tables, in order.
    pub sql: Vec<String>,
}

impl Collections {
    /// What a change of a collection, or (`None`) a new one, would come to.
    ///
    /// # Errors
    /// As [`Collections::update`] and [`Collections::create`], but for what only the records would show.
    pub async fn plan(&self, collection: Option<&str>, body: Map<String, Json>) -> Result<Plan> {
        let (verb, asked) = (if collection.is_some() { "update" } else { "create" }, collection.map(str::to_owned));
        let tried = self.on_a_reader(move |tx, current| {
            // The collections as this transaction sees them, whatever others save meanwhile.
            let schema = &Schema::new(current.version, stored::load(tx)?);
            let saved = match &asked {
                Some(asked) => changed(tx, Place::Reader, schema, asked, &body)?,
                None => created(tx, Place::Reader, schema, &body)?,
            };
            Trial::of(tx, schema, saved)
        });
        let Trial { mut plan, questions, table } = tried.await.map_err(|error| explain(verb, error))?;
        if questions.is_empty() {
            return Ok(plan);
        }
        let looked = self.store.read_apart(LOOK + SLACK, move |tx| look::at(tx, &table, questions, LOOK)).await;
        match looked {
            Ok(found) => {
                (plan.records, plan.complete) = (found.records, found.complete);
                for (step, affected) in found.affected {
                    plan.steps[step].records.push(affected);
                }
            }
            // It took too long, or the table is another one by now.
            Err(Error::Deadline | Error::StaleSchema(_)) => plan.complete = false,
            Err(error) => return Err(error),
        }
        Ok(plan)
    }
}

/// A change that was tried without records.
struct Trial {
    plan: Plan,
    questions: Vec<Question>,
    /// The table as it is called now.
    table: String,
}

impl Trial {
    fn of(tx: &mut Tx<'_>, schema: &Schema, saved: Saved) -> Result<Self> {
        // What the trial would publish is nobody's to see.
        let published = Arc::new(Published::new(Schema::sharing(schema.version, schema.all().to_vec())));
        let (steps, questions) = steps::between(saved.old.as_deref(), &saved.new);
        let table = saved.old.as_ref().map_or_else(String::new, |old| old.name.clone());
        let id = saved.new.id.clone();
        let changes = Changes { saved: vec![saved], removed: Vec::new() };
        let rehearsed = tx.rehearse(&["_collections"], TRIAL, |tx| {
            let before = follows::views(tx, schema, &id)?;
            let next = apply(tx, &published, &changes)?;
            let views = tx.unnoted(|tx| follows::fates(tx, &next, before))?;
            Ok((views, follows::broken_rules(schema, &next, &id)))
        });
        let ((views, rules), sql) = rehearsed?;
        Ok(Self { plan: Plan { steps, records: None, complete: true, views, rules, sql }, questions, table })
    }
}
