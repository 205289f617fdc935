//! A look into the database file of a stopped server, for what only the disk can prove.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, Row, types::ValueRef};

/// The open file.
pub struct Database(Connection);

impl Database {
    /// Opens `data.db` in a data directory; the write-ahead log is replayed as a restart would.
    pub fn open(dir: &Path) -> Self {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self(Connection::open_with_flags(dir.join("data.db"), flags).expect("a database"))
    }

    /// Opens any database file, read only.
    pub fn open_file(path: &Path) -> Self {
        Self(Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("a database"))
    }

    /// The rows of a query, each value as text; NULL is `-`.
    pub fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let mut statement = self.0.prepare(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|column| text(row, column)).collect()).expect("rows");
        rows.map(|row| row.expect("a row")).collect()
    }

    /// The first column of a query.
    pub fn column(&self, sql: &str) -> Vec<String> {
        self.rows(sql).into_iter().map(|row| row.into_iter().next().expect("a column")).collect()
    }

    /// The only value of a query.
    pub fn value(&self, sql: &str) -> String {
        self.column(sql).into_iter().next().unwrap_or_else(|| panic!("no row: {sql}"))
    }

    /// Runs statements.
    pub fn execute(&self, sql: &str) {
        self.0.execute_batch(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    /// Asks SQLite whether the file is sound.
    #[track_caller]
    pub fn is_sound(&self) -> &Self {
        assert_eq!(self.column("PRAGMA integrity_check"), ["ok"]);
        self
    }
}

fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => "-".to_owned(),
        ValueRef::Integer(value) => value.to_string(),
        ValueRef::Real(value) => value.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    })
}
