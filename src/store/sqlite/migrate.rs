//! Brings the system tables up to date when the database is opened: each step once, in order, all in one
//! transaction, recorded in `_tb_migrations`. Steps are never edited after a release.

use rusqlite::{Connection, TransactionBehavior};

use super::from_engine;
use crate::error::{Error, Result};

/// Number, name and text of each step.
const STEPS: &[(i64, &str, &str)] = &[(1, "init", include_str!("../../../migrations/sqlite/0001_init.sql"))];

/// Runs the steps that the database has not seen.
///
/// # Errors
/// The database has seen a step that this program does not know.
pub(super) fn run(connection: &mut Connection) -> Result<()> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(from_engine)?;
    tx.execute_batch(
        "CREATE TABLE IF NOT EXISTS _tb_migrations (
           number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%fZ')) NOT NULL
         )",
    )
    .map_err(from_engine)?;
    let done: i64 = tx
        .query_row("SELECT coalesce(max(number), 0) FROM _tb_migrations", [], |row| row.get(0))
        .map_err(from_engine)?;
    let newest = STEPS.last().map_or(0, |step| step.0);
    if done > newest {
        return Err(Error::internal(format!(
            "this data directory was written by a newer Tuckbox (step {done}, this one knows {newest}); start that version"
        )));
    }
    for (number, name, text) in STEPS.iter().filter(|step| step.0 > done) {
        tx.execute_batch(text).map_err(from_engine)?;
        tx.execute("INSERT INTO _tb_migrations (number, name) VALUES (?, ?)", (number, name)).map_err(from_engine)?;
    }
    tx.commit().map_err(from_engine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_run_once_and_a_newer_database_is_refused() {
        let mut db = Connection::open_in_memory().expect("memory");
        run(&mut db).expect("first");
        run(&mut db).expect("second");
        db.execute("INSERT INTO _tb_migrations (number, name) VALUES (9999, 'later')", []).expect("insert");
        assert!(run(&mut db).expect_err("must be refused").to_string().contains("newer Tuckbox"));
    }
}
