//! The clauses of a rule, each with what the store says of it.

use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value as Json;

use super::super::layout::Layout;
use super::super::plans::Condition;
use super::super::rules::unevaluable;
use super::super::version::VersionKey;
use super::{is_short, unusable};
use crate::error::Result;
use crate::filter::{self, Clause, ClauseKind, Input, Shown};
use crate::schema::{CollectionRef, Schema};
use crate::store::{Store, Tx, Value};

/// After how long the remaining clauses are passed over.
const LONGEST: Duration = Duration::from_secs(4);

/// What a clause comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// Neither, as where something is compared with nothing; it counts as false.
    Unknown,
    /// It was not asked: there is no record to ask about, or the time was over.
    Skipped,
}

/// A clause with what came out.
#[derive(Debug, Serialize)]
pub struct Told {
    /// Where it begins, in UTF-16 units of the rule.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// Its text.
    pub text: String,
    /// `all`, `any` or `compare`.
    pub kind: &'static str,
    /// What it comes to.
    pub result: Outcome,
    /// Whether the whole comes to what it does because of this clause.
    pub decides: bool,
    /// How long it took to ask.
    pub milliseconds: f64,
    /// The left operand of a comparison.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<ToldOperand>,
    /// The right one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<ToldOperand>,
    /// The parts of a clause that joins others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Told>,
}

/// An operand with its value.
#[derive(Debug, Serialize)]
pub struct ToldOperand {
    /// Where it begins, in UTF-16 units of the rule.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// Its text.
    pub text: String,
    /// Its value; a list where several rows have one. Absent where it is a secret or was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Json>,
    /// Whether it is a password or a token key.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
}

/// The one row that a rule is asked about.
pub(super) struct RowOf {
    pub(super) source: String,
    pub(super) values: Vec<Value>,
    /// The quoted table and the id, where the source has more rows.
    pub(super) id: Option<(String, String)>,
}

/// A rule's question.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) schema: &'a Schema,
    pub(super) collection: &'a CollectionRef,
    pub(super) input: Input<'a>,
    pub(super) candidate: bool,
}

impl Told {
    pub(super) fn is_true(&self) -> bool {
        self.result == Outcome::True
    }

    /// Marks what decides. Where all parts together come to something else than each of them (no single one of several
    /// related rows satisfies them all), it is the clause that joins them.
    fn mark(&mut self) {
        self.decides = true;
        let (holds, kind) = (self.is_true(), self.kind);
        let counts = |part: &&mut Told| part.is_true() == holds && part.result != Outcome::Skipped;
        let mut deciding: Vec<&mut Told> = self.parts.iter_mut().filter(counts).collect();
        // One part is enough for one result, and the other one needs all of them.
        if (kind == "all") != holds {
            deciding.truncate(1);
        }
        deciding.into_iter().for_each(Told::mark);
    }
}

impl<'a> Asked<'a> {
    fn request(&self, text: &'a str, whole: bool) -> filter::Request<'a> {
        filter::Request {
            schema: self.schema,
            collection: self.collection,
            rule: Some(text),
            filter: None,
            sort: None,
            asker: filter::Asker::Client,
            candidate: self.candidate,
            whole,
            input: self.input,
        }
    }

    /// What choosing among all records by a rule reads: the tables, the plan, and whether indexes serve it.
    pub(super) fn search(&self, store: &Store, rule: &'a str) -> Result<(Vec<String>, Vec<String>, bool)> {
        let request = filter::Request { candidate: false, ..self.request(rule, true) };
        let compiled = filter::compile(&request).map_err(unusable)?;
        let condition = Condition::once(compiled, &self.input)?;
        let layout = Layout::new(self.collection, VersionKey::default());
        let page = condition.page(&layout, 30, 0);
        let plan = store.plan_of(&page).map_err(unevaluable)?;
        let lane = condition.lane(store, &page).map_err(unevaluable)?;
        Ok((condition.tables().to_vec(), plan, is_short(lane)))
    }

    /// The clauses of a rule. Without a row nothing is asked.
    pub(super) fn tell(&self, tx: &mut Tx<'_>, rule: &'a str, row: Option<&RowOf>) -> Result<Told> {
        let clause = filter::outline(rule).map_err(unusable)?;
        let mut told = self.clause(tx, rule, &clause, row, Instant::now())?;
        if told.result != Outcome::Skipped {
            told.mark();
        }
        Ok(told)
    }

    fn clause(
        &self,
        tx: &mut Tx<'_>,
        rule: &'a str,
        clause: &Clause,
        row: Option<&RowOf>,
        began: Instant,
    ) -> Result<Told> {
        let row = row.filter(|_| began.elapsed() < LONGEST);
        let text = rule.get(clause.from..clause.to).unwrap_or_default();
        let start = Instant::now();
        let result = match row {
            Some(row) => self.outcome(tx, text, row)?,
            None => Outcome::Skipped,
        };
        let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
        let (from, to) = (units(rule, clause.from), units(rule, clause.to));
        let text = text.to_owned();
        let mut told = Told {
            from,
            to,
            text,
            kind: "compare",
            result,
            decides: false,
            milliseconds,
            left: None,
            right: None,
            parts: Vec::new(),
        };
        match &clause.kind {
            ClauseKind::Compare { left, right } => {
                told.left = Some(self.operand(tx, rule, *left, row)?);
                told.right = Some(self.operand(tx, rule, *right, row)?);
            }
            ClauseKind::All(parts) | ClauseKind::Any(parts) => {
                told.kind = if matches!(clause.kind, ClauseKind::All(_)) { "all" } else { "any" };
                for part in parts {
                    told.parts.push(self.clause(tx, rule, part, row, began)?);
                }
            }
        }
        Ok(told)
    }

    fn outcome(&self, tx: &mut Tx<'_>, text: &'a str, row: &RowOf) -> Result<Outcome> {
        let compiled = filter::compile(&self.request(text, false)).map_err(unusable)?;
        let found = self.found(tx, Condition::once(compiled, &self.input)?, row)?;
        Ok(match found {
            Value::Null => Outcome::Unknown,
            Value::Int(0) => Outcome::False,
            Value::Real(0.0) => Outcome::False,
            _ => Outcome::True,
        })
    }

    fn operand(
        &self,
        tx: &mut Tx<'_>,
        rule: &'a str,
        (from, to): (usize, usize),
        row: Option<&RowOf>,
    ) -> Result<ToldOperand> {
        let text = rule.get(from..to).unwrap_or_default();
        let shown = filter::value_of(&self.request(text, false), text).map_err(unusable)?;
        let secret = matches!(shown, Shown::Secret);
        let value = match (shown, row) {
            (Shown::Secret, _) | (_, None) => None,
            (Shown::One(compiled), Some(row)) => {
                Some(json(self.found(tx, Condition::once(*compiled, &self.input)?, row)?))
            }
            (Shown::Several(compiled), Some(row)) => {
                let found = self.found(tx, Condition::once(*compiled, &self.input)?, row)?;
                Some(serde_json::from_str(found.as_text()).unwrap_or_default())
            }
        };
        Ok(ToldOperand { from: units(rule, from), to: units(rule, to), text: text.to_owned(), value, secret })
    }

    fn found(&self, tx: &mut Tx<'_>, condition: Condition, row: &RowOf) -> Result<Value> {
        let id = row.id.as_ref().map(|(table, id)| (table.as_str(), id.as_str()));
        let query = condition.outcome(&row.source, &row.values, id);
        let found = tx.row(&query, |row| Ok(row.get(0).to_value())).map_err(unevaluable)?;
        Ok(found.unwrap_or(Value::Null))
    }
}

fn json(value: Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Int(number) => number.into(),
        Value::Real(number) if number.fract() == 0.0 && number.abs() < 1e15 => (number as i64).into(),
        Value::Real(number) => number.into(),
        Value::Text(text) => text.into(),
    }
}

/// A place in bytes as one in UTF-16 units, which is how browsers count.
fn units(text: &str, at: usize) -> usize {
    text.get(..at).map_or(0, |before| before.encode_utf16().count())
}
