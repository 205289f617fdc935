//! Removing the oldest changes.

use super::position;
use super::read::{integer, newest};
use crate::error::Result;
use crate::store::{Tx, Value};

/// How many rows go at a time, so that other writes need not wait.
const STEP: i64 = 2000;

/// How many times as long and as many changes are kept for a follower that has not taken them in.
const PATIENCE: i64 = 4;

/// What of the feed is kept.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// How long, in milliseconds.
    pub max_age_ms: i64,
    /// How many rows.
    pub max_rows: i64,
}

/// Removes what is older or more than is kept, 2000 rows at a time; how many rows went, so that the caller calls
/// again until it is none. The newest row always stays, so that numbers never come back. What a follower that saves its
/// position has not taken in stays too, up to four times the limits.
///
/// # Errors
/// What the engine says.
pub fn trim(tx: &mut Tx<'_>, retention: Retention) -> Result<usize> {
    let newest = newest(tx)?;
    let usual = Edge::of(retention, newest, 1);
    let last_resort = Edge::of(retention, newest, PATIENCE);
    let slowest = position::slowest(tx)?;
    let taken_in = slowest.as_ref().map_or(i64::MAX, |(_, seq)| *seq);
    // Only from the old end: the numbers are in the order of the commits, and what stays has no holes.
    let mut last = None;
    let mut ended = false;
    tx.rows(("SELECT seq, at FROM _tb_changes ORDER BY seq LIMIT ?", &[Value::Int(STEP)]), |row| {
        let (seq, at) = (integer(row.get(0)), integer(row.get(1)));
        ended |= seq == newest || (if seq <= taken_in { usual } else { last_resort }).keeps(seq, at);
        if !ended {
            last = Some(seq);
        }
        Ok(())
    })?;
    if let (Some((follower, seq)), Some(last)) = (&slowest, last)
        && last > *seq
    {
        tracing::warn!(follower, behind = newest - seq, "a follower is so far behind that it misses changes");
    }
    match last {
        Some(last) => tx.execute(("DELETE FROM _tb_changes WHERE seq <= ?", &[Value::Int(last)])),
        None => Ok(0),
    }
}

/// From where on changes are kept.
#[derive(Clone, Copy)]
struct Edge {
    oldest_kept: i64,
    oldest_time: i64,
}

impl Edge {
    fn of(retention: Retention, newest: i64, times: i64) -> Self {
        let now = crate::time::now().timestamp_millis();
        Self {
            oldest_kept: newest.saturating_sub(retention.max_rows.max(1).saturating_mul(times)).saturating_add(1),
            oldest_time: now.saturating_sub(retention.max_age_ms.saturating_mul(times)),
        }
    }

    fn keeps(self, seq: i64, at: i64) -> bool {
        seq >= self.oldest_kept && at >= self.oldest_time
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::store::{Store, StoreOptions, WriteLane};

    /// What is left of `count` changes, of which the first `old` are a day old, and how often `trim` had work.
    async fn left(count: i64, old: i64, retention: Retention) -> (Option<i64>, i64, usize) {
        let dir = TempDir::new().unwrap();
        let store = Store::open(&StoreOptions::new(dir.path().join("data.db"))).unwrap();
        let now = crate::time::now().timestamp_millis();
        let fill = move |tx: &mut Tx<'_>| {
            for number in 1..=count {
                let at = if number <= old { now - 86_400_000 } else { now };
                let insert = "INSERT INTO _tb_changes (collection, record, op, at) VALUES ('c', 'r', 'create', ?)";
                tx.execute((insert, &[Value::Int(at)]))?;
            }
            Ok(())
        };
        store.write(WriteLane::Grouped, fill).await.unwrap();
        let mut rounds = 0;
        while store.write(WriteLane::Grouped, move |tx| trim(tx, retention)).await.unwrap() > 0 {
            rounds += 1;
        }
        let bounds = store.read_here(|tx| {
            tx.row("SELECT min(seq), max(seq) FROM _tb_changes", |row| Ok((row.get(0).to_value(), integer(row.get(1)))))
        });
        match bounds.unwrap() {
            Some((Value::Int(first), last)) => (Some(first), last, rounds),
            _ => (None, 0, rounds),
        }
    }

    const HOUR: i64 = 3_600_000;

    #[tokio::test]
    async fn the_old_and_the_many_go_in_small_steps() {
        let by_count = Retention { max_age_ms: HOUR, max_rows: 1000 };
        assert_eq!(left(5000, 0, by_count).await, (Some(4001), 5000, 2));
        let by_age = Retention { max_age_ms: HOUR, max_rows: 1_000_000 };
        assert_eq!(left(10, 4, by_age).await, (Some(5), 10, 1));
    }

    #[tokio::test]
    async fn what_a_follower_has_not_taken_in_stays_for_longer() {
        let dir = TempDir::new().unwrap();
        let store = Store::open(&StoreOptions::new(dir.path().join("data.db"))).unwrap();
        let left_after = |saved: i64, rows: i64| {
            let retention = Retention { max_age_ms: HOUR, max_rows: rows };
            store.write(WriteLane::Grouped, move |tx| {
                tx.execute("DELETE FROM _tb_changes")?;
                for number in 1..=1000 {
                    let insert =
                        "INSERT INTO _tb_changes (seq, collection, record, op, at) VALUES (?, 'c', 'r', 'create', ?)";
                    tx.execute((insert, &[Value::Int(number), Value::Int(crate::time::now().timestamp_millis())]))?;
                }
                position::save(tx, "slow", saved)?;
                trim(tx, retention)?;
                crate::changes::oldest(tx)
            })
        };
        assert_eq!(left_after(950, 100).await.unwrap(), 901, "who is within the limits changes nothing");
        assert_eq!(left_after(700, 100).await.unwrap(), 701, "its changes are kept for it");
        assert_eq!(left_after(10, 100).await.unwrap(), 601, "but not for ever");
    }

    #[tokio::test]
    async fn the_newest_change_stays_whatever_the_limits() {
        assert_eq!(left(10, 10, Retention { max_age_ms: 0, max_rows: 0 }).await, (Some(10), 10, 1));
        assert_eq!(left(0, 0, Retention { max_age_ms: 0, max_rows: 0 }).await, (None, 0, 0));
        assert_eq!(left(3, 0, Retention { max_age_ms: HOUR, max_rows: i64::MAX }).await, (Some(1), 3, 0));
    }
}
