//! The list of schedules, with what came of their last runs.

use chrono::{DateTime, Utc};

use super::table::{self, Stored, StoredRun};
use super::{Parts, Schedule, due, now};
use crate::error::Result;

/// A schedule as it is listed.
#[derive(Debug)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// Its expression, as it was written.
    pub expression: String,
    /// When it is due next; `None` is never.
    pub next_due: Option<DateTime<Utc>>,
    /// Whether a run of it waits or is under way.
    pub is_running: bool,
    /// When its last run began.
    pub last_started: Option<DateTime<Utc>>,
    /// How the last run ended that has.
    pub last_run: Option<Run>,
    /// The last runs that have ended, the newest first.
    pub runs: Vec<Run>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    /// When it began; `None` where it never did.
    pub started: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended: DateTime<Utc>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a run.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It went well.
    Done,
    /// It did not: why.
    Failed(String),
}

pub(super) fn list(parts: &Parts) -> Result<Vec<Listed>> {
    let mut schedules = parts.schedules.read().clone();
    schedules.retain(|schedule| schedule.expression.is_some());
    schedules.sort_by(|one, other| order(&one.id).cmp(&order(&other.id)));
    parts.store.read_here(|tx| {
        let (mut rows, mut runs) = (table::all(tx)?, table::runs(tx)?);
        let mut listed = Vec::with_capacity(schedules.len());
        for schedule in &schedules {
            let row = rows.iter().position(|row| *row.id == *schedule.id).map(|at| rows.swap_remove(at));
            let row = row.unwrap_or_default();
            let is_running = row.job.map(|job| parts.jobs.is_stored(tx, job)).transpose()?.unwrap_or(false);
            let of_it = runs.extract_if(.., |run| *run.schedule == *schedule.id).filter_map(Run::of).collect();
            listed.push(Listed::of(schedule, row, is_running, of_it));
        }
        Ok(listed)
    })
}

/// Schedules of the app by id, then the contract's, then our own.
fn order(id: &str) -> (u8, &str) {
    match id.get(..4) {
        Some("__pb") => (1, ""),
        Some("__tb") => (2, ""),
        _ => (0, id),
    }
}

impl Listed {
    fn of(schedule: &Schedule, row: Stored, is_running: bool, runs: Vec<Run>) -> Self {
        let expression = schedule.expression.as_ref();
        // A row of another expression is one that has not been looked at yet.
        let is_set = row.expression.as_deref() == expression.map(|expression| expression.as_str());
        let next = if is_set { row.next_due } else { expression.and_then(|it| due::next(it, None, now())) };
        let last_run = row.ended.and_then(instant).map(|ended| Run {
            started: None,
            ended,
            outcome: Outcome::of(row.outcome.as_deref(), row.error),
        });
        Self {
            id: schedule.id.to_string(),
            expression: expression.map(|expression| expression.as_str().to_owned()).unwrap_or_default(),
            next_due: next.and_then(instant),
            is_running,
            last_started: row.started.and_then(instant),
            last_run,
            runs,
        }
    }
}

impl Run {
    fn of(stored: StoredRun) -> Option<Self> {
        let outcome = Outcome::of(stored.outcome.as_deref(), stored.error);
        Some(Self { started: stored.started.and_then(instant), ended: stored.ended.and_then(instant)?, outcome })
    }
}

impl Outcome {
    fn of(stored: Option<&str>, error: Option<String>) -> Self {
        match stored {
            Some("done") => Self::Done,
            _ => Self::Failed(error.unwrap_or_default()),
        }
    }
}

fn instant(milliseconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(milliseconds)
}
