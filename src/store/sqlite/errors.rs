//! From the engine's errors to ours.

use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::error::Error;

/// Gives an engine's error its meaning.
pub fn from_engine(error: rusqlite::Error) -> Error {
    let (cause, text) = match &error {
        rusqlite::Error::SqliteFailure(cause, text) => (*cause, text.clone().unwrap_or_else(|| error.to_string())),
        rusqlite::Error::SqlInputError { error: cause, msg, .. } => (*cause, msg.clone()),
        _ => return Error::Internal(anyhow::Error::new(error)),
    };
    match cause.code {
        ErrorCode::ConstraintViolation => match cause.extended_code {
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => unique(&text),
            _ => Error::Engine(text),
        },
        ErrorCode::OperationInterrupted => Error::Deadline,
        ErrorCode::DiskFull
        | ErrorCode::SystemIoFailure
        | ErrorCode::DatabaseCorrupt
        | ErrorCode::NotADatabase
        | ErrorCode::CannotOpen
        | ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::OutOfMemory
        | ErrorCode::ReadOnly
        | ErrorCode::PermissionDenied => Error::Internal(anyhow::Error::new(error).context(text)),
        _ if is_stale(&text) => Error::StaleSchema(text),
        _ => Error::Engine(text),
    }
}

fn is_stale(text: &str) -> bool {
    text.starts_with("no such table") || text.starts_with("no such column") || text.contains("has no column named")
}

/// `UNIQUE constraint failed: t.a, t.b`, or `… failed: index 'name'` for an index over expressions.
fn unique(text: &str) -> Error {
    let list = text.rsplit_once("failed: ").map_or("", |(_, list)| list);
    let mut table = String::new();
    let mut columns = Vec::new();
    for entry in list.split(", ") {
        if let Some((of, column)) = entry.split_once('.') {
            table = of.to_owned();
            columns.push(column.to_owned());
        }
    }
    Error::Unique { table, columns }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn a_unique_violation_names_table_and_columns() {
        let db = Connection::open_in_memory().expect("memory");
        db.execute_batch("CREATE TABLE t (a, b); CREATE UNIQUE INDEX i ON t (a, b); INSERT INTO t VALUES (1, 2)")
            .expect("set-up");
        let error = from_engine(db.execute("INSERT INTO t VALUES (1, 2)", []).expect_err("must fail"));
        assert!(matches!(error, Error::Unique { table, columns } if table == "t" && columns == ["a", "b"]));
    }

    #[test]
    fn a_missing_table_is_a_stale_schema_and_bad_sql_is_not() {
        let db = Connection::open_in_memory().expect("memory");
        assert!(matches!(from_engine(db.prepare("SELECT 1 FROM x").expect_err("x")), Error::StaleSchema(_)));
        assert!(matches!(from_engine(db.prepare("SELEC 1").expect_err("x")), Error::Engine(_)));
    }
}
