//! Opening: whose file it is, and in which way it can be read without changing it.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::super::connection::{APPLICATION_ID, beside, immutable};
use super::super::watch::Watch;
use super::{Database, Stamp, explain, not_a_database};
use crate::error::{Error, Result};
use crate::store::foreign::Owner;

/// How long to wait for another program that writes.
const BUSY: Duration = Duration::from_secs(3);

/// What every database begins with, unless it is encrypted.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Where the header tells how a database is written; 2 is a write-ahead log.
const FORMAT: std::ops::Range<usize> = 18..20;

/// How much of a file is looked at to tell cipher text from anything else.
const HEAD: usize = 1024;

/// How many different bytes that much of random bytes has at least, but for one file in millions.
const BYTES_OF_CIPHER_TEXT: usize = 230;

/// The engine's access to files without locks, and so without anything that it would leave beside them.
const WITHOUT_LOCKS: &str = if cfg!(windows) { "win32-none" } else { "unix-none" };

/// In which way a database is read, so that nothing is made beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It has no log, so that nobody has it open.
    Unwritten,
    /// It has a log, and no index of it that programs would share: nobody has it open. Ours is kept in memory.
    Alone,
    /// As its own program reads it, which may have it open.
    Beside,
}

impl Database {
    /// Opens the database of another program for reading.
    ///
    /// # Errors
    /// One sentence where the file is missing, no database, encrypted, damaged, locked, or one that belongs to
    /// Tuckbox or PocketBase.
    pub fn open(path: &Path) -> Result<Self> {
        let database = Self::open_any(path)?;
        database.refuse_relatives()?;
        Ok(database)
    }

    /// Opens a database whoever it belongs to.
    ///
    /// # Errors
    /// As [`Database::open`], but for its owner.
    pub fn open_any(path: &Path) -> Result<Self> {
        let head = head(path)?;
        if !head.starts_with(MAGIC) {
            return Err(Error::Setup(not_a_database(path)));
        }
        let logged = head.get(FORMAT).is_some_and(|format| format.contains(&2));
        let way = match (logged, beside(path, "-wal").exists(), beside(path, "-shm").exists()) {
            (true, false, _) if immutable(path).is_some() => Way::Unwritten,
            (_, true, false) => Way::Alone,
            _ => Way::Beside,
        };
        let assumed = if way == Way::Beside { None } else { Some(Stamp::of(path)?) };
        let connection = connect(path, way).map_err(|error| explain(path, error))?;
        let watch = Watch::over(&connection, None)?;
        Ok(Self { path: path.to_owned(), connection, watch, assumed })
    }

    /// Whose it is.
    ///
    /// # Errors
    /// One sentence where the file is damaged.
    pub fn owner(&self) -> Result<Owner> {
        let ask = |query: &str| self.connection.query_row(query, [], |row| row.get::<_, i64>(0));
        let mark = ask("PRAGMA application_id").map_err(|error| self.explain(error))?;
        let collections =
            ask("SELECT count(*) = 2 FROM sqlite_schema WHERE type = 'table' AND name IN ('_collections', '_params')");
        if mark == APPLICATION_ID {
            return Ok(Owner::Tuckbox);
        }
        Ok(match collections.map_err(|error| self.explain(error))? {
            0 => Owner::Another,
            _ => Owner::PocketBase,
        })
    }

    /// Databases that have a way of their own into a data directory.
    fn refuse_relatives(&self) -> Result<()> {
        let shown = self.path.display();
        match self.owner()? {
            Owner::Tuckbox => Err(Error::Setup(format!(
                "{shown} is a Tuckbox database already: start it with --dir, or export its collections and import those"
            ))),
            Owner::PocketBase => Err(Error::Setup(format!(
                "{shown} is a PocketBase database; `tuckbox import pocketbase` takes its whole data directory over, with \
                 accounts, rules and files"
            ))),
            Owner::Another => Ok(()),
        }
    }
}

fn connect(path: &Path, way: Way) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match (way, immutable(path)) {
        (Way::Unwritten, Some(uri)) => Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?,
        (Way::Alone, _) => Connection::open_with_flags_and_vfs(path, flags, WITHOUT_LOCKS)?,
        _ => Connection::open_with_flags(path, flags)?,
    };
    connection.busy_timeout(BUSY)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    if way == Way::Alone {
        connection.query_row("PRAGMA locking_mode = EXCLUSIVE", [], |_| Ok(()))?;
    }
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA cell_size_check = ON; BEGIN")?;
    // The first read decides which state all later ones see.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

/// The first bytes of a file.
fn head(path: &Path) -> Result<Vec<u8>> {
    let shown = path.display();
    let told = |error: std::io::Error| {
        Error::Setup(match error.kind() {
            ErrorKind::NotFound => format!("{shown} does not exist"),
            ErrorKind::PermissionDenied => format!("{shown} may not be read: {error}"),
            _ => format!("{shown} cannot be read: {error}"),
        })
    };
    let file = File::open(path).map_err(told)?;
    if file.metadata().map_err(told)?.is_dir() {
        return Err(Error::Setup(format!("{shown} is a folder; name the database file in it")));
    }
    let mut head = Vec::new();
    file.take(HEAD as u64).read_to_end(&mut head).map_err(told)?;
    if head.is_empty() {
        return Err(Error::Setup(format!("{shown} is empty")));
    }
    Ok(head)
}

/// Whether a file has whole pages, and bytes without any order.
pub(super) fn looks_encrypted(path: &Path) -> bool {
    let whole_pages = std::fs::metadata(path).is_ok_and(|file| file.len() % 512 == 0);
    let mut seen = [false; 256];
    for byte in head(path).unwrap_or_default() {
        seen[usize::from(byte)] = true;
    }
    whole_pages && seen.iter().filter(|seen| **seen).count() >= BYTES_OF_CIPHER_TEXT
}
