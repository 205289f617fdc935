//! The application: opens the store, builds the rooms in order, stops them in reverse.

use std::sync::Arc;

use crate::auth::Auth;
use crate::collections::Collections;
use crate::config::Config;
use crate::error::Result;
use crate::files::Files;
use crate::records::Records;
use crate::schema::Published;
use crate::store::Store;

/// An open data directory with its rooms.
#[derive(Clone)]
pub struct App {
    /// What it was started with.
    pub config: Arc<Config>,
    /// The database.
    pub store: Store,
    /// The current snapshot of the collections.
    pub schema: Arc<Published>,
    /// Files of records.
    pub files: Files,
    /// Records.
    pub records: Records,
    /// Collections.
    pub collections: Collections,
    /// Sign-in.
    pub auth: Auth,
}

impl App {
    /// Opens a data directory.
    pub fn open(_config: Config) -> Result<Self> {
        todo!()
    }
}
