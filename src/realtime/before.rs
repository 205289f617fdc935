//! The states before deletes: who may hear of a delete is decided there, since afterwards nothing is left to ask.
//!
//! The writer has a state kept before each transaction that deletes what somebody subscribed to. A state serves the
//! changes of that transaction alone. It holds up the tidying of the log, so that few are kept, and none for long: where
//! the broadcaster is too far behind, deletes stay undecided, and those who might hear of them are told to come back.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::clients::Clients;
use crate::changes;
use crate::schema::Published;
use crate::store::{State, Witness};

/// How many states are kept at once.
const MOST: usize = 64;
/// How long a state is kept at most.
const LONGEST: Duration = Duration::from_secs(15);
/// How many transactions are remembered whose states are not kept any more.
const REMEMBERED: usize = 4096;
/// How long the look at a state for its place may take.
const SHORT: Duration = Duration::from_secs(1);

/// The states that are kept.
pub(super) struct Before {
    schema: Arc<Published>,
    clients: Arc<Clients>,
    kept: Mutex<VecDeque<Kept>>,
}

struct Kept {
    /// The newest change in the state.
    after: i64,
    /// The last change of the transaction that follows; unknown while it is being made.
    last: Option<i64>,
    since: Instant,
    state: Option<Arc<State>>,
}

impl Before {
    pub(super) fn new(schema: Arc<Published>, clients: Arc<Clients>) -> Self {
        Self { schema, clients, kept: Mutex::default() }
    }

    /// The state before the transaction that a change belongs to.
    pub(super) fn of(&self, seq: i64) -> Option<Arc<State>> {
        let kept = self.kept.lock();
        let one = kept.iter().rev().find(|one| one.after < seq)?;
        one.state.clone().filter(|_| one.last.is_none_or(|last| seq <= last))
    }

    /// Lets go of what served changes up to this one.
    pub(super) fn forget(&self, seq: i64) {
        let served = |one: &Kept| one.last.is_some_and(|last| last <= seq);
        let mut gone = Vec::new();
        let mut kept = self.kept.lock();
        while kept.front().is_some_and(served) {
            gone.extend(kept.pop_front());
        }
        // Connections are given back without the lock.
        drop(kept);
    }

    /// Lets go of everything.
    pub(super) fn clear(&self) {
        let all = std::mem::take(&mut *self.kept.lock());
        drop(all);
    }
}

impl Witness for Before {
    fn watches(&self, collection: &str) -> bool {
        let schema = self.schema.current();
        self.clients.watch(collection, schema.by_id(collection).map(|collection| collection.name.as_str()))
    }

    fn keep(&self, state: State) {
        let after = match state.read(SHORT, changes::newest) {
            Ok(after) => after,
            Err(error) => {
                return tracing::warn!(%error, "a state before a delete cannot be read; the delete stays undecided");
            }
        };
        let mut kept = self.kept.lock();
        kept.push_back(Kept { after, last: None, since: Instant::now(), state: Some(Arc::new(state)) });
        let most = kept.len().saturating_sub(MOST);
        for (at, one) in kept.iter_mut().enumerate() {
            if at < most || one.since.elapsed() > LONGEST {
                one.state = None;
            }
        }
        if kept.len() > REMEMBERED {
            kept.pop_front();
        }
    }

    fn settled(&self, after: Option<State>) {
        let newest = after.map(|after| after.read(SHORT, changes::newest));
        let mut kept = self.kept.lock();
        if !kept.back().is_some_and(|one| one.last.is_none()) {
            return;
        }
        match (newest, kept.back_mut()) {
            (Some(Ok(newest)), Some(one)) => one.last = Some(newest),
            // Undone, or no way to know where it ends.
            _ => _ = kept.pop_back(),
        }
    }
}
