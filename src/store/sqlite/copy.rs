//! Copies of a whole database at one state, while others write: page by page, by the engine itself.
//!
//! The source is read within a transaction that is open already, so that whatever is committed meanwhile neither comes
//! into the copy nor makes it begin anew.

use std::path::Path;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::connection::open_reader;
use super::errors::from_engine;
use crate::error::{Error, Result};

/// How many pages are copied before others get their turn: 4 MiB of them.
const PAGES: i32 = 1024;
/// How long that turn is.
const PAUSE: Duration = Duration::from_millis(1);

/// Copies what a connection sees into a file that is not there yet. `progress` hears of pages, done and in all; its
/// error ends the copy.
pub(super) fn copy(from: &Connection, to: &Path, progress: &mut dyn FnMut(u64, u64) -> Result<()>) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut target = Connection::open_with_flags(to, flags).map_err(from_engine)?;
    // Nobody reads it before it is whole, and what is left of one that failed is removed.
    target.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF").map_err(from_engine)?;
    let backup = Backup::new(from, &mut target).map_err(from_engine)?;
    loop {
        let step = backup.step(PAGES).map_err(no_room)?;
        let at = backup.progress();
        let (total, left) = (at.pagecount.max(0).unsigned_abs(), at.remaining.max(0).unsigned_abs());
        progress(u64::from(total.saturating_sub(left)), u64::from(total))?;
        match step {
            StepResult::Done => break,
            StepResult::More => std::thread::sleep(PAUSE),
            _ => return Err(Error::internal("the copy of the database is in use by somebody else")),
        }
    }
    drop(backup);
    // The header says that there is a log, as in the source; a copy is one file that needs none to be read.
    target.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())).map_err(from_engine)?;
    target.close().map_err(|(_, error)| from_engine(error))
}

/// Copies a database that another part of the program, or another program, may have open.
pub(in crate::store) fn copy_file(
    from: &Path,
    to: &Path,
    progress: &mut dyn FnMut(u64, u64) -> Result<()>,
) -> Result<()> {
    let source = open_reader(from)?;
    source.execute_batch("BEGIN").map_err(from_engine)?;
    source.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(from_engine)?;
    copy(&source, to, progress)
}

/// A full disk is told: it is the copy's, not the database's.
fn no_room(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::Unavailable("There is no room for a copy of the database.".into()),
        _ => from_engine(error),
    }
}
