//! States of the database that stay readable while others write, and those who want the states before deletes.
//!
//! A delete takes away what would tell who may know of it. Where somebody watches what is deleted, the writer therefore
//! commits what came before, has the state kept, and runs the delete on top of it. Nobody who watches, no cost.

use std::sync::Arc;
use std::time::Duration;

use super::sqlite::Kept;
use super::{Store, Tx};
use crate::error::Result;

/// A state that stays as it is until it is dropped. It holds up the tidying of the log: it must not live long.
pub struct State(pub(super) Kept);

impl State {
    /// Runs a read on the state, within a time.
    ///
    /// # Errors
    /// What the closure answers; `Deadline`.
    pub fn read<T>(&self, time: Duration, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.0.read(time, f)
    }
}

/// Somebody who decides about deletes on the state before them. Called on the writer's thread, so that nothing here may
/// take long; none of it may wait for a write.
pub trait Witness: Send + Sync {
    /// Whether deletes of this kind are watched; the words are those of [`Tx::deletes`].
    fn watches(&self, what: &str) -> bool;

    /// The state before the transaction that is being made now, and that deletes.
    fn keep(&self, state: State);

    /// That transaction is committed: the state after it. `None` where it was undone, or that state cannot be had.
    fn settled(&self, after: Option<State>);
}

impl Store {
    /// The state after the last commit.
    ///
    /// # Errors
    /// What the engine says; `Unavailable` once the database is closed.
    pub fn state(&self) -> Result<State> {
        self.engine.state()
    }

    /// Names who gets the states before deletes.
    pub fn tell_of_deletes(&self, witness: Arc<dyn Witness>) {
        self.engine.tell_of_deletes(witness);
    }

    /// Sets what happens after each commit, that of another process included once it is noticed: on the writer's
    /// thread, so it must be short. Effects of the commit come before it.
    pub fn on_commit(&self, f: Arc<dyn Fn() + Send + Sync>) {
        self.engine.on_commit(f);
    }
}
