//! The journal of a restore: how far the swap of the data is, so that the next start can go on where a process died.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The journal, within the data directory.
pub(super) const JOURNAL: &str = "restore.json";

/// What a restore is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Phase {
    /// Taking the old data aside.
    Park,
    /// Putting the new data in its place.
    Place,
    /// Taking the new data away again.
    Clear,
    /// Bringing the old data back.
    PutBack,
}

/// How far a restore is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Journal {
    pub(super) phase: Phase,
    /// The backup, for the log.
    pub(super) backup: String,
    /// Whether the logs are swapped too.
    pub(super) logs: bool,
    /// Why it is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
}

/// Where the journal is written before it takes its place.
pub(super) fn draft(dir: &Path) -> PathBuf {
    dir.join(format!("{JOURNAL}.new"))
}

/// The journal of a directory, where a restore is under way.
///
/// # Errors
/// One sentence where it cannot be read.
pub(super) fn read(dir: &Path) -> Result<Option<Journal>> {
    let path = dir.join(JOURNAL);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::Setup(format!("{} cannot be read: {error}.", path.display()))),
    };
    serde_json::from_slice(&text).map(Some).map_err(|error| {
        Error::Setup(format!("{} says how far a restore is, and is no longer readable: {error}.", path.display()))
    })
}

/// Whole or not at all, and on the disk when this comes back.
pub(super) fn write(dir: &Path, journal: &Journal) -> Result<()> {
    let draft = draft(dir);
    let text = serde_json::to_vec(journal).map_err(|error| Error::Internal(error.into()))?;
    let mut file = File::create(&draft)?;
    file.write_all(&text)?;
    file.sync_all()?;
    fs::rename(&draft, dir.join(JOURNAL))?;
    sync(dir)?;
    Ok(())
}

/// The restore is over.
pub(super) fn remove(dir: &Path) -> Result<()> {
    fs::remove_file(dir.join(JOURNAL))?;
    sync(dir)?;
    Ok(())
}

/// Waits until the names in a folder outlive a power cut.
pub(super) fn sync(folder: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
