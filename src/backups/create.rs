//! Making a backup: an instant is taken, packed, stored, and read back from where it is stored. Whoever asked waits for
//! it; where they go away it is made all the same. What fails leaves nothing behind; what is stored stays, whatever comes
//! of reading it back.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::active::Turn;
use super::doing::Kind;
use super::shelf::refusal;
use super::watch::{Progress, Stage, Watch, blocking, fault};
use super::workspace::Workspace;
use super::{Backups, Outcome, instant, name, outcome, pack, verify};
use crate::error::{Error, Result};
use crate::files::{Archive, Archives};
use crate::store::WriteLane;
use crate::time;

/// What everything that goes wrong begins with.
const FAILED: &str = "The backup was not made.";
/// What that begins with once it is stored.
const UNREAD: &str = "The backup was stored, and could not be read back.";

impl Backups {
    /// Makes a backup as a client asks for it.
    ///
    /// # Errors
    /// `Invalid`: with the contract's codes for the name, without fields for everything else.
    pub async fn create(&self, sent: &Map<String, Json>) -> Result<()> {
        self.active.refuse()?;
        let name = name::sent(sent)?;
        self.make(name, None).await.map(drop)
    }

    /// Makes a backup, under a name or under one of app and time; how it is called.
    ///
    /// # Errors
    /// As [`Backups::create`].
    pub async fn make(&self, name: Option<String>, progress: Option<Progress>) -> Result<String> {
        let named = name.is_some();
        if let Some(name) = &name {
            let sent = Map::from_iter([("name".to_owned(), Json::from(name.as_str()))]);
            name::sent(&sent)?;
        }
        let name = name.unwrap_or_else(|| self.unnamed(name::UNNAMED));
        let made = self.made(&name, named, progress).await.map_err(|error| refusal(error, FAILED))?;
        match made.problem.is_empty() {
            true => Ok(name),
            false => Err(Error::bad_request(format!("The backup was stored, but it is no good one: {}", made.problem))),
        }
    }

    /// The name of one that nobody names.
    pub(super) fn unnamed(&self, prefix: &str) -> String {
        name::made(prefix, &self.parts.settings.current().meta.app_name, time::now())
    }

    /// Makes a backup, and answers what came of reading it back.
    pub(super) async fn made(&self, name: &str, named: bool, progress: Option<Progress>) -> Result<Outcome> {
        let turn = self.active.begin(name)?;
        let archives = self.archives()?;
        let doing = self.board.begin(Kind::Create, name);
        let watch = Watch::new(Some(doing.progress(progress)), self.parts.stopping.clone());
        let (backups, name) = (self.clone(), name.to_owned());
        // From here on it goes on without whoever asked.
        let work = tokio::spawn(async move {
            let _doing = doing;
            if watch.wait(archives.find(&name)).await?.is_some() {
                // Two without a name in one second.
                return Err(if named { name::taken() } else { Error::bad_request("A backup was made just now.") });
            }
            backups.work(turn, archives, name, watch).await
        });
        work.await.map_err(|error| Error::Internal(error.into()))?
    }

    async fn work(self, turn: Turn, archives: Archives, name: String, watch: Watch) -> Result<Outcome> {
        let _running = self.running.clone().read_owned().await;
        let workspace = Arc::new(Workspace::for_making(&self.folder())?);
        let taken = instant::take(&self.parts, &workspace, &watch).await?;
        {
            let (files, space, watch) = (self.parts.files.clone(), Arc::clone(&workspace), watch.clone());
            blocking(move || {
                pack::pack(&files, &taken, &space, &watch)?;
                // The copies make room before the archive is read back.
                for copy in [Some(taken.database), taken.logs].into_iter().flatten() {
                    std::fs::remove_file(copy)?;
                }
                drop(taken.held);
                Ok(())
            })
            .await?;
        }
        let packed = workspace.file(pack::ARCHIVE);
        let total = std::fs::metadata(&packed)?.len();
        let storing = watch.clone();
        archives.put(&name, &packed, &move |done| storing.tell(Stage::Storing, done, total)).await?;
        let outcome = self.read_back(&archives, &name, workspace, &watch).await;
        // Its name may be removed from here on.
        drop(turn);
        if let Ok(Outcome { problem, .. }) = &outcome
            && !problem.is_empty()
        {
            tracing::error!(key = name, problem, "a backup was stored, but it is no good one");
        }
        outcome.map_err(|error| refusal(error, UNREAD))
    }

    /// Reads an archive back from where it lies, and keeps what comes of it.
    pub(super) async fn read_back(
        &self,
        archives: &Archives,
        name: &str,
        workspace: Arc<Workspace>,
        watch: &Watch,
    ) -> Result<Outcome> {
        let archive = archives.find(name).await?.ok_or_else(Error::not_found)?;
        let file = fetched(archives, &archive, &workspace, watch).await?;
        let looking = watch.clone();
        let problem = blocking(move || verify::verify(file, &workspace, &looking)).await?;
        let outcome = Outcome { verified: time::now_text(), problem: problem.unwrap_or_default() };
        let kept = outcome.clone();
        self.parts.store.write(WriteLane::Grouped, move |tx| outcome::keep(tx, &archive, &kept)).await?;
        Ok(outcome)
    }
}

/// An archive as a file that can be read anywhere in it: a bucket's comes into the workspace.
pub(super) async fn fetched(
    archives: &Archives,
    archive: &Archive,
    workspace: &Workspace,
    watch: &Watch,
) -> Result<File> {
    if let Some(path) = archives.path(&archive.key) {
        return Ok(File::open(path)?);
    }
    let target = workspace.file("fetched.zip");
    let told = |done| watch.tell(Stage::Verifying, done, archive.size);
    watch.wait(fetch(archives, archive, &target, &told)).await?;
    Ok(File::open(target)?)
}

/// Writes an archive of a bucket to a file.
async fn fetch(
    archives: &Archives,
    archive: &Archive,
    to: &Path,
    told: &(dyn Fn(u64) -> Result<()> + Send + Sync),
) -> Result<()> {
    use std::io::Write;

    use futures_util::StreamExt;

    let opened = archives.open(&archive.key).await?.ok_or_else(Error::not_found)?;
    let (mut file, mut done, size) = (File::create_new(to)?, 0, opened.size);
    let mut chunks = opened.read(0..size);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        done += chunk.len() as u64;
        file = blocking(move || {
            file.write_all(&chunk).map_err(fault)?;
            Ok(file)
        })
        .await?;
        told(done)?;
    }
    match done == size {
        true => Ok(()),
        false => Err(Error::Unavailable("The storage of backups sent less than it has.".into())),
    }
}

impl Backups {
    /// Reads a backup back once more; what comes of it.
    ///
    /// # Errors
    /// `NotFound` where there is none of this name; `Invalid` where another process verifies one, or it could not be
    /// looked at.
    pub async fn verify(&self, key: &str, progress: Option<Progress>) -> Result<Outcome> {
        let archives = self.archives()?;
        if archives.find(key).await?.is_none() {
            return Err(Error::not_found());
        }
        let _turn = self.verifying.lock().await;
        let doing = self.board.begin(Kind::Verify, key);
        let watch = Watch::new(Some(doing.progress(progress)), self.parts.stopping.clone());
        let (backups, key) = (self.clone(), key.to_owned());
        let work = tokio::spawn(async move {
            let _doing = doing;
            let _running = backups.running.clone().read_owned().await;
            let workspace = Arc::new(Workspace::for_verifying(&backups.folder())?);
            backups.read_back(&archives, &key, workspace, &watch).await
        });
        let outcome = work.await.map_err(|error| Error::Internal(error.into()))?;
        outcome.map_err(|error| refusal(error, "The backup could not be verified."))
    }

    /// Removes what a run before this one left of unfinished work.
    pub fn sweep(&self) {
        let folder = self.folder();
        if !folder.is_dir() {
            return;
        }
        // Where somebody else is at work, it is theirs.
        if let Ok(_turn) = self.active.begin("") {
            drop(Workspace::for_making(&folder));
        }
        drop(Workspace::for_verifying(&folder));
    }

    /// Waits until all work has ended; the app says that it is stopping before.
    pub async fn ended(&self) {
        drop(self.running.write().await);
    }
}
