//! Versions of tables, and how many rows they have: what caches of answers stand on.
//!
//! A version rises after a commit that changed its table is visible to readers, and before that write is answered.
//! A [`Stamp`] is taken *before* the read whose answer it is kept with begins. So an answer that is found under the
//! stamp of now is never older than a write that was acknowledged before now; it may hold a commit that is not
//! acknowledged yet. What another process writes is noticed before our next write, or within a second.
//!
//! The number of rows is counted once and then kept by the deltas of committed work.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};

use super::Tx;
use crate::error::Result;

/// The versions of some tables, as one value. Stamps of the same tables are equal where none of them changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// How often everything was raised: changes of tables, other processes.
    everything: u64,
    /// The sum of the tables' versions. No version falls, so that equal sums are equal versions.
    sum: u64,
}

/// The versions of all tables of a database.
#[derive(Clone, Default)]
pub(in crate::store) struct Versions(Arc<State>);

#[derive(Default)]
struct State {
    everything: AtomicU64,
    /// Odd while a commit is under way: what a reader sees then may be either side of it.
    turns: AtomicU64,
    /// By name in lower case, as the engine compares names.
    tables: RwLock<HashMap<Box<str>, Arc<Table>>>,
}

/// What is known of one table.
#[derive(Default)]
pub(in crate::store) struct Table {
    version: AtomicU64,
    rows: Mutex<Rows>,
}

#[derive(Default, Clone, Copy)]
struct Rows {
    /// Inserted minus deleted rows of all committed work.
    net: i64,
    /// How often work was committed whose rows could not be counted.
    doubts: u64,
    /// The number of rows less `net`, and at which value of `everything` it was found.
    base: Option<(i64, u64)>,
}

/// What a transaction did to a table.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::store) struct Delta {
    /// Inserted minus deleted rows.
    pub(in crate::store) rows: i64,
    /// Whether there may have been others.
    pub(in crate::store) doubtful: bool,
}

impl Versions {
    pub(super) fn stamp<'n>(&self, tables: impl Iterator<Item = &'n str>) -> Stamp {
        self.stamp_at(self.everything(), tables)
    }

    /// The versions of tables that were the right ones at a value of `everything`.
    pub(super) fn stamp_at<'n>(&self, everything: u64, tables: impl Iterator<Item = &'n str>) -> Stamp {
        let known = self.0.tables.read();
        let version = |name| known.get(&*key(name)).map_or(0, |table| table.version.load(Ordering::SeqCst));
        Stamp { everything, sum: tables.map(version).fold(0, u64::wrapping_add) }
    }

    /// Raised where the answer of any query may be another, tables and views included.
    pub(in crate::store) fn everything(&self) -> u64 {
        self.0.everything.load(Ordering::SeqCst)
    }

    pub(in crate::store) fn raise_everything(&self) {
        self.0.everything.fetch_add(1, Ordering::SeqCst);
    }

    pub(in crate::store) fn table(&self, name: &str) -> Arc<Table> {
        let name = key(name);
        if let Some(table) = self.0.tables.read().get(&*name) {
            return Arc::clone(table);
        }
        Arc::clone(self.0.tables.write().entry(name.as_ref().into()).or_default())
    }

    /// A commit begins or ends.
    pub(in crate::store) fn turn(&self) {
        self.0.turns.fetch_add(1, Ordering::SeqCst);
    }

    /// How many rows a table has, where it is known.
    pub(super) fn rows(&self, table: &str) -> Option<u64> {
        let table = Arc::clone(self.0.tables.read().get(&*key(table))?);
        let Rows { net, base, .. } = *table.rows.lock();
        let (base, at) = base?;
        (at == self.everything()).then(|| u64::try_from(base + net).ok())?
    }

    /// Prepares to learn how many rows a table has by a count in this transaction, which must not have read yet.
    /// `None` where a commit is under way, or the rows of this table cannot be followed.
    pub(super) fn counting(&self, tx: &mut Tx<'_>, name: &str) -> Result<Option<Counting>> {
        let turn = self.0.turns.load(Ordering::SeqCst);
        if !turn.is_multiple_of(2) {
            return Ok(None);
        }
        let (table, everything) = (self.table(name), self.everything());
        let Rows { net, doubts, .. } = *table.rows.lock();
        // The first query fixes the state that the transaction reads.
        let followed = tx.can_follow_rows(name)?;
        let settled = self.0.turns.load(Ordering::SeqCst) == turn;
        Ok((followed && settled).then_some(Counting { table, everything, net, doubts }))
    }
}

impl Table {
    /// Work that was done to it is committed.
    pub(in crate::store) fn raise(&self, delta: Delta) {
        if delta.rows != 0 || delta.doubtful {
            let mut rows = self.rows.lock();
            rows.net += delta.rows;
            if delta.doubtful {
                rows.doubts += 1;
                rows.base = None;
            }
        }
        self.version.fetch_add(1, Ordering::SeqCst);
    }
}

/// A count of a table's rows that is about to be known.
pub struct Counting {
    table: Arc<Table>,
    everything: u64,
    net: i64,
    doubts: u64,
}

impl Counting {
    /// The transaction that this was prepared in has counted so many.
    pub fn learned(self, count: u64) {
        let Ok(count) = i64::try_from(count) else { return };
        let mut rows = self.table.rows.lock();
        if rows.doubts == self.doubts {
            rows.base = Some((count - self.net, self.everything));
        }
    }
}

fn key(name: &str) -> Cow<'_, str> {
    match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(name.to_ascii_lowercase()),
        false => Cow::Borrowed(name),
    }
}
