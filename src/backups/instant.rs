//! The instant that a backup is of. Files are held first and the state is taken then, so that every file that the state
//! names is there. The copy is made while others write; once it is made, nothing holds the log up any more, and
//! whatever is asked of the state is asked of the copy.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::BackupsParts;
use super::manifest::{DATABASE, LOGS};
use super::watch::{Stage, Watch, blocking};
use super::workspace::Workspace;
use crate::error::{Error, Result};
use crate::files::Held;
use crate::store::copied::{self, Copied};
use crate::store::damage;
use crate::time;

/// How long a removal gets before it is looked at again.
const PAUSE: Duration = Duration::from_millis(10);

/// What was taken of an instant.
pub(super) struct Taken {
    /// When that was.
    pub(super) created: String,
    /// The copy of the database.
    pub(super) database: PathBuf,
    /// The copy of the logs, where there are any.
    pub(super) logs: Option<PathBuf>,
    /// Files stay until this is dropped.
    pub(super) held: Held,
}

/// Takes the state after the last commit.
pub(super) async fn take(parts: &BackupsParts, workspace: &Workspace, watch: &Watch) -> Result<Taken> {
    let held = hold(parts, watch).await?;
    let (store, logs, watch) = (parts.store.clone(), parts.dir.join(LOGS), watch.clone());
    let (database, copy_of_logs) = (workspace.file(DATABASE), workspace.file(LOGS));
    blocking(move || {
        let mut told = |done, total| watch.tell(Stage::Copying, done, total);
        let (created, state) = (time::now_text(), store.state()?);
        state.copy_to(&database, &mut told).map_err(Error::as_our_fault)?;
        drop(state);
        let logs = match logs.is_file() {
            true => copy_logs(&logs, copy_of_logs, &watch, &mut told)?,
            false => None,
        };
        Ok(Taken { created, database, logs, held })
    })
    .await
}

/// Copies the logs; `None` where they cannot be read, since no backup of the data fails because of them.
fn copy_logs(from: &Path, to: PathBuf, watch: &Watch, told: &mut copied::Progress<'_>) -> Result<Option<PathBuf>> {
    let damages = copied::copy(from, &to, told).and_then(|()| {
        let copy = Copied::open(&to)?;
        watch.ended(copy.read(watch.stopped(), damage::find))
    });
    let why = match damages {
        Ok(damages) if damages.is_empty() => return Ok(Some(to)),
        Ok(damages) => damages.into_iter().next().unwrap_or_default(),
        // No room, or it has to end.
        Err(error @ Error::Unavailable(_)) => return Err(error),
        Err(error) => error.to_string(),
    };
    tracing::warn!(why, "the logs cannot be read; the backup is made without them");
    match fs::remove_file(&to) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(None),
    }
}

/// Holds files, once a removal under way has ended.
async fn hold(parts: &BackupsParts, watch: &Watch) -> Result<Held> {
    loop {
        if let Some(held) = parts.files.hold()? {
            return Ok(held);
        }
        watch.tell(Stage::Copying, 0, 0)?;
        tokio::time::sleep(PAUSE).await;
    }
}
