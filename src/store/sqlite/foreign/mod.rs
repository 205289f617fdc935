//! Databases of other programs: opened without changing them, described (`catalogue.rs`), and read row by row
//! (`rows.rs`). Everything is read from one state of the database, whatever its own program writes meanwhile.

mod catalogue;
mod open;
mod rows;
mod views;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::{Connection, ErrorCode, ffi};

pub use self::rows::Cells;
use super::Watch;
use super::connection::beside;
use super::copy::copy;
use super::errors::from_engine;
use crate::error::{Error, Result};
use crate::store::Tx;

/// The open database of another program.
pub struct Database {
    path: PathBuf,
    connection: Connection,
    watch: Watch,
    /// What the file was when it was opened as one that nobody writes to.
    assumed: Option<Stamp>,
}

/// What changes when somebody writes to a file.
#[derive(Debug, Clone, PartialEq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    log: Option<(u64, Option<SystemTime>)>,
}

impl Stamp {
    fn of(path: &Path) -> std::io::Result<Self> {
        let file = std::fs::metadata(path)?;
        let log = std::fs::metadata(beside(path, "-wal")).ok();
        let log = log.map(|log| (log.len(), log.modified().ok()));
        Ok(Self { length: file.len(), modified: file.modified().ok(), log })
    }
}

impl Database {
    /// Whether what was read is still one state of the database. A database whose log is empty is read without locks,
    /// so that no file is left beside it; a program that began to write since is noticed here alone.
    ///
    /// # Errors
    /// One sentence where the file changed.
    pub fn still_the_same(&self) -> Result<()> {
        match &self.assumed {
            Some(before) if Stamp::of(&self.path).ok().as_ref() != Some(before) => Err(Error::Setup(format!(
                "{} was written to while it was read; run the import again",
                self.path.display()
            ))),
            _ => Ok(()),
        }
    }

    /// Runs a read on the state that all reads see.
    ///
    /// # Errors
    /// What the closure answers.
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        f(&mut Tx::reading(&self.connection, &self.watch, None))
    }

    /// Copies the state that all reads see into a file that is not there yet.
    ///
    /// # Errors
    /// What the engine says, a full disk among it; what `progress` answers.
    pub fn copy_to(&self, path: &Path, progress: &mut dyn FnMut(u64, u64) -> Result<()>) -> Result<()> {
        copy(&self.connection, path, progress)
    }

    fn explain(&self, error: rusqlite::Error) -> Error {
        explain(&self.path, error)
    }
}

/// What an engine's error says of the file.
fn explain(path: &Path, error: rusqlite::Error) -> Error {
    let shown = path.display();
    let extended = error.sqlite_error().map_or(0, |cause| cause.extended_code);
    Error::Setup(match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => not_a_database(path),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::SystemIoFailure) => {
            format!("{shown} is damaged ({error}); the .recover command of the sqlite3 shell may save what is in it")
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            format!("{shown} is locked by another program; end that program, or try again once it has finished writing")
        }
        Some(ErrorCode::ReadOnly) if extended == ffi::SQLITE_READONLY_ROLLBACK => format!(
            "{shown} was left in the middle of a write (there is a -journal file beside it); open it once with the \
             program that it belongs to, which undoes the write"
        ),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => format!(
            "{shown} cannot be opened for reading ({error}); a database with a -wal file beside it needs a folder that \
             can be written to: copy both files to one"
        ),
        _ => return from_engine(error),
    })
}

/// Whether a file that is no database looks like an encrypted one, in words.
fn not_a_database(path: &Path) -> String {
    let shown = path.display();
    if open::looks_encrypted(path) {
        return format!(
            "{shown} is encrypted, or no SQLite database; have the program that it belongs to write an unencrypted copy"
        );
    }
    format!("{shown} is no SQLite database")
}
