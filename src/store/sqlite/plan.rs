//! Which lane a query belongs to, by its plan and by how long it has taken.

use std::sync::Arc;

use quick_cache::sync::Cache;
use rusqlite::Connection;

use super::errors::from_engine;
use crate::error::Result;
use crate::store::ReadLane;

/// How many texts are remembered.
const TEXTS: usize = 4096;

/// Remembers the lane of each text. Shared by all connections of a database.
#[derive(Clone)]
pub(in crate::store) struct Plans(Arc<[Cache<Box<str>, ReadLane>; 2]>);

impl Plans {
    pub(super) fn new() -> Self {
        Self(Arc::new([Cache::new(TEXTS), Cache::new(TEXTS)]))
    }

    /// The lane of a text, where it is known.
    pub(super) fn known(&self, text: &str, filtered: bool) -> Option<ReadLane> {
        self.0[usize::from(filtered)].get(text)
    }

    /// Asks the engine for the plan of a text and remembers the answer.
    pub(super) fn ask(&self, connection: &Connection, text: &str, filtered: bool) -> Result<ReadLane> {
        let lane = classify(&steps(connection, text)?, filtered);
        self.0[usize::from(filtered)].insert(text.into(), lane);
        Ok(lane)
    }

    /// A query took long, whatever its plan promised: an index that matches nearly all rows, for one.
    pub(in crate::store) fn was_slow(&self, text: &str) {
        tracing::debug!(query = text, "a short read took long; from now on it runs among the long ones");
        for lanes in self.0.iter() {
            lanes.insert(text.into(), ReadLane::Slow);
        }
    }

    /// Tables or indexes changed: every plan may be another.
    pub(super) fn forget(&self) {
        for lanes in self.0.iter() {
            lanes.clear();
        }
    }
}

/// One line of a plan.
struct Step {
    id: i64,
    parent: i64,
    text: String,
}

fn steps(connection: &Connection, text: &str) -> Result<Vec<Step>> {
    // A plan is made without a look at the file: an ordinary query first tells the connection of new indexes.
    connection
        .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM sqlite_schema LIMIT 1)")
        .and_then(|mut statement| statement.query_row([], |_| Ok(())))
        .map_err(from_engine)?;
    connection
        .prepare(&format!("EXPLAIN QUERY PLAN {text}"))
        .and_then(|mut statement| {
            let mut rows = statement.raw_query();
            let mut steps = Vec::new();
            while let Some(row) = rows.next()? {
                steps.push(Step { id: row.get("id")?, parent: row.get("parent")?, text: row.get("detail")? });
            }
            Ok(steps)
        })
        .map_err(from_engine)
}

/// The plan of a text in the engine's words, a step in each line.
pub(super) fn told(connection: &Connection, text: &str) -> Result<Vec<String>> {
    Ok(steps(connection, text)?.into_iter().map(|step| step.text).collect())
}

/// Walks and sorts are long work. A walk that skips no rows and is the outermost loop ends at the query's limit.
fn classify(steps: &[Step], filtered: bool) -> ReadLane {
    let long = steps.iter().enumerate().any(|(at, step)| {
        let text = step.text.as_str();
        if text.contains("TEMP B-TREE") || text.contains("AUTOMATIC ") {
            return true;
        }
        let Some(scanned) = text.strip_prefix("SCAN ") else { return false };
        if scanned.contains(" VIRTUAL TABLE ") || scanned == "CONSTANT ROW" || is_subquery(steps, scanned) {
            return false;
        }
        let outermost = !steps[..at].iter().any(|before| before.parent == step.parent && is_loop(&before.text))
            && is_at_top(steps, step.parent);
        filtered || !outermost
    });
    if long { ReadLane::Slow } else { ReadLane::Fast }
}

fn is_loop(text: &str) -> bool {
    text.starts_with("SCAN ") || text.starts_with("SEARCH ")
}

/// Whether what is walked is the answer of a part of the query, which has lines of its own.
fn is_subquery(steps: &[Step], scanned: &str) -> bool {
    steps.iter().any(|step| {
        let made = step.text.strip_prefix("CO-ROUTINE ").or_else(|| step.text.strip_prefix("MATERIALIZE "));
        made.is_some_and(|name| scanned == name || scanned.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')))
    })
}

/// Whether a part of the query runs once: the query itself, or what feeds it row by row.
fn is_at_top(steps: &[Step], parent: i64) -> bool {
    parent == 0
        || steps.iter().any(|step| step.id == parent && step.parent == 0 && step.text.starts_with("CO-ROUTINE "))
}
