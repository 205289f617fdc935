//! What the records say to a change: how many would lose something, fit no more, or refuse it.

use std::time::Duration;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::schema::Field;
use crate::store::census::{Coming, Key, sharing_a_key};
use crate::store::{Sql, Tx, Value, ValueRef};

/// How many ids are told of the records that a step touches.
const EXAMPLES: usize = 3;

/// What happens to records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Effect {
    /// They lose their value.
    Lost,
    /// Of several values the last one stays.
    Narrowed,
    /// They keep a value that no record could be saved with any more.
    Unfit,
    /// They are the same where they must differ: the change is refused.
    Refuses,
}

/// The records that a step touches.
#[derive(Debug, Clone, Serialize)]
pub struct Affected {
    /// What happens to them.
    pub effect: Effect,
    /// How many they are; `None` where that could not be found out.
    pub count: Option<u64>,
    /// The ids of a few.
    pub examples: Vec<String>,
}

/// What is asked of the records because of a step.
pub(super) struct Question {
    pub(super) step: usize,
    pub(super) ask: Ask,
}

/// What can be asked.
pub(super) enum Ask {
    /// Which have a value there.
    Lost(Field),
    /// Which have more than one value there.
    Narrowed(Field),
    /// Whose value the field takes now, and would not as it will be.
    Unfit(Field, Field),
    /// Which share a key that all records must differ in, in the table under its new name.
    Shared { name: String, columns: Vec<Coming>, key: Key },
}

/// What was found.
pub(super) struct Found {
    pub(super) records: Option<u64>,
    pub(super) complete: bool,
    /// By the places of the steps.
    pub(super) affected: Vec<(usize, Affected)>,
}

/// Looks at the records of a table for a limited time.
pub(super) fn at(tx: &mut Tx<'_>, table: &str, questions: Vec<Question>, time: Duration) -> Result<Found> {
    let mut found = Found { records: None, complete: true, affected: Vec::new() };
    let (shared, of_values): (Vec<_>, Vec<_>) =
        questions.into_iter().partition(|question| matches!(question.ask, Ask::Shared { .. }));
    let mut tallies: Vec<Tally> = of_values.into_iter().filter_map(Tally::of).collect();
    // The records are walked through once, for half of the time; keys are the database's to compare.
    let mut seen = 0;
    match tx.within(time / 2, |tx| walk(tx, table, &mut tallies, &mut seen)) {
        Ok(()) => found.records = Some(seen),
        Err(Error::Deadline) => found.complete = false,
        Err(error) => return Err(error),
    }
    found.affected.extend(tallies.into_iter().filter_map(Tally::told));
    tx.within(time / 2, |tx| {
        for question in shared {
            let Ask::Shared { name, columns, key } = &question.ask else { continue };
            let affected = match sharing(tx, table, name, columns, key) {
                Ok(affected) => affected,
                // Nobody knows, and what is not known refuses nothing.
                Err(Error::Deadline | Error::StaleSchema(_)) => {
                    found.complete = false;
                    None
                }
                // A value that an expression cannot be made of refuses the index as well.
                Err(Error::Engine(_)) => Some(Affected { effect: Effect::Refuses, count: None, examples: Vec::new() }),
                Err(error) => return Err(error),
            };
            found.affected.extend(affected.map(|affected| (question.step, affected)));
        }
        Ok(())
    })?;
    Ok(found)
}

/// What is counted because of one step.
struct Tally {
    step: usize,
    column: String,
    test: Test,
    effect: Effect,
    count: u64,
    examples: Vec<String>,
}

/// Whether a value counts.
type Test = Box<dyn Fn(&Value) -> bool>;

impl Tally {
    fn of(question: Question) -> Option<Self> {
        let (column, effect, test): (String, Effect, Test) = match question.ask {
            Ask::Lost(field) => {
                (field.name.clone(), Effect::Lost, Box::new(move |value: &Value| !field.is_zero(value)))
            }
            Ask::Narrowed(field) => (
                field.name.clone(),
                Effect::Narrowed,
                Box::new(move |value: &Value| field.elements(value.borrow()).len() > 1),
            ),
            Ask::Unfit(before, after) => (
                before.name.clone(),
                Effect::Unfit,
                Box::new(move |value: &Value| after.check(value).is_some() && before.check(value).is_none()),
            ),
            Ask::Shared { .. } => return None,
        };
        Some(Self { step: question.step, column, test, effect, count: 0, examples: Vec::new() })
    }

    fn look(&mut self, id: &str, value: &Value) {
        if !(self.test)(value) {
            return;
        }
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(id.to_owned());
        }
    }

    fn told(self) -> Option<(usize, Affected)> {
        let Self { step, effect, count, examples, .. } = self;
        (count > 0).then_some((step, Affected { effect, count: Some(count), examples }))
    }
}

/// Goes once through all records.
fn walk(tx: &mut Tx<'_>, table: &str, tallies: &mut [Tally], seen: &mut u64) -> Result<()> {
    let mut columns: Vec<String> = Vec::new();
    let places: Vec<usize> = tallies
        .iter()
        .map(|tally| {
            columns.iter().position(|name| *name == tally.column).unwrap_or_else(|| {
                columns.push(tally.column.clone());
                columns.len() - 1
            })
        })
        .collect();
    let mut query = Sql::raw("SELECT ");
    query.name("id");
    for column in &columns {
        query.push(", ").name(column);
    }
    query.push(" FROM ").name(table);
    let mut values: Vec<Value> = Vec::with_capacity(columns.len());
    tx.rows(&query, |row| {
        *seen += 1;
        values.clear();
        values.extend((1..=columns.len()).map(|at| row.get(at).to_value()));
        for (tally, place) in tallies.iter_mut().zip(&places) {
            tally.look(row.get(0).as_text(), &values[*place]);
        }
        Ok(())
    })
}

fn sharing(tx: &mut Tx<'_>, table: &str, name: &str, columns: &[Coming], key: &Key) -> Result<Option<Affected>> {
    let found = tx.row(&sharing_a_key(table, name, columns, key), |row| {
        let id = |at| match row.get(at) {
            ValueRef::Text(id) => Some(id.to_owned()),
            _ => None,
        };
        Ok((row.get(0).as_f64() as u64, [id(1), id(2)].into_iter().flatten().collect()))
    })?;
    let told = found.filter(|(count, _)| *count > 0);
    Ok(told.map(|(count, examples)| Affected { effect: Effect::Refuses, count: Some(count), examples }))
}
