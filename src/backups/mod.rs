//! Backups: the whole data directory at one instant, as one archive, on the local disk or in a bucket.
//!
//! `manifest.rs` is the format. One is made in `create.rs`: an instant is taken (`instant.rs`), packed (`pack.rs`),
//! stored, and read back (`verify.rs`). One is restored in `restore/`. What must stay true: no writer waits for a backup, an archive appears under its
//! name whole or not at all, and one is made or restored at a time (`active.rs`). `doing.rs`
//! tells how far it is.

mod active;
mod create;
mod doing;
mod instant;
pub mod manifest;
mod name;
mod outcome;
mod pack;
pub mod restore;
mod scheduled;
mod shelf;
mod upload;
mod verify;
mod watch;
mod workspace;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use active::{Active, Turn};
pub use manifest::Manifest;
pub use outcome::Outcome;
pub use restore::Fetched;
pub use shelf::Listed;
pub use watch::{Progress, Stage};

use serde_json::Value as Json;

use crate::crypto::seal::Sealer;
use crate::files::Files;
use crate::mail::Mail;
use crate::settings::Settings;
use crate::store::Store;
use doing::Board;

/// The folder of local backups, within the data directory.
const FOLDER: &str = "backups";

/// The room of backups.
#[derive(Clone)]
pub struct Backups {
    parts: Arc<BackupsParts>,
    active: Active,
    board: Board,
    /// One is verified at a time.
    verifying: Arc<tokio::sync::Mutex<()>>,
    /// Read by all work that is under way.
    running: Arc<tokio::sync::RwLock<()>>,
}

/// What backups are made of.
pub struct BackupsParts {
    /// The data directory.
    pub dir: PathBuf,
    /// The database.
    pub store: Store,
    /// Files of records.
    pub files: Files,
    /// Where archives lie, and how many are kept.
    pub settings: Settings,
    /// For news of those that failed.
    pub mail: Mail,
    /// What the settings are sealed with, where they are.
    pub sealer: Option<Arc<Sealer>>,
    /// Has the server start anew.
    pub restart: tokio::sync::watch::Sender<bool>,
    /// Whether the server is stopping: what is being made ends at its next step.
    pub stopping: tokio::sync::watch::Receiver<bool>,
}

impl Backups {
    /// The room.
    pub fn new(parts: BackupsParts) -> Self {
        let active = Active::new(&parts.dir.join(FOLDER));
        Self {
            parts: Arc::new(parts),
            active,
            board: Board::default(),
            verifying: Arc::default(),
            running: Arc::default(),
        }
    }

    /// Who is at work: shared by making and restoring.
    pub fn active(&self) -> &Active {
        &self.active
    }

    /// What is being done in this process, as it is answered; null where nothing is.
    pub fn doing(&self) -> Json {
        self.board.to_json()
    }

    /// The folder of local backups.
    pub fn folder(&self) -> PathBuf {
        Self::folder_of(&self.parts.dir)
    }

    /// The folder of local backups in a data directory.
    pub fn folder_of(dir: &Path) -> PathBuf {
        dir.join(FOLDER)
    }

    /// The data directory.
    pub fn dir(&self) -> &Path {
        &self.parts.dir
    }
}
