//! From the engine's errors to ours.

use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::error::Error;

/// Gives an engine's error its meaning.
pub(in crate::store) fn from_engine(error: rusqlite::Error) -> Error {
    let (cause, text) = match &error {
        rusqlite::Error::SqliteFailure(cause, text) => (*cause, text.clone().unwrap_or_else(|| error.to_string())),
        rusqlite::Error::SqlInputError { error: cause, msg, .. } => (*cause, msg.clone()),
        rusqlite::Error::MultipleStatement => return Error::Engine("multiple statements are not supported".into()),
        _ => return Error::Internal(anyhow::Error::new(error)),
    };
    match cause.code {
        ErrorCode::ConstraintViolation => match cause.extended_code {
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
                unique(&text)
            }
            _ => Error::Engine(text),
        },
        ErrorCode::OperationInterrupted => Error::Deadline,
        ErrorCode::DatabaseBusy => Error::Unavailable("Another process is writing to the database.".into()),
        ErrorCode::SchemaChanged => Error::StaleSchema(text),
        ErrorCode::DiskFull
        | ErrorCode::SystemIoFailure
        | ErrorCode::DatabaseCorrupt
        | ErrorCode::NotADatabase
        | ErrorCode::CannotOpen
        | ErrorCode::DatabaseLocked
        | ErrorCode::OutOfMemory
        | ErrorCode::ReadOnly
        | ErrorCode::PermissionDenied
        | ErrorCode::InternalMalfunction
        | ErrorCode::FileLockingProtocolFailed
        | ErrorCode::ApiMisuse => Error::Internal(anyhow::Error::new(error).context(text)),
        _ if is_stale(&text) => Error::StaleSchema(text),
        _ => Error::Engine(text),
    }
}

fn is_stale(text: &str) -> bool {
    text.starts_with("no such table") || text.starts_with("no such column") || text.contains("has no column named")
}

/// Reads `UNIQUE constraint failed: t.a, t.b`. For an index over expressions the engine says
/// `… failed: index 'name'`, which names neither table nor columns.
fn unique(text: &str) -> Error {
    let list = text.split_once("failed: ").map_or("", |(_, list)| list);
    let over_expressions = list.starts_with("index '") && list.ends_with('\'');
    match list.split_once('.') {
        // Every entry begins with the table, so that columns may hold dots and commas.
        Some((table, columns)) if !over_expressions => Error::Unique {
            table: table.to_owned(),
            columns: columns.split(&format!(", {table}.")).map(str::to_owned).collect(),
        },
        _ => Error::Unique { table: String::new(), columns: Vec::new() },
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    fn failure(set_up: &str, statement: &str) -> Error {
        let db = Connection::open_in_memory().expect("memory");
        db.execute_batch(set_up).expect("set-up");
        from_engine(db.execute_batch(statement).expect_err("must fail"))
    }

    fn unique_of(error: Error) -> (String, Vec<String>) {
        match error {
            Error::Unique { table, columns } => (table, columns),
            other => panic!("not a unique error: {other:?}"),
        }
    }

    #[test]
    fn a_unique_violation_names_table_and_columns() {
        let error = failure(
            "CREATE TABLE t (a, b); CREATE UNIQUE INDEX i ON t (a, b); INSERT INTO t VALUES (1, 2)",
            "INSERT INTO t VALUES (1, 2)",
        );
        assert_eq!(unique_of(error), ("t".into(), vec!["a".into(), "b".into()]));
    }

    #[test]
    fn a_taken_primary_key_is_a_unique_violation() {
        let error =
            failure("CREATE TABLE t (id TEXT PRIMARY KEY); INSERT INTO t VALUES ('x')", "INSERT INTO t VALUES ('x')");
        assert_eq!(unique_of(error), ("t".into(), vec!["id".into()]));
        let error =
            failure("CREATE TABLE t (n INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)");
        assert_eq!(unique_of(error), ("t".into(), vec!["n".into()]));
    }

    #[test]
    fn odd_names_are_told_apart() {
        let error = failure(
            r#"CREATE TABLE "a, 'b" ("x, y", "z.w"); CREATE UNIQUE INDEX i ON "a, 'b" ("x, y", "z.w");
               INSERT INTO "a, 'b" VALUES (1, 2)"#,
            r#"INSERT INTO "a, 'b" VALUES (1, 2)"#,
        );
        assert_eq!(unique_of(error), ("a, 'b".into(), vec!["x, y".into(), "z.w".into()]));
    }

    #[test]
    fn an_index_over_expressions_names_nothing() {
        let error = failure(
            "CREATE TABLE t (a); CREATE UNIQUE INDEX \"i.x\" ON t (lower(a)); INSERT INTO t VALUES ('x')",
            "INSERT INTO t VALUES ('X')",
        );
        assert_eq!(unique_of(error), (String::new(), vec![]));
    }

    #[test]
    fn what_is_missing_is_a_stale_schema_and_bad_sql_is_not() {
        let set_up = "CREATE TABLE t (a NOT NULL)";
        for statement in ["SELECT 1 FROM x", "SELECT b FROM t", "INSERT INTO t (b) VALUES (1)", "UPDATE t SET b = 1"] {
            assert!(matches!(failure(set_up, statement), Error::StaleSchema(_)), "{statement}");
        }
        for statement in ["SELEC 1", "INSERT INTO t VALUES (NULL)", "CREATE TABLE t (a)", "SELECT 1 +"] {
            assert!(matches!(failure(set_up, statement), Error::Engine(_)), "{statement}");
        }
    }
}
