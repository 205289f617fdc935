//! Where unfinished work lies: a folder beside the archives, which goes when the work ends, and with the next work of
//! its kind, or the next start, where the process was killed.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::active::make_folder;
use crate::error::{Error, Result};

/// Where an archive is made. Whoever uses it has a [`Turn`](super::Turn).
const MAKING: &str = ".making";
/// Where an archive is looked into.
const VERIFYING: &str = ".verifying";

/// A folder for one piece of work.
#[derive(Debug)]
pub(super) struct Workspace {
    path: PathBuf,
    /// What keeps other processes out, where nothing else does.
    _lock: Option<File>,
}

impl Workspace {
    /// For making an archive.
    pub(super) fn for_making(folder: &Path) -> Result<Self> {
        Ok(Self::fresh(folder.join(MAKING), None)?)
    }

    /// For verifying one.
    ///
    /// # Errors
    /// `Invalid` where another process verifies one.
    pub(super) fn for_verifying(folder: &Path) -> Result<Self> {
        make_folder(folder)?;
        let lock = File::options().create(true).truncate(false).write(true).open(folder.join(".verifying.lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self::fresh(folder.join(VERIFYING), Some(lock))?),
            Err(TryLockError::WouldBlock) => Err(Error::bad_request("Another process verifies a backup; try again.")),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    fn fresh(path: PathBuf, lock: Option<File>) -> io::Result<Self> {
        remove(&path)?;
        make_folder(&path)?;
        Ok(Self { path, _lock: lock })
    }

    /// A place in it.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// A new file in it that nobody else may read.
    pub(super) fn create(&self, name: &str) -> io::Result<File> {
        let mut options = File::options();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(self.file(name))
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "unfinished work stays until the next start");
        }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_of_work_that_ended_or_was_killed() {
        let dir = tempfile::tempdir().unwrap();
        let left = dir.path().join(MAKING).join("left");
        fs::create_dir_all(left.parent().unwrap()).unwrap();
        fs::write(&left, "x").unwrap();
        let workspace = Workspace::for_making(dir.path()).unwrap();
        assert!(!left.exists());
        workspace.create("a").unwrap();
        assert!(workspace.create("a").is_err());
        drop(workspace);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn one_verifies_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::for_verifying(dir.path()).unwrap();
        assert!(Workspace::for_verifying(dir.path()).is_err());
        drop(workspace);
        Workspace::for_verifying(dir.path()).unwrap();
    }
}
