//! Restored backups: at a start, and by a command.

use std::fs::File;
use std::path::Path;
use std::pin::pin;

use tokio::sync::watch;

use super::{App, lock_with, make_directory, refuse_unfinished, sealing};
use crate::backups::manifest::Manifest;
use crate::backups::restore::{self, Placed, Resumed};
use crate::backups::{Backups, Fetched, Progress};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::store::Store;

impl App {
    /// Opens a directory whose lock the caller has. Where a restored backup waits for that, its data is in place
    /// then, or, where it cannot be used, the old one.
    pub(super) async fn open_locked(config: Config) -> Result<Self> {
        match restore::resume(&config.dir, &Store::release, &mut |_| Ok(()))? {
            Resumed::Nothing => Self::open_served(config).await,
            Resumed::Placed(placed) => Self::open_placed(config, placed).await,
            Resumed::TakenBack(why) => Self::open_taken_back(config, &why).await,
        }
    }

    /// Opens it for a server.
    async fn open_served(config: Config) -> Result<Self> {
        let slow_query = config.slow_query;
        Self::open_rooms(config, slow_query).await
    }

    async fn open_placed(config: Config, placed: Placed) -> Result<Self> {
        match Self::open_served(config.clone()).await {
            Ok(app) => {
                let backup = placed.backup().to_owned();
                placed.keep(&mut |_| Ok(()))?;
                tracing::info!(backup, "the data of a backup was restored");
                Ok(app)
            }
            Err(error) => {
                let why = placed.take_back(error.to_string(), &mut |_| Ok(()))?;
                Self::open_taken_back(config, &why).await
            }
        }
    }

    /// What went wrong is told once everybody who keeps the log is there.
    async fn open_taken_back(config: Config, why: &str) -> Result<Self> {
        let opened = Self::open_served(config).await;
        tracing::error!(why, "a backup was not restored; the data is what it was before");
        opened
    }

    /// Restores a backup by its name, or an archive by its path, into a directory that no server has; what it says of
    /// itself. It ends at its next step once `stopping` says so.
    ///
    /// # Errors
    /// One sentence where a server has the directory, or the backup cannot be restored; the data is what it was then.
    pub async fn restore(
        config: Config,
        asked: &str,
        progress: Option<Progress>,
        stopping: watch::Receiver<bool>,
    ) -> Result<Manifest> {
        make_directory(&config.dir)?;
        refuse_unfinished(&config.dir)?;
        let dir = config.dir.display();
        let lock = lock_with(&config.dir, || {
            format!(
                "A server runs on the data directory {dir}. Restore the backup through it, in the dashboard or by POST \
                 /api/backups/NAME/restore, or stop it first."
            )
        })?;
        if restore::is_under_way(&config.dir) {
            return Err(Error::Setup(format!(
                "A restored backup waits in {dir} for the server to start; start it first."
            )));
        }
        let (archive, fetched) = find(&config, asked, progress.clone(), stopping.clone()).await?;
        let name = Path::new(asked).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let given = restore::Given { dir: config.dir.clone(), name, archive, sealer: sealing(&config) };
        let manifest = restore::stage_here(given, progress, stopping).await?;
        drop(fetched);
        let swapped = match restore::resume(&config.dir, &Store::release, &mut |_| Ok(()))? {
            Resumed::Placed(placed) => placed,
            Resumed::TakenBack(why) => return Err(taken_back(&why)),
            Resumed::Nothing => return Err(Error::internal("what was made ready is gone")),
        };
        match Self::open_rooms(config, None).await {
            Ok(app) => {
                let kept = swapped.keep(&mut |_| Ok(()));
                app.close().await;
                kept?;
            }
            Err(error) => return Err(taken_back(&swapped.take_back(error.to_string(), &mut |_| Ok(()))?)),
        }
        drop(lock);
        Ok(manifest)
    }
}

fn taken_back(why: &str) -> Error {
    Error::Setup(format!("The backup was not restored, and the data is what it was before. {why}"))
}

/// The archive that somebody means: a file, else one of the directory's backups, else one of its bucket.
async fn find(
    config: &Config,
    asked: &str,
    progress: Option<Progress>,
    mut stopping: watch::Receiver<bool>,
) -> Result<(File, Option<Fetched>)> {
    let unreadable =
        |path: &Path, error: std::io::Error| Error::Setup(format!("{} cannot be read: {error}.", path.display()));
    let here = Backups::folder_of(&config.dir).join(asked);
    for path in [Path::new(asked), &here] {
        if path.is_file() {
            return Ok((File::open(path).map_err(|error| unreadable(path, error))?, None));
        }
    }
    if App::is_there(&config.dir) {
        let app = App::open_rooms(config.clone(), None).await?;
        let mut fetching = pin!(app.backups.fetch(asked, progress));
        let fetched = tokio::select! {
            fetched = &mut fetching => fetched,
            Ok(_) = stopping.wait_for(|stopping| *stopping) => {
                app.begin_to_stop();
                fetching.await
            }
        };
        app.close().await;
        if let Some(fetched) = fetched? {
            let file = fetched.file.try_clone()?;
            return Ok((file, Some(fetched)));
        }
    }
    Err(Error::Setup(format!("There is no file {asked}, and no backup of this name.")))
}
