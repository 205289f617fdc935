//! Copies of databases: made of one state while others write, and read again without bringing them up to date.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::sqlite::{Reader, copy_file};
use super::{Row, Sql, State, Tx, ValueRef};
use crate::error::Result;

/// Reads of a copy end when they are told to, not by the clock.
const LONG: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What hears how a copy gets on: pages that are copied, and all of them. Its error ends the copy.
pub type Progress<'p> = dyn FnMut(u64, u64) -> Result<()> + 'p;

impl State {
    /// Copies the whole database, as it is in this state, into a file that is not there yet. Blocks.
    ///
    /// # Errors
    /// What the engine says, a full disk among it; what `progress` answers.
    pub fn copy_to(&self, path: &Path, progress: &mut Progress<'_>) -> Result<()> {
        self.0.copy_to(path, progress)
    }
}

/// Copies another database of the data directory, which may be written to meanwhile. Blocks.
///
/// # Errors
/// As [`State::copy_to`].
pub fn copy(from: &Path, to: &Path, progress: &mut Progress<'_>) -> Result<()> {
    copy_file(from, to, progress)
}

/// A copy, open for reading. Nothing is written to it, whatever wrote it.
pub struct Copied(Reader);

impl Copied {
    /// Opens a copy.
    ///
    /// # Errors
    /// What the engine says: it is damaged, or no database.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self(Reader::open(path, None)?))
    }

    /// Runs a read, until `stop` is set.
    ///
    /// # Errors
    /// What the closure answers; `Deadline` where it was stopped.
    pub fn read<T>(&self, stop: &Arc<AtomicBool>, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.0.watch.limit_all(LONG, Some(Arc::clone(stop)));
        self.0.read(None, f)
    }
}

/// How many rows each table has.
///
/// # Errors
/// As [`Tx::rows`].
pub fn rows_of_tables(tx: &mut Tx<'_>) -> Result<BTreeMap<String, u64>> {
    let mut names = Vec::new();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    tx.rows(tables, |row| {
        names.push(row.get(0).as_text().to_owned());
        Ok(())
    })?;
    let mut found = BTreeMap::new();
    for name in names {
        let mut query = Sql::raw("SELECT count(*) FROM ");
        query.name(&name);
        let rows = tx.row(&query, |row| Ok(integer(row)))?.unwrap_or_default();
        found.insert(name, rows.max(0).unsigned_abs());
    }
    Ok(found)
}

/// The last step of the system tables that a database has seen.
///
/// # Errors
/// As [`Tx::rows`]; it is none of ours.
pub fn last_step(tx: &mut Tx<'_>) -> Result<i64> {
    let query = "SELECT coalesce(max(number), 0) FROM _tb_migrations";
    Ok(tx.row(query, |row| Ok(integer(row)))?.unwrap_or_default())
}

fn integer(row: &Row<'_>) -> i64 {
    match row.get(0) {
        ValueRef::Int(number) => number,
        _ => 0,
    }
}
