//! The data directory that the take-over is going to fill. While it is under way, a folder in it holds the database,
//! which has no other name yet; no server starts on such a directory. What a stopped take-over left is used again.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::source::{DATABASE, LOGS, STORAGE};
use crate::error::{Error, Result};

/// The folder of what is not in its place yet. Its being there without a database beside it is the mark of a take-over
/// that has not ended.
const UNFINISHED: &str = "takeover";
/// What it remembers of the source.
const FROM: &str = "source";
/// Entries of a directory that nobody has used yet.
const HARMLESS: [&str; 3] = ["lock", ".gitignore", "lost+found"];

/// Whether a take-over into a directory was begun and has not ended.
pub fn is_unfinished(dir: &Path) -> bool {
    dir.join(UNFINISHED).is_dir() && !dir.join(DATABASE).exists()
}

/// Removes what a take-over left that ended with its last step. For the start of a server.
pub fn sweep(dir: &Path) {
    let folder = dir.join(UNFINISHED);
    if !folder.is_dir() || is_unfinished(dir) {
        return;
    }
    if let Err(error) = fs::remove_dir_all(&folder) {
        tracing::warn!(%error, path = %folder.display(), "what a take-over left behind could not be removed");
    }
}

/// A data directory that is being filled.
#[derive(Debug, Clone)]
pub struct Place {
    dir: PathBuf,
}

impl Place {
    /// Says whether a directory can be filled from a source, without touching it.
    ///
    /// # Errors
    /// One sentence where there is something else in it.
    pub fn check(dir: &Path, source: &Path) -> Result<()> {
        if let (Ok(dir), Ok(source)) = (std::path::absolute(dir), source.canonicalize())
            && dir != source
            && dir.starts_with(&source)
        {
            return Err(Error::Setup(format!(
                "{} lies in the directory that is taken over, which stays as it is; name another one with --dir.",
                dir.display()
            )));
        }
        if is_unfinished(dir) {
            return Ok(());
        }
        let shown = dir.display();
        if dir.join(DATABASE).exists() {
            return Err(Error::Setup(format!(
                "There is a database in {shown} already. A PocketBase directory is taken over as a whole, into a \
                 directory that is new: name another one with --dir."
            )));
        }
        let entries = match fs::read_dir(dir) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(|error| Error::Setup(format!("{shown} cannot be read: {error}.")))?,
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !HARMLESS.contains(&name.as_str()) {
                return Err(Error::Setup(format!(
                    "{shown} is not empty ({name} is in it); name a directory that is new with --dir."
                )));
            }
        }
        Ok(())
    }

    /// Begins, or begins again where an earlier take-over was stopped. The caller has the lock of the directory.
    ///
    /// # Errors
    /// As [`Place::check`], and what the system says.
    pub fn begin(dir: &Path, source: &Path) -> Result<Self> {
        Self::check(dir, source)?;
        let place = Self { dir: dir.to_owned() };
        let from = source.canonicalize()?.to_string_lossy().into_owned();
        let folder = place.folder();
        let is_the_same = fs::read_to_string(folder.join(FROM)).is_ok_and(|earlier| earlier == from);
        if folder.exists() {
            if !is_the_same && place.storage().exists() {
                fs::remove_dir_all(place.storage())?;
            }
            fs::remove_dir_all(&folder)?;
            match fs::remove_file(dir.join(LOGS)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        fs::create_dir(&folder)?;
        fs::write(folder.join(FROM), from)?;
        Ok(place)
    }

    /// The folder that is a whole data directory but for its files, once everything is ready.
    pub fn folder(&self) -> PathBuf {
        self.dir.join(UNFINISHED)
    }

    /// Where the database is made.
    pub(super) fn database(&self) -> PathBuf {
        self.folder().join(DATABASE)
    }

    /// Where the files go.
    pub(super) fn storage(&self) -> PathBuf {
        self.dir.join(STORAGE)
    }

    /// The end: the database, which nobody has open, gets its name.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn end(&self, others: &[&str]) -> Result<()> {
        for name in others {
            let from = self.folder().join(name);
            if from.exists() {
                fs::rename(from, self.dir.join(name))?;
            }
        }
        sync(&self.dir)?;
        fs::rename(self.database(), self.dir.join(DATABASE))?;
        sync(&self.dir)?;
        fs::remove_dir_all(self.folder())?;
        Ok(())
    }
}

fn sync(dir: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}
