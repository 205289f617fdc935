//! How much memory the bodies of all requests hold at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::limited_body::BodyError;

/// How many bytes of all bodies are held at once, beyond the free part of each.
pub(super) const MOST_HELD: usize = 512 * 1024 * 1024;
/// How many bytes of each body are not counted, so that uploads never crowd out small requests.
pub(super) const FREE: usize = 64 * 1024;

/// The memory that all bodies share.
pub(super) type Budget = Arc<AtomicUsize>;

/// How much of a body is in memory. Who sends it on while it comes says so here.
#[derive(Clone)]
pub(in crate::http) struct BodyMemory(Arc<Memory>);

struct Memory {
    budget: Budget,
    held: Mutex<usize>,
}

impl BodyMemory {
    pub(super) fn new(budget: &Budget) -> Self {
        Self(Arc::new(Memory { budget: Arc::clone(budget), held: Mutex::new(0) }))
    }

    pub(super) fn take(&self, bytes: usize) -> Result<(), BodyError> {
        let mut held = self.0.held.lock();
        let before = held.saturating_sub(FREE);
        *held += bytes;
        let counted = held.saturating_sub(FREE);
        let more = counted - before;
        let all = self.0.budget.fetch_add(more, Ordering::Relaxed) + more;
        // A body that is alone may be as large as its route says.
        if all > MOST_HELD && all > counted { Err(BodyError::Crowded) } else { Ok(()) }
    }

    /// So many bytes of the body are in memory no more.
    pub(in crate::http) fn give_back(&self, bytes: usize) {
        let mut held = self.0.held.lock();
        let before = held.saturating_sub(FREE);
        *held = held.saturating_sub(bytes);
        self.0.budget.fetch_sub(before - held.saturating_sub(FREE), Ordering::Relaxed);
    }
}
