//! The states before deletes: who may hear of a delete is decided there, since afterwards nothing is left to ask.
//!
//! The writer has a state kept before each transaction that deletes what somebody subscribed to and has to be asked about. A state serves the
//! changes of that transaction alone. It holds up the tidying of the log, so that few are kept, and none for long: where
//! the broadcaster is too far behind, deletes stay undecided, and those who might hear of them are told to come back.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::clients::Clients;
use crate::changes;
use crate::schema::{Collection, Published};
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

/// Whether rules of a collection have to be asked about a record.
fn asks(collection: &Collection) -> bool {
    let manage_rule = collection.auth().and_then(|auth| auth.manage_rule.as_ref());
    let mut rules = collection.list_rule.iter().chain(&collection.view_rule).chain(manage_rule);
    rules.any(|rule| !rule.is_empty())
}

impl Witness for Before {
    fn watches(&self, collection: &str) -> bool {
        let schema = self.schema.current();
        let Some(collection) = schema.by_id(collection) else { return false };
        let (id, name) = (&collection.id, &collection.name);
        // Where nothing has to be asked, all there is to know of a delete lies in the feed.
        match asks(collection) {
            true => self.clients.watch(id, Some(name)),
            false => self.clients.ask(id, name),
        }
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
        if kept.back().is_none_or(|one| one.last.is_some()) {
            return;
        }
        match (newest, kept.back_mut()) {
            (Some(Ok(newest)), Some(one)) => one.last = Some(newest),
            // Undone, or no way to know where it ends.
            _ => _ = kept.pop_back(),
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::schema::Schema;
    use crate::store::{Store, StoreOptions, Tx, WriteLane};

    struct House {
        _dir: TempDir,
        store: Store,
        before: Before,
    }

    impl House {
        fn new() -> Self {
            let dir = TempDir::new().expect("a directory");
            let store = Store::open(&StoreOptions::new(dir.path().join("data.db"))).expect("a database");
            let before = Before::new(Arc::new(Published::new(Schema::default())), Arc::default());
            Self { _dir: dir, store, before }
        }

        /// A transaction with these many changes, before which the state is kept.
        async fn change(&self, count: i64) {
            self.before.keep(self.store.state().expect("a state"));
            let write = move |tx: &mut Tx<'_>| {
                for _ in 0..count {
                    tx.execute("INSERT INTO _tb_changes (collection, record, op, at) VALUES ('c', 'r', 'delete', 0)")?;
                }
                Ok(())
            };
            self.store.write(WriteLane::Grouped, write).await.expect("written");
            self.before.settled(self.store.state().ok());
        }

        /// The newest change in the state before a change.
        fn of(&self, seq: i64) -> Option<i64> {
            self.before.of(seq).map(|state| state.read(SHORT, changes::newest).expect("read"))
        }
    }

    #[tokio::test]
    async fn a_state_serves_the_transaction_behind_it_alone() {
        let house = House::new();
        house.change(2).await;
        // Nobody had a state kept before these.
        let unwatched = house.store.write(WriteLane::Grouped, |tx| {
            tx.execute("INSERT INTO _tb_changes (collection, record, op, at) VALUES ('c', 'r', 'delete', 0)")
        });
        unwatched.await.expect("written");
        house.change(1).await;
        assert_eq!([1, 2, 3, 4, 5].map(|seq| house.of(seq)), [Some(0), Some(0), None, Some(3), None]);
        house.before.forget(2);
        assert_eq!([1, 4].map(|seq| house.of(seq)), [None, Some(3)]);
        house.before.clear();
        assert_eq!(house.of(4), None);
    }

    #[tokio::test]
    async fn what_was_undone_leaves_no_state() {
        let house = House::new();
        house.before.keep(house.store.state().expect("a state"));
        house.before.settled(None);
        house.change(0).await;
        house.before.settled(None);
        assert_eq!(house.of(1), None);
    }

    #[tokio::test]
    async fn few_states_are_kept_at_once() {
        let house = House::new();
        for _ in 0..MOST + 2 {
            house.change(1).await;
        }
        assert_eq!((house.of(1), house.of(2), house.of(3)), (None, None, Some(2)));
    }
}
