//! A copy in memory of what a database consists of, without its records: changes of tables can be tried there.

use std::path::Path;
use std::time::Duration;

use rusqlite::OpenFlags;

use super::Watch;
use super::connection::open;
use super::errors::from_engine;
use crate::error::{Error, Result};
use crate::store::value::Value;
use crate::store::{Sql, Tx, catalogue, quoted};

/// Tables first, then what hangs on them.
const PARTS: &str = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
                     ORDER BY type = 'trigger', type = 'view', type = 'index', rowid";

impl Tx<'_> {
    /// Runs work on a copy of this database that has its tables, indexes and views, of the records those of the tables
    /// `with` alone, and is gone afterwards. What it answers comes with the changes of tables that it made.
    ///
    /// # Errors
    /// What the work answers; `Deadline` where all of it takes longer than `time`.
    pub fn rehearse<T>(
        &mut self,
        with: &[&str],
        time: Duration,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T>,
    ) -> Result<(T, Vec<String>)> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let copy = open(Path::new(":memory:"), flags).map_err(from_engine)?;
        let watch = Watch::over(&copy, None)?;
        watch.limit_all(time, None);
        copy.execute_batch("BEGIN").map_err(from_engine)?;
        for part in self.texts(PARTS)? {
            match copy.execute_batch(&part).map_err(from_engine) {
                Ok(()) => {}
                Err(Error::Deadline) => return Err(Error::Deadline),
                // What another program has put there may need what this one lacks, or have come with its table.
                Err(error) => tracing::debug!(%error, part, "not part of a rehearsal"),
            }
        }
        let mut tx = Tx::reading(&copy, &watch, None);
        for table in with {
            self.copy_rows(table, &mut tx)?;
        }
        tx.definitions = Some(Vec::new());
        let answer = work(&mut tx)?;
        Ok((answer, tx.definitions.take().unwrap_or_default()))
    }

    fn copy_rows(&mut self, table: &str, copy: &mut Tx<'_>) -> Result<()> {
        let columns: Vec<String> = catalogue::columns(self, table)?.iter().map(|name| quoted(name)).collect();
        let (names, places) = (columns.join(", "), vec!["?"; columns.len()].join(", "));
        let table = quoted(table);
        let insert = format!("INSERT INTO {table} ({names}) VALUES ({places})");
        self.rows(&Sql::raw(format!("SELECT {names} FROM {table}")), |row| {
            let values: Vec<Value> = (0..columns.len()).map(|at| row.get(at).to_value()).collect();
            copy.execute((insert.as_str(), values.as_slice())).map(drop)
        })
    }
}
