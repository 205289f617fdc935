//! Writing all rows of a table, some thousand at a time, so that the work can be seen and stopped.

use std::time::{Duration, Instant};

use crate::collections::progress::Progress;
use crate::error::Result;
use crate::store::{Tx, Value, ValueRef, tables};

/// How many rows the first chunk has.
const FIRST: i64 = 1000;

/// A chunk that takes less than half of this is followed by one of twice as many rows; one that takes more than
/// twice this, by one of half as many: rows may have a hundred bytes or a megabyte.
const AIM: Duration = Duration::from_millis(250);

/// How many rows a chunk has at most.
const MOST: i64 = 50_000;

/// Runs a statement over all rows of a table in the order of their keys. It has placeholders for the first and the
/// last key.
///
/// # Errors
/// What the engine answers; the work may not go on.
pub(super) fn walk(tx: &mut Tx<'_>, table: &str, key: &str, statement: &str, progress: &mut Progress) -> Result<()> {
    progress.again();
    tx.note(statement);
    let end = tables::end_of_rows(table, key);
    let (mut first, mut count) = (i64::MIN, FIRST);
    loop {
        let began = Instant::now();
        let last = tx.row((end.as_str(), &[Value::Int(first), Value::Int(count)]), |row| match row.get(0) {
            ValueRef::Int(last) => Ok(Some(last)),
            _ => Ok(None),
        })?;
        let Some(last) = last.flatten() else { return Ok(()) };
        let done = tx.execute((statement, &[Value::Int(first), Value::Int(last)]))?;
        progress.advance(tx, done as u64)?;
        let Some(next) = last.checked_add(1) else { return Ok(()) };
        first = next;
        count = next_count(count, began.elapsed());
    }
}

fn next_count(count: i64, took: Duration) -> i64 {
    match took {
        took if took < AIM / 2 => (count * 2).min(MOST),
        took if took > AIM * 2 => (count / 2).max(1),
        _ => count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_grow_and_shrink_with_the_time_they_take() {
        assert_eq!(next_count(FIRST, Duration::ZERO), 2 * FIRST);
        assert_eq!(next_count(FIRST, AIM), FIRST);
        assert_eq!(next_count(FIRST, AIM * 3), FIRST / 2);
        assert_eq!(next_count(MOST, Duration::ZERO), MOST);
        assert_eq!(next_count(1, AIM * 100), 1);
    }
}
