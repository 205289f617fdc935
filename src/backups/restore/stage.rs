//! The way of an archive to a directory that waits for its next start.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::archive::Archive;
use super::swap::Staging;
use super::{trial, verify};
use crate::backups::manifest::{DATABASE, MANIFEST, Manifest};
use crate::crypto::seal::Sealer;
use crate::error::{Error, Result};
use crate::store::foreign::{self, Owner};

/// What is restored, and where.
pub struct Given {
    /// The data directory.
    pub dir: PathBuf,
    /// The name of the backup, for the log.
    pub name: String,
    /// The archive, on this disk.
    pub archive: PathBuf,
    /// What the settings are sealed with, where this server seals them.
    pub sealer: Option<Arc<Sealer>>,
}

/// What a restore is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many bytes of so many are unpacked.
    Unpacking(u64, u64),
    /// The databases are held against the manifest.
    Verifying,
    /// The database is opened as the next start would open it.
    Trying,
}

/// Who watches a restore.
pub struct Watch {
    /// Whether it is to end at its next step.
    pub stop: Arc<AtomicBool>,
    /// Told how it gets on.
    pub on_step: Box<dyn FnMut(Step) + Send>,
}

impl Default for Watch {
    fn default() -> Self {
        Self { stop: Arc::default(), on_step: Box::new(|_| {}) }
    }
}

impl Watch {
    fn go_on(&self) -> Result<()> {
        if self.stop.load(Ordering::SeqCst) { Err(stopped()) } else { Ok(()) }
    }
}

/// Makes the content of an archive the data of a directory from the next start on; what it says of itself. The caller
/// is the only one at work on the directory's backups.
///
/// # Errors
/// One sentence where the archive cannot be restored, there is no room, or it was stopped; the directory is as it was
/// then.
pub async fn stage(given: Given, mut watch: Watch) -> Result<Manifest> {
    let Given { dir, name, archive, sealer } = given;
    let (staging, manifest, mut watch) = blocking(move || {
        let staging = Staging::begin(&dir)?;
        let manifest = unpack(&archive, &staging, &mut watch)?;
        (watch.on_step)(Step::Verifying);
        verify::verify(staging.folder(), &manifest, &watch.stop)?;
        watch.go_on()?;
        Ok((staging, manifest, watch))
    })
    .await?;
    (watch.on_step)(Step::Trying);
    trial::run(&staging.folder().join(DATABASE), sealer).await?;
    watch.go_on()?;
    blocking(move || staging.keep(&name)).await?;
    Ok(manifest)
}

fn unpack(archive: &Path, staging: &Staging, watch: &mut Watch) -> Result<Manifest> {
    let file = File::open(archive).map_err(|error| {
        Error::bad_request(format!("{} cannot be read: {error}.", archive.display()))
    })?;
    let mut archive = Archive::open(BufReader::new(file))?;
    let total = archive.bytes().unwrap_or(u64::MAX);
    let mut done = 0;
    let mut on_bytes = |bytes| {
        watch.go_on()?;
        done += bytes;
        (watch.on_step)(Step::Unpacking(done, total));
        Ok(())
    };
    match archive.manifest()? {
        Some(manifest) => archive.unpack(&manifest, staging.folder(), &mut on_bytes).map(|()| manifest),
        None if archive.has(DATABASE) => {
            archive.unpack_database(staging.folder(), &mut on_bytes)?;
            Err(foreign(&staging.folder().join(DATABASE)))
        }
        None => Err(Error::bad_request(format!("It is no backup of Tuckbox: there is no {MANIFEST} in it."))),
    }
}

/// Why a database without a manifest is not restored, and what to do with it.
fn foreign(database: &Path) -> Error {
    Error::bad_request(match foreign::owner(database) {
        Ok(Owner::Tuckbox) => {
            "It has no manifest, so that nothing says whether it is whole; unpack it into an empty directory, and start \
             the server there with --dir."
        }
        Ok(Owner::PocketBase) => {
            "It is a backup of PocketBase; a later version takes such data over with `tuckbox import pocketbase`."
        }
        Ok(Owner::Another) => {
            "It holds a database of another program; unpack it, and bring its tables in with `tuckbox import sqlite`."
        }
        Err(_) => "It is no backup of Tuckbox: what is called data.db in it is no database.",
    })
}

/// Why a restore ended that was told to.
fn stopped() -> Error {
    Error::Unavailable("The restore was stopped; nothing has changed.".into())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.into()))?
}
