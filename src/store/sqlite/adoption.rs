//! Making a copy of another program's database ours: changes of its tables, our system tables, our mark.
//!
//! The copy can be made anew at any time, so nothing waits for the disk until it is whole.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::connection::{APPLICATION_ID, open};
use super::errors::from_engine;
use super::{Watch, migrate};
use crate::error::Result;
use crate::store::{SystemTables, Tx, catalogue, tables};

/// The table of logs that a copy came with.
const OLD_LOGS: &str = "_logs (old)";

/// Takes its entries over.
const MOVE_LOGS: &str = "INSERT OR IGNORE INTO _logs (id, level, message, data, created) \
    SELECT CAST(id AS TEXT), CAST(coalesce(level, 0) AS INTEGER), CAST(coalesce(message, '') AS TEXT), \
           CASE WHEN json_valid(CAST(data AS TEXT)) THEN CAST(data AS TEXT) ELSE '{}' END, CAST(created AS TEXT) \
    FROM \"_logs (old)\" WHERE id IS NOT NULL AND created IS NOT NULL ORDER BY rowid";

/// A copy that becomes ours.
pub struct Adoption {
    path: PathBuf,
    connection: Connection,
    watch: Watch,
}

impl Adoption {
    /// Opens a copy.
    ///
    /// # Errors
    /// What the engine says.
    pub fn open(path: &Path) -> Result<Self> {
        let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(from_engine)?;
        connection
            .execute_batch(
                "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; \
                 PRAGMA temp_store = FILE; PRAGMA cache_size = -64000; PRAGMA legacy_alter_table = ON; \
                 PRAGMA foreign_keys = OFF",
            )
            .map_err(from_engine)?;
        // Triggers of others have done their work already.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).map_err(from_engine)?;
        let watch = Watch::over(&connection, None)?;
        Ok(Self { path: path.to_owned(), connection, watch })
    }

    /// Runs work in a transaction of its own.
    ///
    /// # Errors
    /// What the work answers; it is undone then.
    pub fn run<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(from_engine)?;
        let answer = work(&mut Tx::reading(&self.connection, &self.watch, None));
        let end = if answer.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = self.connection.execute_batch(end).map_err(from_engine);
        answer.and_then(|answer| ended.map(|()| answer))
    }

    /// Makes the system tables, of which none may be there.
    ///
    /// # Errors
    /// What the engine says.
    pub fn make_system_tables(&mut self) -> Result<()> {
        migrate::run(&mut self.connection, SystemTables::Data)
    }

    /// Makes a copy of a database of logs ours: its entries go into a table as ours are, and nothing else stays. How many
    /// there are.
    ///
    /// # Errors
    /// What the engine says.
    pub fn take_logs(&mut self) -> Result<u64> {
        let others = self.run(|tx| {
            for index in catalogue::indexes(tx)? {
                tx.define(&tables::drop_index(&index.name))?;
            }
            let (views, others): (Vec<_>, Vec<_>) = catalogue::tables(tx)?.into_iter().partition(|table| table.view);
            views.iter().try_for_each(|view| tx.define(&tables::drop_view(&view.name)))?;
            tx.define(&tables::rename_table("_logs", OLD_LOGS))?;
            Ok(others)
        })?;
        migrate::run(&mut self.connection, SystemTables::Logs)?;
        self.run(|tx| {
            let moved = tx.execute(MOVE_LOGS)? as u64;
            tx.define(&tables::drop_table(OLD_LOGS))?;
            for other in others.iter().filter(|other| other.name != "_logs") {
                tx.define(&tables::drop_table(&other.name))?;
            }
            Ok(moved)
        })
    }

    /// Puts our mark on it, and waits until it is on the disk.
    ///
    /// # Errors
    /// What the engine or the system says.
    pub fn finish(self) -> Result<()> {
        self.connection.execute_batch(&format!("PRAGMA application_id = {APPLICATION_ID}")).map_err(from_engine)?;
        self.connection.close().map_err(|(_, error)| from_engine(error))?;
        Ok(File::open(&self.path)?.sync_all()?)
    }
}
