//! The settings that are stored in the database: read once, kept as a snapshot, published anew when they change.
//! Who cares about a change compares snapshots or waits for the next one.

mod model;
mod networks;
mod stored;

use std::sync::Arc;

use tokio::sync::watch;

pub use model::{Backups, Batch, Logs, Meta, RateLimit, RateLimits, S3, Smtp, TrustedProxy, Values};

pub use networks::{Networks, holds};

use crate::error::Result;
use crate::store::{ReadLane, Store};

/// The room of the settings.
#[derive(Clone)]
pub struct Settings {
    current: Arc<watch::Sender<Arc<Values>>>,
}

impl Settings {
    /// The room, with what the database has, or the defaults where nothing was saved yet.
    ///
    /// # Errors
    /// The stored settings cannot be read.
    pub async fn open(store: &Store) -> Result<Self> {
        let values = store.read(ReadLane::Fast, stored::load).await?;
        Ok(Self { current: Arc::new(watch::Sender::new(Arc::new(values))) })
    }

    /// The settings as they are now.
    pub fn current(&self) -> Arc<Values> {
        Arc::clone(&self.current.borrow())
    }

    /// Tells of each change after this call.
    pub fn changes(&self) -> watch::Receiver<Arc<Values>> {
        self.current.subscribe()
    }
}
