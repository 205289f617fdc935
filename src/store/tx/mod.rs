//! A transaction: the few verbs that everything below the rooms is made of.
//!
//! `statement.rs` is what it runs and `row.rs` what a query answers; `define.rs` has the verbs for changes of tables and
//! for SQL that people wrote.

mod define;
mod row;
mod statement;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rusqlite::{CachedStatement, Connection};

pub use self::row::Row;
use self::statement::Bound;
pub use self::statement::{Borrowed, Statement};
use super::Witness;
use super::effects::Effects;
use super::sqlite::{Clock, Journal, Plans, Watch, from_engine};
use crate::error::{Error, Result};

/// After how many of the watch's questions a query counts as long: several milliseconds.
const LONG: u32 = 5;

/// An open transaction, on a reader or on the writer.
pub struct Tx<'c> {
    connection: &'c Connection,
    watch: &'c Watch,
    /// Set on short reads: where queries that take long are reported.
    plans: Option<&'c Plans>,
    /// Set on the writer: where changes are noted.
    journal: Option<&'c Journal>,
    pub(super) effects: Effects,
    /// Whether tables may have changed.
    pub(super) defined: bool,
    /// Set in a rehearsal: the changes of tables so far.
    pub(super) definitions: Option<Vec<String>>,
    /// Set on the writer where the state before this run is not kept: who may want it.
    witness: Option<Arc<dyn Witness>>,
    /// Whether this run was in vain: the state before it has to be kept.
    pub(super) wants_state: bool,
    /// The engine gave the transaction up: a statement would now commit by itself.
    lost: bool,
}

impl<'c> Tx<'c> {
    /// The transaction that is open on a connection that reads.
    pub(super) fn reading(connection: &'c Connection, watch: &'c Watch, plans: Option<&'c Plans>) -> Self {
        Self {
            connection,
            watch,
            plans,
            journal: None,
            effects: Effects::default(),
            defined: false,
            definitions: None,
            witness: None,
            wants_state: false,
            lost: false,
        }
    }

    /// The transaction that is open on the connection that writes.
    /// `witness` may want the state before it, where that is not kept.
    pub(super) fn writing(
        connection: &'c Connection,
        watch: &'c Watch,
        journal: &'c Journal,
        witness: Option<Arc<dyn Witness>>,
    ) -> Self {
        Self { journal: Some(journal), witness, ..Self::reading(connection, watch, None) }
    }

    /// Runs a query and hands each row to `each`; an error of `each` ends it.
    ///
    /// # Errors
    /// What the engine says against the query, `Deadline` where it took too long, and what `each` answers.
    pub fn rows(&mut self, query: impl Statement, mut each: impl FnMut(&Row<'_>) -> Result<()>) -> Result<()> {
        self.run(&query, |statement, count| {
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next().map_err(from_engine)? {
                *count += 1;
                each(&Row { row })?;
            }
            Ok(())
        })
    }

    /// The first column of all rows of a query, as texts.
    ///
    /// # Errors
    /// As [`Tx::rows`].
    pub fn texts(&mut self, query: impl Statement) -> Result<Vec<String>> {
        let mut found = Vec::new();
        self.rows(query, |row| {
            found.push(row.get(0).as_text().to_owned());
            Ok(())
        })?;
        Ok(found)
    }

    /// The first row of a query, read by `read`; `None` where there is none.
    ///
    /// # Errors
    /// As [`Tx::rows`].
    pub fn row<T>(&mut self, query: impl Statement, read: impl FnOnce(&Row<'_>) -> Result<T>) -> Result<Option<T>> {
        self.run(&query, |statement, count| {
            let mut rows = statement.raw_query();
            let row = rows.next().map_err(from_engine)?;
            *count = usize::from(row.is_some());
            row.map(|row| read(&Row { row })).transpose()
        })
    }

    /// Runs a statement that answers no rows; how many rows it changed.
    ///
    /// # Errors
    /// What the engine says against it: [`Error::Unique`] above all.
    pub fn execute(&mut self, statement: impl Statement) -> Result<usize> {
        self.run(&statement, |statement, count| {
            *count = statement.raw_execute().map_err(from_engine)?;
            Ok(*count)
        })
    }

    /// Runs work that has a time of its own, however well it gets on: `Deadline` where it takes longer.
    ///
    /// # Errors
    /// What the work answers.
    pub fn within<T>(&mut self, time: Duration, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let _limited = self.watch.narrow(time, None);
        work(self)
    }

    /// As [`Tx::within`], for a caller who may go: `Deadline` as well once `gone` is set.
    ///
    /// # Errors
    /// What the work answers.
    pub fn within_unless<T>(
        &mut self,
        time: Duration,
        gone: &Arc<AtomicBool>,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T>,
    ) -> Result<T> {
        let _limited = self.watch.narrow(time, Some(Arc::clone(gone)));
        work(self)
    }

    /// Runs nested work that is undone alone where it fails.
    ///
    /// Its `after_commit` effects then never run; its `on_rollback` effects run once the whole is settled.
    ///
    /// # Errors
    /// What the work answers.
    pub fn savepoint<T>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.execute("SAVEPOINT nested")?;
        let mark = self.effects.mark();
        let noted = self.journal.map(Journal::mark);
        match work(self) {
            Ok(answer) => {
                self.end("RELEASE nested")?;
                Ok(answer)
            }
            Err(error) => {
                self.effects.undo_to(mark);
                if !self.lost {
                    self.end("ROLLBACK TO nested")?;
                    if let (Some(journal), Some(noted)) = (self.journal, noted) {
                        journal.undo_to(noted);
                    }
                    self.end("RELEASE nested")?;
                }
                Err(error)
            }
        }
    }

    /// Says that long work has got on. An exclusive write may take any time, as long as it does not stand still for
    /// longer than its limit: whatever walks through rows or tables step by step calls this after each step.
    ///
    /// # Errors
    /// `Deadline` where the time was over already; `Unavailable` where the program ends, so that it need not wait.
    pub fn advance(&mut self) -> Result<()> {
        self.watch.advance()
    }

    /// Says, before the first of them, that rows of this kind are going to be deleted. Where somebody watches them, the
    /// write has to run once more, on a state that is kept: it ends here, whatever it answers.
    ///
    /// # Errors
    /// That it has to end.
    pub fn deletes(&mut self, what: &str) -> Result<()> {
        self.wants_state |= self.witness.as_ref().is_some_and(|witness| witness.watches(what));
        match self.wants_state {
            true => Err(Error::internal("the write begins anew on a state that is kept")),
            false => Ok(()),
        }
    }

    /// What happens once this transaction is committed, before its answer; on the writer, so it must be short.
    pub fn after_commit(&mut self, effect: impl FnOnce() + Send + 'static) {
        self.effects.after_commit(effect);
    }

    /// What happens if this write is undone. Where a write runs more than once, only its last run counts.
    pub fn on_rollback(&mut self, effect: impl FnOnce() + Send + 'static) {
        self.effects.on_rollback(effect);
    }

    /// Whether the writer's journal hears of every row that comes to a table or leaves it: not where rows make way
    /// for others, or triggers do what nobody sees. A name that is no table's answers no.
    pub(super) fn can_follow_rows(&mut self, table: &str) -> Result<bool> {
        let text = "SELECT type = 'trigger' OR sql LIKE '%conflict%replace%' OR sql LIKE '%without%rowid%' FROM sqlite_schema \
                    WHERE type = 'trigger' OR (type = 'table' AND name = ? COLLATE NOCASE)";
        let (mut found, mut hidden) = (false, false);
        self.rows((text, &[table.into()]), |row| {
            found = true;
            hidden |= row.get(0).as_f64() != 0.0;
            Ok(())
        })?;
        Ok(found && !hidden)
    }

    fn run<T>(
        &mut self,
        query: &impl Statement,
        work: impl FnOnce(&mut CachedStatement<'_>, &mut usize) -> Result<T>,
    ) -> Result<T> {
        self.usable()?;
        let ticks = self.watch.ticks();
        let (mut rows, clock) = (0, Clock::start(self.watch));
        let begun = self.journal.map(|journal| journal.statement_begins(self.connection));
        let result = self.prepare(query).and_then(|mut statement| work(&mut statement, &mut rows));
        if let (Some(journal), Some(begun)) = (self.journal, begun) {
            journal.statement_ends(begun, self.connection, query.text(), result.is_ok());
        }
        if let Some(plans) = self.plans
            && self.watch.ticks().wrapping_sub(ticks) >= LONG
        {
            plans.was_slow(query.text());
        }
        if let Some(clock) = clock {
            clock.stop(self.connection, query.text(), rows);
        }
        self.settle(result)
    }

    fn prepare(&self, query: &impl Statement) -> Result<CachedStatement<'c>> {
        let mut statement = self.connection.prepare_cached(query.text()).map_err(from_engine)?;
        let count = query.count();
        if statement.parameter_count() != count {
            return Err(Error::internal(format!("{count} values for the placeholders of: {}", query.text())));
        }
        for at in 0..count {
            statement.raw_bind_parameter(at + 1, Bound(query.value(at))).map_err(from_engine)?;
        }
        Ok(statement)
    }

    fn usable(&self) -> Result<()> {
        if self.lost {
            return Err(Error::internal("the engine gave the transaction up"));
        }
        self.watch.check()
    }

    /// Runs what ends a savepoint, whether or not the time is over.
    fn end(&mut self, text: &str) -> Result<()> {
        let result = self.connection.prepare_cached(text).and_then(|mut statement| statement.raw_execute());
        self.settle(result.map(|_| ()).map_err(from_engine))
    }

    fn settle<T>(&mut self, result: Result<T>) -> Result<T> {
        if result.is_err() {
            self.lost = self.connection.is_autocommit();
        }
        result
    }
}
