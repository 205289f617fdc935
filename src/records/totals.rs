//! How many records a list has in all. Counts are kept with the versions of the tables that they read, under the
//! text of their query and its values: whoever asks the same of the same state is answered without counting.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use parking_lot::Mutex;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::layout::Layout;
use super::plans::Condition;
use crate::error::{Error, Result};
use crate::store::{ReadLane, Sql, Stamp, Store, Tx, ValueRef};

/// How many bytes the kept totals may have.
const KEPT_BYTES: u64 = 16 << 20;
/// About how many bytes a total has, with its key.
const USUAL_BYTES: u64 = 512;
/// How many counts under way are looked through for abandoned ones.
const FLIGHTS: usize = 64;

/// What is known of a total before the page is read.
pub(super) enum Total {
    /// It is known.
    Known(u64),
    /// It must be counted.
    Count(Count),
}

/// A total that must be counted.
#[derive(Clone)]
pub(super) struct Count {
    query: Sql,
    /// Where the count runs.
    pub(super) lane: ReadLane,
    /// Where it is kept; nowhere if it depends on time or chance.
    place: Option<Place>,
    /// The table, where all its rows are counted.
    whole: Option<String>,
}

/// Where a total is kept, and of which state.
#[derive(Clone)]
struct Place {
    key: Box<[u8]>,
    stamp: Stamp,
}

/// The totals.
#[derive(Clone)]
pub(super) struct Totals(Arc<Inner>);

struct Inner {
    kept: Cache<Box<[u8]>, (Stamp, u64), Bytes>,
    flights: Mutex<Flights>,
}

/// A count that several callers wait for. It ends with the last of them, whoever was first.
type Flight = BoxFuture<'static, Result<u64, Arc<Error>>>;

/// The counts under way, each with the versions that it began with.
type Flights = HashMap<Box<[u8]>, (Stamp, WeakShared<Flight>)>;

#[derive(Clone)]
struct Bytes;

impl Weighter<Box<[u8]>, (Stamp, u64)> for Bytes {
    fn weight(&self, key: &Box<[u8]>, _total: &(Stamp, u64)) -> u64 {
        96 + key.len() as u64
    }
}

impl Totals {
    pub(super) fn new() -> Self {
        let kept = Cache::with_weighter((KEPT_BYTES / USUAL_BYTES) as usize, KEPT_BYTES, Bytes);
        Self(Arc::new(Inner { kept, flights: Mutex::default() }))
    }

    /// The total of a condition. To be asked before the page is read: what is known then holds all that was
    /// acknowledged before.
    ///
    /// # Errors
    /// What the engine says against the condition.
    pub(super) fn of(&self, store: &Store, condition: &Condition, layout: &Layout) -> Result<Total> {
        // The rows of a view come and go with those of other tables.
        let whole = (condition.is_empty() && !layout.collection.is_view()).then_some(&layout.collection.name);
        if let Some(rows) = whole.and_then(|table| store.rows(table)) {
            return Ok(Total::Known(rows));
        }
        let query = condition.count(layout);
        let stamp = if condition.is_volatile() { None } else { store.versions_of(&query)? };
        let place = stamp.map(|stamp| Place { key: key(&query), stamp });
        if let Some(Place { key, stamp }) = &place
            && let Some((at, total)) = self.0.kept.get(key)
            && at == *stamp
        {
            return Ok(Total::Known(total));
        }
        let lane = condition.lane(store, &query)?;
        Ok(Total::Count(Count { query, lane, place, whole: whole.cloned() }))
    }

    /// Counts among the long reads. Whoever asks the same meanwhile waits for the same count.
    pub(super) async fn count(&self, store: &Store, count: Count) -> Result<u64> {
        let Some(Place { key, stamp }) = count.place.clone() else {
            let (totals, counter) = (self.clone(), store.clone());
            return store.read(ReadLane::Slow, move |tx| totals.alone(tx, &counter, &count)).await;
        };
        let flight = self.flight(store, count, &key, stamp);
        let result = flight.await;
        let mut flights = self.0.flights.lock();
        if flights.get(&key).is_some_and(|(at, _)| *at == stamp) {
            flights.remove(&key);
        }
        drop(flights);
        result.map_err(|error| error.for_another())
    }

    fn flight(&self, store: &Store, count: Count, key: &[u8], stamp: Stamp) -> Shared<Flight> {
        let mut flights = self.0.flights.lock();
        if let Some((at, flight)) = flights.get(key)
            && *at == stamp
            && let Some(flight) = flight.upgrade()
        {
            return flight;
        }
        if flights.len() >= FLIGHTS {
            flights.retain(|_, (_, flight)| flight.upgrade().is_some());
        }
        let (totals, store) = (self.clone(), store.clone());
        let run = async move {
            let counter = store.clone();
            let read = store.read(ReadLane::Slow, move |tx| totals.alone(tx, &counter, &count));
            read.await.map_err(Arc::new)
        };
        let flight = run.boxed().shared();
        if let Some(weak) = flight.downgrade() {
            flights.insert(key.into(), (stamp, weak));
        }
        flight
    }

    fn alone(&self, tx: &mut Tx<'_>, store: &Store, count: &Count) -> Result<u64> {
        self.beside(tx, store, count, |_| Ok(((), None))).map(|((), total)| total)
    }

    /// Counts in a transaction that has read nothing yet, after `page` has read in it; not where the page tells the
    /// total itself.
    pub(super) fn beside<T>(
        &self,
        tx: &mut Tx<'_>,
        store: &Store,
        count: &Count,
        page: impl FnOnce(&mut Tx<'_>) -> Result<(T, Option<u64>)>,
    ) -> Result<(T, u64)> {
        let counting = count.whole.as_deref().map(|table| store.counting(tx, table)).transpose()?.flatten();
        let (page, told) = page(tx)?;
        if let Some(total) = told {
            return Ok((page, total));
        }
        let total = count.run(tx)?;
        if let Some(counting) = counting {
            counting.learned(total);
        }
        if let Some(Place { key, stamp }) = &count.place {
            self.0.kept.insert(key.clone(), (*stamp, total));
        }
        Ok((page, total))
    }
}

impl Count {
    fn run(&self, tx: &mut Tx<'_>) -> Result<u64> {
        let total = tx.row(&self.query, |row| Ok(row.get(0).as_f64()))?;
        Ok(total.unwrap_or(0.0) as u64)
    }
}

/// Text and values of a query as bytes: equal for equal queries alone.
fn key(query: &Sql) -> Box<[u8]> {
    let mut key = Vec::with_capacity(query.text.len() + query.values.len() * 24);
    key.extend_from_slice(&(query.text.len() as u64).to_le_bytes());
    key.extend_from_slice(query.text.as_bytes());
    for value in &query.values {
        match value.borrow() {
            ValueRef::Null => key.push(0),
            ValueRef::Int(number) => {
                key.push(1);
                key.extend_from_slice(&number.to_le_bytes());
            }
            ValueRef::Real(number) => {
                key.push(2);
                key.extend_from_slice(&number.to_bits().to_le_bytes());
            }
            ValueRef::Text(text) => {
                key.push(3);
                key.extend_from_slice(&(text.len() as u64).to_le_bytes());
                key.extend_from_slice(text.as_bytes());
            }
        }
    }
    key.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Value;

    #[test]
    fn a_key_is_that_of_its_query_alone() {
        let query = |text: &str, values: &[Value]| key(&Sql { text: text.into(), values: values.to_vec() });
        let all = [
            query("a = ?", &["b".into()]),
            query("a = ?", &["c".into()]),
            query("a = ?", &[Value::Null]),
            query("a = ?", &[Value::Int(1)]),
            query("a = ?", &[Value::Real(1.0)]),
            query("a = ?", &["1".into()]),
            query("a = ? OR a = ?", &["ab".into(), "c".into()]),
            query("a = ? OR a = ?", &["a".into(), "bc".into()]),
        ];
        for (at, one) in all.iter().enumerate() {
            assert_eq!(all.iter().position(|other| other == one), Some(at));
        }
        assert_eq!(all[0], query("a = ?", &["b".into()]));
    }
}
