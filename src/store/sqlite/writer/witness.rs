//! The states before deletes: whoever decides who may hear of a delete gets the state before its transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parking_lot::Mutex;

use super::Thread;
use crate::error::Result;
use crate::store::{State, Witness};

/// Who wants the states before deletes.
pub(super) type Witnesses = Arc<Mutex<Option<Arc<dyn Witness>>>>;

impl Thread {
    /// Opens a transaction; with `keeping`, whoever decides about deletes gets the state before it.
    pub(super) fn begin_keeping(&mut self, keeping: bool) -> Result<()> {
        self.begin()?;
        if !keeping {
            return Ok(());
        }
        // Nobody else can write by now.
        match self.states.keep() {
            Ok(kept) => {
                self.with_witness(|witness| witness.keep(State(kept)));
                Ok(())
            }
            Err(error) => {
                self.end_transaction();
                Err(error)
            }
        }
    }

    /// Tells whoever got the state before a transaction how that went.
    pub(super) fn settle_state(&self, kept: bool, holds: bool) {
        if kept {
            let after = holds.then(|| self.states.keep().ok()).flatten().map(State);
            self.with_witness(|witness| witness.settled(after));
        }
    }

    fn with_witness(&self, call: impl FnOnce(&dyn Witness)) {
        let witness = self.witness.lock().clone();
        if let Some(witness) = witness
            && catch_unwind(AssertUnwindSafe(|| call(witness.as_ref()))).is_err()
        {
            tracing::error!("who decides about deletes panicked");
        }
    }
}
