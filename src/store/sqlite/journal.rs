//! What the transaction under way has changed: which tables, and how many rows came and went.
//!
//! The engine calls for each row that a statement inserts, updates or deletes. It does not call for rows that make
//! way for others (`REPLACE`), for a table that is emptied at one stroke, and for tables without row ids; the number
//! of changes that it counts tells of the last two, the text of the first.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::Connection;
use rusqlite::hooks::Action;

use super::errors::from_engine;
use crate::error::Result;
use crate::store::versions::{Delta, Table, Versions};

/// Follows one connection.
pub(in crate::store) struct Journal {
    versions: Versions,
    state: Arc<Mutex<State>>,
}

struct State {
    versions: Versions,
    /// The tables that were changed so far, and by their names where they stand.
    tables: Vec<Arc<Table>>,
    places: HashMap<Box<str>, usize>,
    log: Vec<Entry>,
    /// Where the work began that may be undone alone.
    floor: usize,
    /// How many rows the statement under way has changed.
    calls: u64,
    /// Something was changed that is not in the log.
    everything: bool,
}

/// A table that was changed since the last mark before it.
struct Entry {
    table: usize,
    delta: Delta,
}

/// A place in the journal, where work began that may be undone alone.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Mark(usize);

/// A statement that is about to run.
pub(in crate::store) struct Begun(u64);

impl Journal {
    /// Follows a connection.
    pub(super) fn of(connection: &Connection, versions: Versions) -> Result<Self> {
        let state = Arc::new(Mutex::new(State {
            versions: versions.clone(),
            tables: Vec::new(),
            places: HashMap::new(),
            log: Vec::new(),
            floor: 0,
            calls: 0,
            everything: false,
        }));
        let inner = Arc::clone(&state);
        let hook = move |action, _database: &str, table: &str, _row| {
            let rows = match action {
                Action::SQLITE_INSERT => 1,
                Action::SQLITE_DELETE => -1,
                _ => 0,
            };
            inner.lock().changed(table, rows);
        };
        connection.update_hook(Some(hook)).map_err(from_engine)?;
        Ok(Self { versions, state })
    }

    /// A transaction begins: what an earlier one left was not committed.
    pub(super) fn begin(&self) {
        self.state.lock().clear();
    }

    /// Runs the commit of what was noted, and raises the versions of it.
    pub(super) fn commit(&self, defined: bool, commit: impl FnOnce() -> Result<()>) -> Result<()> {
        self.versions.turn();
        let result = commit();
        let mut state = self.state.lock();
        // Nobody knows what a commit that failed has left.
        if defined || state.everything || result.is_err() {
            self.versions.raise_everything();
        }
        state.raise();
        state.clear();
        self.versions.turn();
        result
    }

    /// Work begins that may be undone alone.
    pub(in crate::store) fn mark(&self) -> Mark {
        let mut state = self.state.lock();
        state.floor = state.log.len();
        Mark(state.floor)
    }

    /// The work since the mark was undone.
    pub(in crate::store) fn undo_to(&self, mark: Mark) {
        let mut state = self.state.lock();
        state.log.truncate(mark.0);
        state.floor = mark.0;
    }

    pub(in crate::store) fn statement_begins(&self, connection: &Connection) -> Begun {
        self.state.lock().calls = 0;
        Begun(connection.total_changes())
    }

    /// A statement has run, well or not.
    pub(in crate::store) fn statement_ends(&self, begun: Begun, connection: &Connection, text: &str, ran_well: bool) {
        let mut state = self.state.lock();
        if !ran_well {
            // Whether its rows were taken back is the engine's secret.
            if state.calls > 0 {
                let floor = state.floor;
                state.doubt_from(floor);
            }
            return;
        }
        if connection.total_changes().wrapping_sub(begun.0) != state.calls {
            state.everything = true;
        }
        if !is_plain(text) && (state.calls > 0 || !text.starts_with("WITH ")) {
            state.doubt_from(0);
        }
    }
}

impl State {
    fn changed(&mut self, name: &str, rows: i64) {
        self.calls += 1;
        let table = match self.places.get(name) {
            Some(&table) => table,
            None => {
                self.tables.push(self.versions.table(name));
                self.places.insert(name.into(), self.tables.len() - 1);
                self.tables.len() - 1
            }
        };
        match self.log[self.floor..].iter_mut().find(|entry| entry.table == table) {
            Some(entry) => entry.delta.rows += rows,
            None => self.log.push(Entry { table, delta: Delta { rows, doubtful: false } }),
        }
    }

    fn doubt_from(&mut self, at: usize) {
        self.log[at..].iter_mut().for_each(|entry| entry.delta.doubtful = true);
    }

    fn raise(&mut self) {
        let mut total: Vec<Entry> = Vec::new();
        for entry in self.log.drain(..) {
            match total.iter_mut().find(|one| one.table == entry.table) {
                Some(one) => {
                    one.delta.rows += entry.delta.rows;
                    one.delta.doubtful |= entry.delta.doubtful;
                }
                None => total.push(entry),
            }
        }
        total.iter().for_each(|entry| self.tables[entry.table].raise(entry.delta));
    }

    fn clear(&mut self) {
        self.log.clear();
        self.floor = 0;
        self.everything = false;
    }
}

/// Whether a text changes no rows but those that the engine calls for, and no savepoints of ours. Whatever is written
/// in another way costs a new count.
fn is_plain(text: &str) -> bool {
    ["INSERT INTO ", "DELETE FROM ", "SELECT ", "SAVEPOINT nested"].iter().any(|begin| text.starts_with(begin))
        || (text.starts_with("UPDATE ") && !text.starts_with("UPDATE OR "))
}
