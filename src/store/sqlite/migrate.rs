//! Brings the system tables up to date when the database is opened: each step once, in order, all in one
//! transaction, recorded in `_tb_migrations`. Steps are never edited after a release.

use rusqlite::{Connection, TransactionBehavior};

use super::errors::from_engine;
use crate::error::{Error, Result};
use crate::store::SystemTables;

/// Number, name and text of a step.
type Step = (i64, &'static str, &'static str);

/// All steps of the data, in order; `migrations/sqlite/` holds their texts.
const STEPS: &[Step] = &[
    (1, "init", include_str!("../../../migrations/sqlite/0001_init.sql")),
    (2, "jobs", include_str!("../../../migrations/sqlite/0002_jobs.sql")),
    (3, "followers", include_str!("../../../migrations/sqlite/0003_followers.sql")),
    (4, "crons", include_str!("../../../migrations/sqlite/0004_crons.sql")),
    (5, "backups", include_str!("../../../migrations/sqlite/0005_backups.sql")),
    (6, "cron_runs", include_str!("../../../migrations/sqlite/0006_cron_runs.sql")),
];

/// The same for the logs.
const STEPS_OF_LOGS: &[Step] = &[
    (1, "logs", include_str!("../../../migrations/sqlite/logs/0001_logs.sql")),
    (2, "messages", include_str!("../../../migrations/sqlite/logs/0002_messages.sql")),
];

/// The number of the last step that this program knows.
pub(in crate::store) fn newest() -> i64 {
    STEPS.last().map_or(0, |step| step.0)
}

/// Runs the steps that the database has not seen.
///
/// # Errors
/// The database has seen a step that this program does not know: a newer one wrote it.
pub(super) fn run(connection: &mut Connection, tables: SystemTables) -> Result<()> {
    let steps = match tables {
        SystemTables::Data => STEPS,
        SystemTables::Logs => STEPS_OF_LOGS,
    };
    run_steps(connection, steps)
}

fn run_steps(connection: &mut Connection, steps: &[Step]) -> Result<()> {
    // Most starts find nothing to do, and need not wait for another process that writes.
    if missing(connection, steps)?.is_empty() {
        return Ok(());
    }
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(from_engine)?;
    tx.execute_batch(
        "CREATE TABLE IF NOT EXISTS _tb_migrations (
           number  INTEGER PRIMARY KEY,
           name    TEXT NOT NULL,
           applied TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%fZ')) NOT NULL
         )",
    )
    .map_err(from_engine)?;
    for (number, name, text) in missing(&tx, steps)? {
        tx.execute_batch(text).map_err(from_engine)?;
        tx.execute("INSERT INTO _tb_migrations (number, name) VALUES (?, ?)", (number, name)).map_err(from_engine)?;
    }
    tx.commit().map_err(from_engine)
}

/// The steps that the database has not seen.
fn missing<'s>(connection: &Connection, steps: &'s [Step]) -> Result<Vec<&'s Step>> {
    let done = done(connection).map_err(from_engine)?;
    if let Some((number, name)) = done.iter().find(|done| !steps.iter().any(|step| step.0 == done.0)) {
        return Err(Error::Setup(format!(
            "this data directory was written by a newer Tuckbox (its step {number}, {name}, is unknown to this one): \
             start that version or a later one"
        )));
    }
    Ok(steps.iter().filter(|step| !done.iter().any(|done| done.0 == step.0)).collect())
}

/// Number and name of each step that the database has seen.
fn done(connection: &Connection) -> rusqlite::Result<Vec<(i64, String)>> {
    if !connection.table_exists(None, "_tb_migrations")? {
        return Ok(Vec::new());
    }
    connection
        .prepare("SELECT number, name FROM _tb_migrations ORDER BY number")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory() -> Connection {
        Connection::open_in_memory().expect("memory")
    }

    #[test]
    fn steps_run_once_and_a_newer_database_is_refused() {
        let mut db = memory();
        run(&mut db, SystemTables::Data).expect("first");
        run(&mut db, SystemTables::Data).expect("second");
        db.execute("INSERT INTO _tb_migrations (number, name) VALUES (9999, 'later')", []).expect("insert");
        assert!(run(&mut db, SystemTables::Data).expect_err("must be refused").to_string().contains("newer Tuckbox"));
    }

    #[test]
    fn a_failing_step_leaves_nothing_behind() {
        let mut db = memory();
        let steps: &[Step] = &[(1, "good", "CREATE TABLE a (x)"), (2, "bad", "CREATE TABLE b (x); NONSENSE")];
        run_steps(&mut db, steps).expect_err("the second step is wrong");
        let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).expect("count");
        assert_eq!(tables, 0);
    }

    #[test]
    fn numbers_grow_and_are_the_files_numbers() {
        for steps in [STEPS, STEPS_OF_LOGS] {
            assert!(steps.iter().map(|step| step.0).eq(1..=steps.len() as i64));
        }
    }
}
