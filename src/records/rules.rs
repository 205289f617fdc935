//! Whether rows satisfy rules. Compiled conditions are kept by shape.

use std::collections::HashSet;

use super::candidate;
use super::plans::{Condition, IDS, Plans};
use crate::error::{Error, Result};
use crate::filter::{self, Input};
use crate::schema::{CollectionRef, Record, Schema};
use crate::store::{Tx, quoted};

/// The compiled conditions, by collection, schema version, text and kind of caller.
pub(super) struct Conditions {
    plans: Plans,
}

impl Conditions {
    pub(super) fn new() -> Self {
        Self { plans: Plans::new() }
    }

    /// Conditions of any kind.
    ///
    /// # Errors
    /// `Invalid` and `Forbidden`, as [`Plans::condition`] says.
    pub(super) fn compile(&self, request: &filter::Request<'_>) -> Result<Condition> {
        self.plans.condition(request)
    }

    /// A rule for rows that are stored. An empty one asks nothing.
    pub(super) fn rule(
        &self,
        schema: &Schema,
        collection: &CollectionRef,
        rule: &str,
        input: &Input<'_>,
    ) -> Result<Condition> {
        self.plans.condition(&request(schema, collection, rule, input, false))
    }

    /// Whether the stored row with this id satisfies a rule. An empty rule is satisfied.
    ///
    /// # Errors
    /// `Invalid` where the rule cannot be evaluated.
    #[allow(dead_code)]
    pub(super) fn admits(
        &self,
        tx: &mut Tx<'_>,
        schema: &Schema,
        collection: &CollectionRef,
        rule: &str,
        id: &str,
        input: &Input<'_>,
    ) -> Result<bool> {
        if rule.is_empty() {
            return Ok(true);
        }
        let query = self.rule(schema, collection, rule, input)?.among("1", &quoted(&collection.name), &[id]);
        Ok(tx.row(&query, |_| Ok(())).map_err(unevaluable)?.is_some())
    }

    /// Whether a record that is not stored yet satisfies a rule, as if it were the only row (contract: records, 6).
    ///
    /// # Errors
    /// `Invalid` where the rule cannot be evaluated.
    #[allow(dead_code)]
    pub(super) fn admits_candidate(
        &self,
        tx: &mut Tx<'_>,
        schema: &Schema,
        candidate: &Record,
        rule: &str,
        input: &Input<'_>,
    ) -> Result<bool> {
        if rule.is_empty() {
            return Ok(true);
        }
        let condition = self.plans.condition(&request(schema, &candidate.collection, rule, input, true))?;
        let query = condition.holds_for(&candidate::source(&candidate.collection), candidate::values(candidate));
        Ok(tx.row(&query, |_| Ok(())).map_err(unevaluable)?.is_some())
    }
}

/// Which of these stored rows satisfy a condition.
pub(super) fn admitted(tx: &mut Tx<'_>, condition: &Condition, table: &str, ids: &[&str]) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for ids in ids.chunks(IDS) {
        let query = condition.among(&format!(r#"{table}."id""#), table, ids);
        let read = tx.rows(&query, |row| {
            found.insert(row.get(0).as_text().to_owned());
            Ok(())
        });
        read.map_err(unevaluable)?;
    }
    Ok(found)
}

/// What the engine refuses of a compiled condition is the condition's fault.
pub(super) fn unevaluable(error: Error) -> Error {
    match error {
        Error::Engine(text) => {
            tracing::debug!(%text, "a condition could not be evaluated");
            Error::bad_request("")
        }
        other => other,
    }
}

fn request<'a>(
    schema: &'a Schema,
    collection: &'a CollectionRef,
    rule: &'a str,
    input: &Input<'a>,
    candidate: bool,
) -> filter::Request<'a> {
    filter::Request {
        schema,
        collection,
        rule: Some(rule).filter(|rule| !rule.is_empty()),
        filter: None,
        sort: None,
        superuser: false,
        candidate,
        input: *input,
    }
}
