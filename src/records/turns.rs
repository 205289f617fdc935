//! Whose turn it is: updates whose rules may be long work are never prepared on the writer, so that they take turns at
//! a record. Otherwise one that always finds its row moved would begin anew without end.

use std::hash::{BuildHasher, RandomState};

use tokio::sync::{Mutex, MutexGuard};

/// How many records can be at it at once; two with the same place wait for each other.
const PLACES: usize = 256;

/// One place for each of many records.
pub(super) struct Turns {
    hasher: RandomState,
    places: Vec<Mutex<()>>,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self { hasher: RandomState::new(), places: (0..PLACES).map(|_| Mutex::new(())).collect() }
    }

    /// Waits for a record's turn, which lasts as long as what is answered.
    pub(super) async fn wait(&self, record: &str) -> MutexGuard<'_, ()> {
        let place = self.hasher.hash_one(record) as usize % PLACES;
        self.places[place].lock().await
    }
}
