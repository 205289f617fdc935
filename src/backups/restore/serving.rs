//! Restoring while the server serves: in the background, and then the server starts anew.

use std::fs::File;
use std::future::pending;

use super::stage::{Given, stage};
use crate::backups::Backups;
use crate::backups::active::Turn;
use crate::backups::create::fetched;
use crate::backups::doing::Kind;
use crate::backups::manifest::Manifest;
use crate::backups::shelf::refusal;
use crate::backups::watch::{Progress, Watch};
use crate::backups::workspace::Workspace;
use crate::error::{Error, Result};
use crate::files::{Archive, Archives};

/// What everything that goes wrong before begins with.
const FAILED: &str = "The backup cannot be restored.";

/// An archive on this disk, for as long as this is kept.
pub struct Fetched {
    /// Its content.
    pub file: File,
    _workspace: Workspace,
}

impl Backups {
    /// Begins to restore a backup. What comes of it is told by the log: where it is good, the server starts anew with
    /// its data; else everything stays as it is.
    ///
    /// # Errors
    /// `Invalid`, without fields, where one is made or restored already, and where there is none of this name.
    pub async fn restore(&self, key: &str) -> Result<()> {
        if cfg!(not(unix)) {
            let sentence = "On this system a server cannot restore a backup; stop it and use `tuckbox backup restore`.";
            return Err(Error::bad_request(sentence));
        }
        let turn = self.active.begin(key)?;
        let archives = self.archives().map_err(|error| refusal(error, FAILED))?;
        let archive = archives.find(key).await.map_err(|error| refusal(error, FAILED))?;
        let archive = archive.ok_or_else(|| Error::bad_request("There is no backup of this name."))?;
        let doing = self.board.begin(Kind::Restore, key);
        let watch = Watch::new(Some(doing.progress(None)), self.parts.stopping.clone());
        let restoring = self.clone().restore_beside(turn, archives, archive, watch);
        tokio::spawn(async move {
            let _doing = doing;
            restoring.await;
        });
        Ok(())
    }

    /// A backup as a file on this disk, for a command; `None` where there is none of this name.
    ///
    /// # Errors
    /// The storage fails, or there is no room.
    pub async fn fetch(&self, key: &str, progress: Option<Progress>) -> Result<Option<Fetched>> {
        let archives = self.archives()?;
        let Some(archive) = archives.find(key).await? else { return Ok(None) };
        let _turn = self.active.begin(key)?;
        let workspace = Workspace::for_making(&self.folder())?;
        let watch = Watch::new(progress, self.parts.stopping.clone());
        let file = fetched(&archives, &archive, &workspace, &watch).await?;
        Ok(Some(Fetched { file, _workspace: workspace }))
    }

    async fn restore_beside(self, turn: Turn, archives: Archives, archive: Archive, watch: Watch) {
        let running = self.running.clone().read_owned().await;
        let key = archive.key.clone();
        tracing::info!(backup = key, "a backup is being made ready to be restored");
        match self.make_ready(&archives, archive, watch).await {
            Ok(manifest) => {
                tracing::info!(backup = key, of = manifest.created, "a backup is ready to be restored");
                drop(running);
                self.parts.restart.send_replace(true);
                // Nobody else makes or restores one from here on.
                pending::<()>().await;
            }
            Err(error) => tracing::error!(backup = key, %error, "a backup was not restored; nothing has changed"),
        }
        drop(turn);
    }

    async fn make_ready(&self, archives: &Archives, archive: Archive, watch: Watch) -> Result<Manifest> {
        let workspace = Workspace::for_making(&self.folder())?;
        let file = fetched(archives, &archive, &workspace, &watch).await?;
        let given =
            Given { dir: self.dir().to_owned(), name: archive.key, archive: file, sealer: self.parts.sealer.clone() };
        stage(given, watch).await
    }
}
