//! What an import did, and what can be watched while it runs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use serde_json::{Map, Value as Json, json};

use super::infer::Inferred;
use crate::error::{Error, FieldError, FieldErrors};

/// How many bad rows a report names.
pub const MOST_TOLD: usize = 100;

/// What an import did. What it did stays, also where it ended early.
#[derive(Debug, Default)]
pub struct Report {
    /// The collection's name.
    pub collection: String,
    /// The schema that was inferred, where the collection was not there.
    pub inferred: Option<Inferred>,
    /// Whether nothing was written on purpose.
    pub dry_run: bool,
    /// Rows that were read.
    pub rows: u64,
    /// Records that were created; in a dry run, that would be.
    pub created: u64,
    /// Rows whose records were there already.
    pub existing: u64,
    /// Rows that were refused.
    pub bad: u64,
    /// The first of them.
    pub told: Vec<BadRow>,
    /// The field of each column that has one.
    pub columns: BTreeMap<String, String>,
    /// Columns without a field, whose values were left out.
    pub ignored: Vec<String>,
    /// Whether it stopped at a bad row, as asked.
    pub stopped: bool,
    /// Why it ended before its end.
    pub ended: Option<Error>,
}

/// A row that was refused.
#[derive(Debug, Clone)]
pub struct BadRow {
    /// The line that it begins in, from 1.
    pub line: u64,
    /// What is wrong, as a sentence.
    pub reason: String,
    /// The fields at fault.
    pub fields: FieldErrors,
    /// The row, or the beginning of its text.
    pub row: Json,
}

impl BadRow {
    /// A refused row by what refused it.
    pub(super) fn refused(line: u64, error: Error, row: Json) -> Self {
        match error {
            Error::Invalid(invalid) => {
                let reason = sentence(&invalid.message, &invalid.fields);
                Self { line, reason, fields: invalid.fields, row }
            }
            other => Self { line, reason: other.to_string(), fields: FieldErrors::new(), row },
        }
    }

    /// Line, reason and the codes of the fields.
    pub fn to_json(&self) -> Json {
        let codes: Map<String, Json> = self.fields.iter().map(|(name, error)| (name.to_owned(), told(error))).collect();
        json!({"line": self.line, "message": self.reason, "data": codes})
    }
}

fn sentence(message: &str, fields: &FieldErrors) -> String {
    let faults = fields.faults().into_iter().map(|(path, fault)| format!("{path}: {}", fault.message));
    let faults: Vec<String> = faults.collect();
    if faults.is_empty() { message.to_owned() } else { faults.join(" ") }
}

fn told(error: &FieldError) -> Json {
    match error {
        FieldError::Leaf(fault) => json!({"code": fault.code, "message": fault.message}),
        FieldError::Nested(inner) => {
            Json::Object(inner.iter().map(|(name, error)| (name.to_owned(), told(error))).collect())
        }
    }
}

impl Report {
    /// The report as the API answers it.
    pub fn to_json(&self) -> Json {
        json!({
            "collection": self.collection,
            "dryRun": self.dry_run,
            "rows": self.rows,
            "created": self.created,
            "existing": self.existing,
            "bad": self.bad,
            "stopped": self.stopped,
            "columns": self.columns,
            "ignored": self.ignored,
            "errors": self.told.iter().map(BadRow::to_json).collect::<Vec<_>>(),
            "inferred": self.inferred.as_ref().map(columns),
        })
    }
}

fn columns(inferred: &Inferred) -> Json {
    let column = |one: &super::infer::InferredColumn| json!({"source": one.source, "name": one.name, "type": one.kind, "field": one.field, "notes": one.notes});
    Json::Array(inferred.columns.iter().map(column).collect())
}

/// What an import is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// It takes in what comes once and must be read twice.
    TakingIn,
    /// It looks at all rows, to choose the fields.
    LookingAt,
    /// It makes records.
    #[default]
    Importing,
}

/// How far an import is.
#[derive(Debug, Default)]
pub struct Progress {
    phase: Mutex<Phase>,
    /// Bytes read in the current phase.
    pub bytes: Arc<AtomicU64>,
    /// Rows looked at in the pass that chooses the fields.
    pub looked_at: AtomicU64,
    /// Rows that are settled.
    pub rows: AtomicU64,
}

impl Progress {
    /// What the import is doing now.
    pub fn phase(&self) -> Phase {
        *self.phase.lock()
    }

    /// Begins another phase.
    pub(super) fn begin(&self, phase: Phase) {
        *self.phase.lock() = phase;
        self.bytes.store(0, Ordering::Relaxed);
    }
}
