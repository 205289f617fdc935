//! News: ours, once they are committed, and those of other processes that write to the same database.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parking_lot::Mutex;

use super::Thread;
use crate::store::OnExternalChange;

/// What to call when another process has written.
pub(super) type ExternalChange = Arc<Mutex<Option<OnExternalChange>>>;

/// What to call after a commit.
pub(super) type Committed = Arc<Mutex<Option<Arc<dyn Fn() + Send + Sync>>>>;

impl Thread {
    pub(super) fn tell_of_commit(&self) {
        let call = self.committed.lock().clone();
        if let Some(call) = call
            && catch_unwind(AssertUnwindSafe(|| call())).is_err()
        {
            tracing::error!("what follows a commit panicked");
        }
    }

    pub(super) fn others_wrote(&mut self) -> bool {
        let version = self
            .connection
            .prepare_cached("PRAGMA data_version")
            .and_then(|mut statement| statement.query_row([], |row| row.get::<_, i64>(0)));
        match version {
            Ok(version) => self.seen.replace(version).is_some_and(|before| before != version),
            Err(error) => {
                tracing::warn!(%error, "looking for changes of other processes failed");
                false
            }
        }
    }

    pub(super) fn tell_of_others(&self) {
        self.plans.forget();
        self.versions.raise_everything();
        self.checkpoints.written();
        let call = self.external.lock().clone();
        if let Some(call) = call
            && catch_unwind(AssertUnwindSafe(|| call())).is_err()
        {
            tracing::error!("taking over another process's changes panicked");
        }
        self.tell_of_commit();
    }
}
