//! What the planner knows of tables: how many rows they have, and how many of them an index finds for one value. The
//! engine gathers none of it unasked, and guesses without it: that a table has a million rows and any index finds ten.
//!
//! The writer looks now and then which tables have no statistics or have ten times as many rows as when they were
//! gathered (or a tenth), and gathers those of one table in each transaction, between writes. The engine takes samples,
//! so that each takes milliseconds, however large the table.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use rusqlite::Connection;

/// How many rows of an index are looked at, about.
const SAMPLE: u32 = 1000;
/// From how many rows on a table is large. Where all are small, no plan is dear.
const LARGE: u32 = 500;
/// After how many changes of rows it looks again.
const CHANGES: u64 = 1000;
/// How long changes gather at least before it looks.
const PAUSE: Duration = Duration::from_secs(5);
/// How often it looks at any rate.
const PERIOD: Duration = Duration::from_secs(60 * 60);
/// What lists the statements that would gather what is missing or old, of all tables, and runs none of them.
const LIST: &str = "PRAGMA optimize = 0x10003";
/// Tells all connections to read the statistics again and to make their plans anew: they do so where tables change.
/// No collection has such a name.
const PUBLISH: &str = r#"CREATE TABLE "new statistics" (x); DROP TABLE "new statistics""#;

/// What is to be done about the statistics of a database.
pub(super) struct Statistics {
    /// The statements that are to be run.
    due: VecDeque<String>,
    /// The statistics before the first of them.
    before: String,
    /// Tables have changed, or nobody has looked yet.
    asked: bool,
    /// When it looked, and how many rows had been changed by then.
    looked: (Instant, u64),
}

/// One piece of the work, to be run in a transaction of its own.
pub(super) struct Piece {
    text: String,
    last: bool,
}

impl Statistics {
    /// Prepares a connection that gathers statistics.
    pub(super) fn of(connection: &Connection) -> rusqlite::Result<Self> {
        connection.execute_batch(&format!("PRAGMA analysis_limit = {SAMPLE}"))?;
        let looked = (Instant::now(), connection.total_changes());
        Ok(Self { due: VecDeque::new(), before: String::new(), asked: true, looked })
    }

    /// Tables or indexes have changed.
    pub(super) fn ask(&mut self) {
        self.asked = true;
    }

    /// Whether there is something to do now.
    pub(super) fn is_due(&self, connection: &Connection) -> bool {
        let (looked, _) = self.looked;
        self.asked
            || !self.due.is_empty()
            || (looked.elapsed() >= PAUSE && self.has_changes(connection))
            || looked.elapsed() >= PERIOD
    }

    /// Whether many rows have been changed since it looked.
    pub(super) fn has_changes(&self, connection: &Connection) -> bool {
        connection.total_changes().saturating_sub(self.looked.1) >= CHANGES
    }

    /// The next piece of the work; where none is known, looks for more. No transaction may be open.
    pub(super) fn next(&mut self, connection: &Connection) -> rusqlite::Result<Option<Piece>> {
        if self.due.is_empty() {
            self.asked = false;
            self.looked = (Instant::now(), connection.total_changes());
            self.due = missing(connection)?;
            self.before = statistics(connection)?;
        }
        Ok(self.due.pop_front().map(|text| Piece { text, last: self.due.is_empty() }))
    }

    /// Runs a piece in the open transaction; whether plans may be others from its commit on.
    pub(super) fn run(&self, connection: &Connection, piece: &Piece) -> rusqlite::Result<bool> {
        connection.execute_batch(&piece.text)?;
        let changed = piece.last && statistics(connection)? != self.before;
        if changed {
            connection.execute_batch(PUBLISH)?;
        }
        Ok(changed)
    }

    /// Leaves what is left until it looks again.
    pub(super) fn give_up(&mut self) {
        self.due.clear();
    }
}

/// The statements that gather what is missing.
fn missing(connection: &Connection) -> rusqlite::Result<VecDeque<String>> {
    let mut list = connection.prepare(LIST)?;
    let texts: VecDeque<String> = list.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    // The engine names the table last, in quotes and with its schema.
    let is_large = |text: &String| {
        let Some(table) = text.strip_prefix("ANALYZE ") else { return false };
        let look = format!("SELECT 1 FROM {table} LIMIT 1 OFFSET {LARGE}");
        connection.prepare(&look).and_then(|mut look| look.exists([])).unwrap_or(false)
    };
    if !is_kept(connection)? && !texts.iter().any(is_large) {
        return Ok(VecDeque::new());
    }
    Ok(texts)
}

fn is_kept(connection: &Connection) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'")?.exists([])
}

/// All statistics as one text.
fn statistics(connection: &Connection) -> rusqlite::Result<String> {
    if !is_kept(connection)? {
        return Ok(String::new());
    }
    let text = "SELECT COALESCE(group_concat(line, char(10)), '') FROM (SELECT concat_ws('|', tbl, idx, stat) AS line \
                FROM sqlite_stat1 ORDER BY tbl, idx)";
    connection.query_row(text, [], |row| row.get(0))
}
