//! What a write does outside its transaction, once it is known whether the transaction holds.

use std::panic::{AssertUnwindSafe, catch_unwind};

type Effect = Box<dyn FnOnce() + Send>;

/// The effects of one run of one write.
#[derive(Default)]
pub(super) struct Effects {
    after_commit: Vec<Effect>,
    on_rollback: Vec<Effect>,
    /// Of nested work that was undone: they run in either case.
    undone: Vec<Effect>,
}

/// A place in the effects, where nested work began.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    after_commit: usize,
    on_rollback: usize,
}

impl Effects {
    pub(super) fn after_commit(&mut self, effect: impl FnOnce() + Send + 'static) {
        self.after_commit.push(Box::new(effect));
    }

    pub(super) fn on_rollback(&mut self, effect: impl FnOnce() + Send + 'static) {
        self.on_rollback.push(Box::new(effect));
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { after_commit: self.after_commit.len(), on_rollback: self.on_rollback.len() }
    }

    /// The work since the mark was undone.
    pub(super) fn undo_to(&mut self, mark: Mark) {
        self.after_commit.truncate(mark.after_commit);
        self.undone.extend(self.on_rollback.drain(mark.on_rollback..));
    }

    /// The transaction is committed.
    pub(super) fn committed(self) {
        run_all(self.undone.into_iter().chain(self.after_commit));
    }

    /// The write is undone for good.
    pub(super) fn rolled_back(self) {
        run_all(self.undone.into_iter().chain(self.on_rollback));
    }
}

/// An effect that panics keeps nobody else's from running.
fn run_all(effects: impl Iterator<Item = Effect>) {
    for effect in effects {
        if catch_unwind(AssertUnwindSafe(effect)).is_err() {
            tracing::error!("an effect of a write panicked");
        }
    }
}
