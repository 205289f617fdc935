//! Opening connections: whose file it is, pragmas, caches.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::errors::from_engine;
use crate::error::{Error, Result};
use crate::store::aside::Found;
use crate::store::foreign::Owner;
use crate::store::{StoreOptions, Synchronous};

/// "Tuck" in ASCII: marks the file as ours (PRAGMA application_id).
pub(super) const APPLICATION_ID: i64 = 0x5475_636b;

/// Older releases can corrupt a database whose log is reset while another connection checkpoints.
const OLDEST_LIBRARY: i32 = 3_051_003;

/// How long to wait for another process that writes.
const BUSY: Duration = Duration::from_secs(10);

/// After how many pages in the log the writer moves it into the database itself.
pub(super) const LOG_PAGES: i64 = 4000;

/// What a log that was moved keeps of its size, in bytes.
pub(super) const LOG_BYTES: i64 = 64 << 20;

const MMAP_BYTES: i64 = 1 << 30;
const STATEMENTS: usize = 256;

/// Refuses to work with a library that can lose data.
///
/// # Errors
/// The library's version and the needed one.
pub(super) fn refuse_old_library() -> Result<()> {
    if rusqlite::version_number() < OLDEST_LIBRARY {
        return Err(Error::Setup(format!("SQLite {} is too old: 3.51.3 or newer is needed", rusqlite::version())));
    }
    Ok(())
}

/// The one connection that writes. Makes the database where there is none.
///
/// # Errors
/// One sentence where the file is somebody else's or cannot be opened.
pub(super) fn open_writer(options: &StoreOptions) -> Result<Connection> {
    refuse_foreign_file(&options.path)?;
    let explain = |error| cannot_open(&options.path, error);
    let connection =
        open(&options.path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE).map_err(explain)?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(explain)?;
    if mode != "wal" {
        return Err(Error::Setup(format!(
            "{} cannot keep a write-ahead log there; choose a directory on a local disk",
            options.path.display()
        )));
    }
    connection
        .execute_batch(&format!(
            "PRAGMA wal_autocheckpoint = {LOG_PAGES}; PRAGMA journal_size_limit = {LOG_BYTES}; \
             PRAGMA cache_size = -16000;"
        ))
        .map_err(explain)?;
    mark(&connection).map_err(explain)?;
    synchronise(&connection, options.synchronous).map_err(explain)?;
    Ok(connection)
}

/// The connection that moves the log into the database beside the writer.
pub(super) fn open_checkpointer(options: &StoreOptions) -> Result<Connection> {
    let connection = open(&options.path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(from_engine)?;
    // It never waits for a reader: what cannot be done now is done in a later round.
    connection.busy_timeout(Duration::ZERO).map_err(from_engine)?;
    synchronise(&connection, options.synchronous).map_err(from_engine)?;
    Ok(connection)
}

/// The connection that writes the database anew.
pub(super) fn open_compactor(path: &Path) -> Result<Connection> {
    open(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(from_engine)
}

/// A connection that cannot write.
pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(from_engine)?;
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -8000").map_err(from_engine)?;
    Ok(connection)
}

pub(super) fn open(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // Plans never look at bound values; else a kept statement is compiled anew whenever a value changes.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(&format!(
        "PRAGMA mmap_size = {MMAP_BYTES}; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON;"
    ))?;
    Ok(connection)
}

/// Writes our mark where it is missing; a write for nothing would be news to processes beside us.
fn mark(connection: &Connection) -> rusqlite::Result<()> {
    let mark: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if mark == APPLICATION_ID {
        return Ok(());
    }
    connection.execute_batch(&format!("PRAGMA application_id = {APPLICATION_ID}"))
}

fn synchronise(connection: &Connection, synchronous: Synchronous) -> rusqlite::Result<()> {
    connection.execute_batch(match synchronous {
        // Where the system's sync does not reach the disk (macOS), ask for the one that does.
        Synchronous::Full => "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON",
        Synchronous::Normal => "PRAGMA synchronous = NORMAL",
    })
}

/// A database that has tables but not our mark belongs to somebody else, and is only read.
fn refuse_foreign_file(path: &Path) -> Result<()> {
    if !std::fs::metadata(path).is_ok_and(|file| file.len() > 0) {
        return Ok(());
    }
    let shown = path.display();
    match look(path).map_err(|error| cannot_open(path, error))? {
        Content { mark: APPLICATION_ID, .. } | Content { mark: 0, tables: false, .. } => Ok(()),
        Content { pocketbase: true, .. } => Err(Error::Setup(format!(
            "{shown} is a PocketBase database, which cannot be opened in place; take it over into \
             another data directory with `tuckbox import pocketbase DIR --dir TARGET`"
        ))),
        _ => Err(Error::Setup(format!(
            "{shown} is another program's database; choose another data directory with --dir"
        ))),
    }
}

/// Whose database a file is; it is not changed.
///
/// # Errors
/// One sentence where it is no database, or damaged.
pub(in crate::store) fn owner(path: &Path) -> Result<Owner> {
    Ok(match look(path).map_err(|error| cannot_open(path, error))? {
        Content { mark: APPLICATION_ID, .. } => Owner::Tuckbox,
        Content { pocketbase: true, .. } => Owner::PocketBase,
        _ => Owner::Another,
    })
}

/// Moves the log of a database that nobody has open into it, and ends it, so that the file can be moved. One that
/// cannot be read is left as it is.
///
/// # Errors
/// `Invalid` where another process has it open.
pub(in crate::store) fn release(path: &Path) -> Result<()> {
    let ended = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .and_then(|connection| connection.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0)));
    let held = || Error::bad_request(format!("another process has {} open; end it first", path.display()));
    match ended {
        Ok(mode) if mode == "wal" => Err(held()),
        Ok(_) => Ok(()),
        Err(error) => match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Err(held()),
            _ => {
                tracing::warn!(%error, path = %path.display(), "the log of a database could not be moved into it");
                Ok(())
            }
        },
    }
}

/// Whose a file is, as far as a look at it tells.
pub(in crate::store) fn found(path: &Path) -> Found {
    if !std::fs::metadata(path).is_ok_and(|file| file.len() > 0) {
        return Found::Usable;
    }
    match look(path) {
        Ok(Content { mark: APPLICATION_ID, .. } | Content { mark: 0, tables: false, .. }) => Found::Usable,
        Ok(_) => Found::Foreign,
        Err(error) => match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Found::Damaged,
            // Why it cannot be looked at shows when it is opened.
            _ => Found::Usable,
        },
    }
}

/// What a file tells about its owner.
struct Content {
    mark: i64,
    tables: bool,
    pocketbase: bool,
}

fn look(path: &Path) -> rusqlite::Result<Content> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match immutable(path) {
        // Without a log nobody has it open, and it can be read without leaving files beside it.
        Some(uri) if !beside(path, "-wal").exists() => {
            Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?
        }
        _ => Connection::open_with_flags(path, flags)?,
    };
    connection.busy_timeout(BUSY)?;
    Ok(Content {
        mark: connection.query_row("PRAGMA application_id", [], |row| row.get(0))?,
        tables: connection.query_row("SELECT count(*) > 0 FROM sqlite_schema", [], |row| row.get(0))?,
        pocketbase: connection.query_row(
            "SELECT count(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = '_collections'",
            [],
            |row| row.get(0),
        )?,
    })
}

/// The name of a file that nobody writes to, for the engine; none where the path is no text.
pub(super) fn immutable(path: &Path) -> Option<String> {
    let name = path.to_str()?.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Some(format!("file:{name}?immutable=1"))
}

/// The path of a file that the engine keeps beside a database, such as `-wal`.
pub(in crate::store) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn cannot_open(path: &Path, error: rusqlite::Error) -> Error {
    let path = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            Error::Setup(format!("{path} is not a database; choose another data directory with --dir"))
        }
        Some(ErrorCode::DatabaseCorrupt) => Error::Setup(format!("{path} is damaged: {error}")),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            Error::Setup(format!("{path} cannot be opened for writing: {error}"))
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Error::Setup(format!("{path} is locked by another process"))
        }
        _ => from_engine(error),
    }
}
