//! What came of verifying backups: kept in the database, since a bucket has no place for it.

use std::collections::HashMap;

use crate::error::Result;
use crate::files::Archive;
use crate::store::{Tx, Value, ValueRef};
use crate::time;

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// When it was; empty where it never was.
    pub verified: String,
    /// Why the archive is no good backup; empty where it is one.
    pub problem: String,
}

/// What is kept of one archive.
pub(super) struct Row {
    size: i64,
    modified: String,
    outcome: Outcome,
}

impl Row {
    /// What it says of an archive; nothing where that is another one by now.
    pub(super) fn of(&self, archive: &Archive) -> Option<&Outcome> {
        let same = self.size == size(archive) && self.modified == time::format(archive.modified);
        same.then_some(&self.outcome)
    }
}

/// Keeps what came of verifying an archive.
pub(super) fn keep(tx: &mut Tx<'_>, archive: &Archive, outcome: &Outcome) -> Result<()> {
    let values: [Value; 5] = [
        archive.key.as_str().into(),
        Value::Int(size(archive)),
        time::format(archive.modified).into(),
        outcome.verified.as_str().into(),
        outcome.problem.as_str().into(),
    ];
    let text = "INSERT INTO _tb_backups (key, size, modified, verified, problem) VALUES (?, ?, ?, ?, ?) \
                ON CONFLICT (key) DO UPDATE SET size = excluded.size, modified = excluded.modified, \
                verified = excluded.verified, problem = excluded.problem";
    tx.execute((text, &values)).map(drop)
}

/// Forgets an archive.
pub(super) fn forget(tx: &mut Tx<'_>, key: &str) -> Result<()> {
    tx.execute(("DELETE FROM _tb_backups WHERE key = ?", &[Value::from(key)])).map(drop)
}

/// Everything that is kept, by the names of archives.
pub(super) fn all(tx: &mut Tx<'_>) -> Result<HashMap<String, Row>> {
    let mut found = HashMap::new();
    tx.rows("SELECT key, size, modified, verified, problem FROM _tb_backups", |row| {
        let text = |at| row.get(at).as_text().to_owned();
        let size = match row.get(1) {
            ValueRef::Int(size) => size,
            _ => 0,
        };
        let outcome = Outcome { verified: text(3), problem: text(4) };
        found.insert(text(0), Row { size, modified: text(2), outcome });
        Ok(())
    })?;
    Ok(found)
}

fn size(archive: &Archive) -> i64 {
    i64::try_from(archive.size).unwrap_or(i64::MAX)
}
