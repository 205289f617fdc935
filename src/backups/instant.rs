//! The instant that a backup is of. Files are held first and the state is taken then, so that every file that the state
//! names is there. The copy is made while others write; once it is made, nothing holds the log up any more, and
//! whatever is asked of the state is asked of the copy.

use std::path::PathBuf;
use std::time::Duration;

use super::BackupsParts;
use super::manifest::{DATABASE, LOGS};
use super::watch::{Stage, Watch, blocking};
use super::workspace::Workspace;
use crate::error::{Error, Result};
use crate::files::Held;
use crate::store::copied;
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
            true => {
                copied::copy(&logs, &copy_of_logs, &mut told)?;
                Some(copy_of_logs)
            }
            false => None,
        };
        Ok(Taken { created, database, logs, held })
    })
    .await
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
