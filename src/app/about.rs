//! What a server says of itself: since when it runs, what lies on its disk, how many are connected.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use parking_lot::Mutex;

use super::{App, DATABASE, LOGS};
use crate::backups::Listed;
use crate::files::Measured;
use crate::time;

/// How long a count of the files is kept.
const KEPT: Duration = Duration::from_secs(60);
/// How long the storage of backups may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// A server at a moment.
#[derive(Debug)]
pub struct About {
    /// When it was started.
    pub started: DateTime<Utc>,
    /// How long ago that is, by a clock that nobody sets.
    pub uptime: Duration,
    /// The bytes of the database.
    pub database: u64,
    /// The bytes that wait to be taken over into the database.
    pub wal: u64,
    /// The bytes of the database of the logs.
    pub logs: u64,
    /// The files of records; `None` until they were counted, and where they lie in a bucket.
    pub files: Option<Measured>,
    /// All backups; `None` where their storage does not answer.
    pub backups: Option<Vec<Listed>>,
    /// Connections that are open, and how many may be.
    pub connections: (usize, usize),
    /// Clients that hear of changes as they happen.
    pub realtime: usize,
}

/// How many connections are open.
type Counter = Arc<dyn Fn() -> usize + Send + Sync>;

/// What is kept for it while a server runs.
pub(super) struct Running {
    started: DateTime<Utc>,
    since: Instant,
    connections: Mutex<Option<(Counter, usize)>>,
    counted: Mutex<Option<(Instant, Measured)>>,
    is_counting: AtomicBool,
}

impl Running {
    /// From now on.
    pub(super) fn new() -> Self {
        Self {
            started: time::now(),
            since: Instant::now(),
            connections: Mutex::default(),
            counted: Mutex::default(),
            is_counting: AtomicBool::new(false),
        }
    }
}

impl App {
    /// Tells how to find out how many connections are open, and how many may be.
    pub fn connections_are(&self, open: impl Fn() -> usize + Send + Sync + 'static, most: usize) {
        *self.running.connections.lock() = Some((Arc::new(open), most));
    }

    /// The server at this moment. Files are counted beside it, at most once a minute.
    pub async fn about(&self) -> About {
        let (file, running) = (|name: &str| size(&self.config.dir.join(name)), &self.running);
        let backups = tokio::time::timeout(PATIENCE, self.backups.list()).await;
        let connections = running.connections.lock().clone();
        About {
            started: running.started,
            uptime: running.since.elapsed(),
            database: file(DATABASE),
            wal: file(&format!("{DATABASE}-wal")),
            logs: file(LOGS) + file(&format!("{LOGS}-wal")),
            files: self.counted(),
            backups: backups.ok().and_then(Result::ok),
            connections: connections.map_or((0, self.config.max_connections), |(open, most)| (open(), most)),
            realtime: self.realtime.connected(),
        }
    }

    /// The files as they were counted last; where that is long ago, they are counted again meanwhile.
    fn counted(&self) -> Option<Measured> {
        if self.files.are_in_bucket() {
            return None;
        }
        let last = *self.running.counted.lock();
        let is_fresh = last.is_some_and(|(at, _)| at.elapsed() < KEPT);
        if !is_fresh && !self.running.is_counting.swap(true, Ordering::SeqCst) {
            let (app, stopping) = (self.clone(), self.stopping.subscribe());
            tokio::task::spawn_blocking(move || {
                match app.files.measure(|| !*stopping.borrow()) {
                    Ok(Some(measured)) => *app.running.counted.lock() = Some((Instant::now(), measured)),
                    Ok(None) => {}
                    Err(error) => tracing::warn!(%error, "the files could not be counted"),
                }
                app.running.is_counting.store(false, Ordering::SeqCst);
            });
        }
        last.map(|(_, measured)| measured)
    }
}

/// The bytes of a file; none where it is not there. It is not opened: that could take locks away from the database.
fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |about| about.len())
}
