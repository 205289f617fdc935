//! What the server did, kept in a database of its own beside the data: requests that were answered, and the server's own
//! warnings and errors.
//!
//! - `entry`, `redact`: an entry and its columns; secrets in addresses
//! - `queue`: entries on their way; putting one in never waits
//! - `keeper`: the task that writes them in batches and removes what is old
//! - `file`: opening the database, which may be missing or broken
//! - `read`: pages, single entries and numbers by the hour
//! - `overview`, `route`: the log at a glance; requests by their routes
//! - `tap`: warnings and errors of the server become entries
//!
//! What must stay true: whatever happens to the log, requests are answered as fast as without it. What has no room is
//! dropped and counted, and a database that cannot be used is set aside.

mod entry;
mod file;
mod keeper;
mod overview;
mod queue;
mod read;
mod redact;
mod route;
mod tap;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use parking_lot::Mutex;
use serde_json::{Map, Value as Json};
use tokio::sync::{mpsc, oneshot};

pub use entry::{Addresses, Failure, Level, RequestEntry};
pub use redact::redacted;
pub use tap::{RequestIdOf, Tap};

use crate::error::Result;
use crate::settings::{self, Settings};
use crate::store::Store;
use entry::Entry;
use file::Opened;
use keeper::{Asked, Keeper};
use queue::Queue;

/// What the room calls itself in the server's output.
const TARGET: &str = "tuckbox::logs";

/// What answered requests are called there.
pub const REQUESTS: &str = "tuckbox::requests";

/// How many may ask for the log to be written at once.
const ASKED: usize = 64;

/// The room of the logs.
#[derive(Clone)]
pub struct Logs {
    parts: Arc<Parts>,
}

struct Parts {
    path: PathBuf,
    settings: Settings,
    query_timeout: Duration,
    queue: Queue,
    /// The database; none until the room is opened, and where it cannot be used.
    store: ArcSwapOption<Store>,
    keeper: Mutex<Option<mpsc::Sender<Asked>>>,
    /// Why there is no database, or why it could not be written the last time.
    trouble: Mutex<Option<String>>,
}

/// How the log is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Whether there is a database to keep it in.
    pub is_open: bool,
    /// Why there is none, or why it could not be written the last time.
    pub trouble: Option<String>,
    /// How many entries wait to be written, or had no room and are not told of yet.
    pub unwritten: u64,
}

impl Logs {
    /// The room, with nothing kept before it is opened.
    pub fn new(path: PathBuf, settings: Settings, query_timeout: Duration) -> Self {
        let (queue, store, keeper) = (Queue::default(), ArcSwapOption::empty(), Mutex::default());
        let trouble = Mutex::default();
        Self { parts: Arc::new(Parts { path, settings, query_timeout, queue, store, keeper, trouble }) }
    }

    /// Opens the database and begins to keep what is told. Where it cannot be used, that is said, and nothing is kept.
    pub fn open(&self) {
        self.opened(file::open(&self.parts.path, self.parts.query_timeout));
        let (ask, asked) = mpsc::channel(ASKED);
        *self.parts.keeper.lock() = Some(ask);
        tokio::spawn(Keeper::new(self.clone(), asked).run());
    }

    fn opened(&self, opened: Result<Opened>) {
        match opened {
            Ok(Opened { store, aside }) => {
                self.parts.store.store(Some(Arc::new(store)));
                self.parts.trouble.lock().take();
                if let Some((aside, reason)) = aside {
                    let (database, aside) = (self.parts.path.display().to_string(), aside.display().to_string());
                    tracing::warn!(target: TARGET, database, aside, "the database of the logs {reason}; it was set aside, and a new one made");
                    let data = Map::from_iter([("aside".to_owned(), Json::from(aside))]);
                    self.record(Level::Warn, format!("the database of the logs {reason}; this is a new one"), data);
                }
            }
            Err(error) => {
                tracing::error!(
                    target: TARGET, %error,
                    "no logs are kept, since their database cannot be used; everything else is served"
                );
                *self.parts.trouble.lock() = Some(error.to_string());
            }
        }
    }

    /// How it is kept at the moment. Nothing is written or read to find that out.
    pub fn state(&self) -> State {
        State {
            is_open: self.parts.store.load().is_some(),
            trouble: self.parts.trouble.lock().clone(),
            unwritten: self.parts.queue.unwritten(),
        }
    }

    fn store(&self) -> Option<Store> {
        self.parts.store.load().as_deref().cloned()
    }

    /// Whether an entry of this level is kept.
    pub fn wants(&self, settings: &settings::Logs, level: Level) -> bool {
        settings.max_days > 0 && level as i64 >= settings.min_level && self.parts.store.load().is_some()
    }

    /// Tells of something that happened. This never waits.
    pub fn record(&self, level: Level, message: String, data: Map<String, Json>) {
        if self.wants(&self.parts.settings.current().logs, level) {
            self.parts.queue.put(Entry::event(level, &message, &data));
        }
    }

    /// Tells of a request that was answered. This never waits. Whether it is wanted was asked before it was made.
    pub fn record_request(&self, request: &RequestEntry<'_>) {
        self.parts.queue.put(Entry::request(request));
    }

    /// Has what waits written now; it may fail.
    pub async fn flush(&self) {
        self.ask(Asked::Flush).await;
    }

    /// Writes what waits and closes the database.
    pub async fn close(&self) {
        self.ask(Asked::End).await;
        self.parts.keeper.lock().take();
        if let Some(store) = self.parts.store.swap(None) {
            store.close().await;
        }
    }

    async fn ask(&self, what: impl FnOnce(oneshot::Sender<()>) -> Asked) {
        let Some(keeper) = self.parts.keeper.lock().clone() else { return };
        let (reply, done) = oneshot::channel();
        if keeper.send(what(reply)).await.is_ok() {
            // An error says that the task has ended: there is nothing left to wait for.
            let _ = done.await;
        }
    }

    /// Looks after the database as [`Store::optimize`] does.
    ///
    /// # Errors
    /// What the database says.
    pub async fn optimize(&self) -> Result<()> {
        match self.store() {
            Some(store) => store.optimize().await,
            None => Ok(()),
        }
    }

    /// Removes what is older than the settings want; how many entries went.
    ///
    /// # Errors
    /// What the database says.
    pub async fn clean_up(&self) -> Result<usize> {
        let days = self.parts.settings.current().logs.max_days;
        match self.store() {
            Some(store) if days > 0 => keeper::trim(&store, Some(keeper::oldest(days)), None).await,
            _ => Ok(0),
        }
    }
}
