//! Making a copy of another program's database ours: changes of its tables, our system tables, our mark.
//!
//! The copy can be made anew at any time, so nothing waits for the disk until it is whole.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::connection::{APPLICATION_ID, open};
use super::errors::from_engine;
use super::{Watch, migrate};
use crate::error::Result;
use crate::store::{SystemTables, Tx};

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
