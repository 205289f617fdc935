//! Removing the oldest changes.

use super::read::{integer, newest};
use crate::error::Result;
use crate::store::{Tx, Value};

/// How many rows go at a time, so that other writes need not wait.
const STEP: i64 = 2000;

/// What of the feed is kept.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// How long, in milliseconds.
    pub max_age_ms: i64,
    /// How many rows.
    pub max_rows: i64,
}

/// Removes what is older or more than is kept, 2000 rows at a time; how many rows went, so that the caller calls
/// again until it is none. The newest row always stays, so that numbers never come back.
///
/// # Errors
/// What the engine says.
pub fn trim(tx: &mut Tx<'_>, retention: Retention) -> Result<usize> {
    let newest = newest(tx)?;
    let oldest_kept = newest.saturating_sub(retention.max_rows.max(1)).saturating_add(1);
    let oldest_time = crate::time::now().timestamp_millis().saturating_sub(retention.max_age_ms);
    // Only from the old end: the numbers are in the order of the commits, and what stays has no holes.
    let mut last = None;
    let mut ended = false;
    tx.rows(("SELECT seq, at FROM _tb_changes ORDER BY seq LIMIT ?", &[Value::Int(STEP)]), |row| {
        let (seq, at) = (integer(row.get(0)), integer(row.get(1)));
        ended |= seq == newest || (seq >= oldest_kept && at >= oldest_time);
        if !ended {
            last = Some(seq);
        }
        Ok(())
    })?;
    match last {
        Some(last) => tx.execute(("DELETE FROM _tb_changes WHERE seq <= ?", &[Value::Int(last)])),
        None => Ok(0),
    }
}
