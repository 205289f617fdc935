//! Opening connections: pragmas, limits, and whose file it is.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::from_engine;
use crate::error::{Error, Result};
use crate::store::{StoreOptions, Synchronous};

/// "Tuck" in ASCII: marks the file as ours (PRAGMA application_id).
const APPLICATION_ID: i64 = 0x5475_636b;

/// Older releases can corrupt a database whose log is reset while another connection checkpoints.
const OLDEST_LIBRARY: i32 = 3_051_003;

const MMAP_BYTES: i64 = 1 << 30;
const STATEMENT_CACHE: usize = 256;

/// Refuses to work with a library that can lose data.
pub(super) fn refuse_old_library() -> Result<()> {
    if rusqlite::version_number() < OLDEST_LIBRARY {
        return Err(Error::internal(format!("SQLite {} is too old: 3.51.3 or newer is needed", rusqlite::version())));
    }
    Ok(())
}

/// The one connection that writes.
pub(super) fn open_writer(options: &StoreOptions) -> Result<Connection> {
    let connection = open(&options.path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    refuse_foreign_file(&connection)?;
    let synchronous = match options.synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    connection
        .execute_batch(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = 4000;
             PRAGMA journal_size_limit = 67108864; PRAGMA application_id = {APPLICATION_ID};"
        ))
        .map_err(from_engine)?;
    Ok(connection)
}

/// The connection that moves the log into the database beside the writer.
pub(super) fn open_checkpointer(options: &StoreOptions) -> Result<Connection> {
    open(&options.path, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

/// A connection that cannot write.
pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.execute_batch("PRAGMA query_only = ON").map_err(from_engine)?;
    Ok(connection)
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(from_engine)?;
    connection.busy_timeout(Duration::from_secs(10)).map_err(from_engine)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    connection
        .execute_batch(&format!(
            "PRAGMA cache_size = -16000; PRAGMA mmap_size = {MMAP_BYTES}; PRAGMA temp_store = MEMORY;
             PRAGMA foreign_keys = OFF;"
        ))
        .map_err(from_engine)?;
    Ok(connection)
}

/// A database that has tables but not our mark belongs to somebody else.
fn refuse_foreign_file(connection: &Connection) -> Result<()> {
    let ask = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(from_engine);
    let mark = ask("PRAGMA application_id")?;
    if mark == APPLICATION_ID || ask("SELECT count(*) FROM sqlite_schema")? == 0 {
        return Ok(());
    }
    let pocketbase = ask("SELECT count(*) FROM sqlite_schema WHERE name IN ('_collections', '_migrations')")? == 2;
    let whose = if pocketbase { "a PocketBase data directory" } else { "another program's database" };
    Err(Error::internal(format!(
        "data.db in this directory is {whose}, and Tuckbox changes nothing in it; choose an empty directory with --dir"
    )))
}
