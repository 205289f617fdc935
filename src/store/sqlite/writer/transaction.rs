//! How a transaction begins, on a state that the program knows, and how it ends.

use super::Thread;
use crate::error::Result;
use crate::store::sqlite::connection;
use crate::store::sqlite::errors::from_engine;

/// How often a write gives way to news of other processes before it goes on regardless.
const GIVE_WAY: usize = 8;

impl Thread {
    /// Opens a transaction on a state that the program knows: what another process wrote is told first.
    pub(super) fn begin(&mut self) -> Result<()> {
        for _ in 0..GIVE_WAY {
            self.run("BEGIN IMMEDIATE")?;
            self.journal.begin();
            if !self.others_wrote() {
                return Ok(());
            }
            self.run("ROLLBACK")?;
            self.tell_of_others();
        }
        self.run("BEGIN IMMEDIATE")?;
        self.journal.begin();
        Ok(())
    }

    /// Commits; whoever asks from then on finds other versions of what was changed.
    pub(super) fn commit(&mut self, defined: bool, alone: bool) -> Result<()> {
        self.journal.commit(defined, || if alone { self.commit_alone() } else { self.run("COMMIT") })?;
        self.checkpoints.written();
        if defined {
            self.plans.forget();
            self.statistics.ask();
        }
        Ok(())
    }

    /// Commits without moving the log into the database, which the engine would do before it goes on: after a change
    /// of a large table that takes seconds, in which readers would meet tables whose snapshot is not published.
    fn commit_alone(&self) -> Result<()> {
        let limit = |pages| self.connection.pragma_update_and_check(None, "wal_autocheckpoint", pages, |_| Ok(()));
        limit(0).map_err(from_engine)?;
        let committed = self.run("COMMIT");
        if let Err(error) = limit(connection::LOG_PAGES) {
            tracing::error!(%error, "the write-ahead log has no limit any more");
        }
        committed
    }

    pub(super) fn end_transaction(&self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.run("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }

    pub(super) fn run(&self, sql: &str) -> Result<()> {
        let mut statement = self.connection.prepare_cached(sql).map_err(from_engine)?;
        statement.raw_execute().map(|_| ()).map_err(from_engine)
    }
}
