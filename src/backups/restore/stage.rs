//! The way of an archive to a directory that waits for its next start.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::archive::Archive;
use super::swap::Staging;
use super::trial;
use crate::backups::manifest::{DATABASE, MANIFEST, Manifest};
use crate::backups::verify::check_databases;
use crate::backups::watch::{Progress, Stage, Watch, blocking};
use crate::backups::{Active, FOLDER};
use crate::crypto::seal::Sealer;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::store::foreign::{self, Owner};

/// What is restored, and where.
pub struct Given {
    /// The data directory.
    pub dir: PathBuf,
    /// The name of the backup, for the log.
    pub name: String,
    /// The archive.
    pub archive: File,
    /// What the settings are sealed with, where this server seals them.
    pub sealer: Option<Arc<Sealer>>,
}

/// Makes the content of an archive the data of a directory from the next start on, for a command that has the
/// directory's lock; what the archive says of itself. It ends at its next step once `stopping` says so.
///
/// # Errors
/// One sentence where the archive cannot be restored, there is no room, or it was stopped; the directory is as it was
/// then.
pub async fn stage_here(
    given: Given,
    progress: Option<Progress>,
    stopping: tokio::sync::watch::Receiver<bool>,
) -> Result<Manifest> {
    let _turn = Active::new(&given.dir.join(FOLDER)).begin(&given.name)?;
    stage(given, Watch::new(progress, stopping)).await
}

/// As [`stage_here`]; the caller is the only one at work on the directory's backups.
pub(super) async fn stage(given: Given, watch: Watch) -> Result<Manifest> {
    let Given { dir, name, archive, sealer } = given;
    let watching = watch.clone();
    let (staging, manifest) = blocking(move || {
        let staging = Staging::begin(&dir)?;
        let manifest = unpack(archive, &staging, &watching)?;
        verify(staging.folder(), &manifest, &watching)?;
        Ok((staging, manifest))
    })
    .await?;
    trial::run(&staging.folder().join(DATABASE), sealer).await?;
    let total = manifest.databases.values().map(|database| database.bytes).sum();
    watch.tell(Stage::Verifying, total, total)?;
    blocking(move || staging.keep(&name)).await?;
    Ok(manifest)
}

fn unpack(archive: File, staging: &Staging, watch: &Watch) -> Result<Manifest> {
    let mut archive = Archive::open(BufReader::new(archive))?;
    let total = archive.bytes().unwrap_or(u64::MAX);
    let mut done = 0;
    let mut on_bytes = |bytes| {
        done += bytes;
        watch.tell(Stage::Unpacking, done, total)
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

/// Reads every page of the databases that were unpacked.
fn verify(folder: &Path, manifest: &Manifest, watch: &Watch) -> Result<()> {
    if !matches!(foreign::owner(&folder.join(DATABASE)), Ok(Owner::Tuckbox)) {
        return Err(Error::bad_request("Its data.db is no database of Tuckbox."));
    }
    if manifest.migration > Store::newest_step() {
        let version = manifest.tuckbox.escape_debug().take(40).collect::<String>();
        return Err(Error::bad_request(format!(
            "It was made by a newer Tuckbox ({version}); restore it with that version or a later one."
        )));
    }
    check_databases(folder, manifest, watch)
}

/// Why a database without a manifest is not restored, and what to do with it.
fn foreign(database: &Path) -> Error {
    Error::bad_request(match foreign::owner(database) {
        Ok(Owner::Tuckbox) => {
            "It has no manifest, so that nothing says whether it is whole; unpack it into an empty directory, and start \
             the server there with --dir."
        }
        Ok(Owner::PocketBase) => {
            "It is a backup of PocketBase. Unpack it into a folder; `tuckbox import pocketbase` takes that over."
        }
        Ok(Owner::Another) => {
            "It holds a database of another program; unpack it, and bring its tables in with `tuckbox import sqlite`."
        }
        Err(_) => "It is no backup of Tuckbox: what is called data.db in it is no database.",
    })
}
