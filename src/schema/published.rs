//! The place where the current snapshot is published.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::Schema;

/// Holds the current [`Schema`]. A change of collections publishes after its commit, before its answer.
#[derive(Debug, Default)]
pub struct Published(ArcSwap<Schema>);

impl Published {
    /// Begins with this snapshot.
    pub fn new(schema: Schema) -> Self {
        Self(ArcSwap::from_pointee(schema))
    }

    /// The current snapshot.
    pub fn current(&self) -> Arc<Schema> {
        self.0.load_full()
    }

    /// Replaces the current snapshot.
    pub fn publish(&self, schema: Arc<Schema>) {
        self.0.store(schema);
    }
}
