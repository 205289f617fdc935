//! How far long work on the rows of a table has got: told to the log every few seconds, and to the store, whose limit
//! is on the time that work stands still.

use std::time::{Duration, Instant};

use crate::error::Result;
use crate::store::{Sql, Tx};

/// How often the log is told. Work that is over before is not worth a line.
const EVERY: Duration = Duration::from_secs(3);

/// From how many rows on a step of the engine that nobody can look into is announced.
const LARGE: u64 = 200_000;

/// Work on a table, row by row.
pub(super) struct Progress {
    /// What is done, for the log.
    work: &'static str,
    table: String,
    /// How many rows there are.
    of: u64,
    rows: u64,
    told: Instant,
}

impl Progress {
    /// Begins work on all rows of a table, or on those that satisfy a condition.
    ///
    /// # Errors
    /// The rows cannot be counted.
    pub(super) fn begin(tx: &mut Tx<'_>, work: &'static str, table: &str, condition: Option<&Sql>) -> Result<Self> {
        let mut query = Sql::raw("SELECT count(*) FROM ");
        query.name(table);
        if let Some(condition) = condition {
            query.push(" WHERE ").append(condition);
        }
        let of = tx.row(&query, |row| Ok(row.get(0).as_f64() as u64))?.unwrap_or(0);
        Ok(Self { work, table: table.to_owned(), of, rows: 0, told: Instant::now() })
    }

    /// So many more rows are done.
    ///
    /// # Errors
    /// The work may not go on: its time is over, or the program ends.
    pub(super) fn advance(&mut self, tx: &mut Tx<'_>, rows: u64) -> Result<()> {
        self.rows += rows;
        if let Some(percent) = self.due(Instant::now()) {
            tracing::info!(table = self.table, rows = self.rows, of = self.of, percent, "{}", self.work);
        }
        tx.advance()
    }

    /// Another walk through all rows begins.
    pub(super) fn again(&mut self) {
        self.rows = 0;
    }

    /// Announces a step in which the engine walks through the whole table by itself.
    pub(super) fn announce(&self, step: &str) {
        if self.of >= LARGE {
            tracing::info!(table = self.table, rows = self.of, "{step}");
        }
    }

    /// How much is done, in percent, if the log is to be told now.
    fn due(&mut self, now: Instant) -> Option<u64> {
        if now.duration_since(self.told) < EVERY {
            return None;
        }
        self.told = now;
        // More rows than were counted can go: a cascade may take rows of the same table along.
        Some((self.rows.saturating_mul(100) / self.of.max(1)).min(100))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_told_every_few_seconds_and_nothing_of_short_work() {
        let began = Instant::now();
        let mut progress = Progress { work: "", table: String::new(), of: 1000, rows: 250, told: began };
        assert_eq!(progress.due(began + Duration::from_millis(2900)), None);
        assert_eq!(progress.due(began + EVERY), Some(25));
        progress.rows = 999;
        assert_eq!(progress.due(began + EVERY + Duration::from_secs(1)), None);
        assert_eq!(progress.due(began + EVERY * 2), Some(99));
        progress.rows = 1500;
        assert_eq!(progress.due(began + EVERY * 3), Some(100));
    }

    #[test]
    fn work_on_nothing_is_no_division_by_zero() {
        let began = Instant::now();
        let mut progress = Progress { work: "", table: String::new(), of: 0, rows: 0, told: began };
        assert_eq!(progress.due(began + EVERY), Some(0));
    }
}
