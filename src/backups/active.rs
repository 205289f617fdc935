//! One backup is made, or restored, at a time: in this process, and beside it by a command on the same directory.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::error::{Error, Result};

/// The file that is locked meanwhile, beside the backups.
const LOCK: &str = ".lock";

/// Who is at work, if anybody.
#[derive(Clone)]
pub struct Active(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    name: Mutex<Option<String>>,
}

/// The work of one, until it is dropped.
pub struct Turn {
    inner: Arc<Inner>,
    _lock: File,
}

impl Active {
    /// Over the folder of local backups, which is made at the first need.
    pub(super) fn new(folder: &Path) -> Self {
        Self(Arc::new(Inner { folder: folder.to_owned(), name: Mutex::default() }))
    }

    /// Begins to make or to restore the backup of a name.
    ///
    /// # Errors
    /// `Invalid`, without fields, where somebody is at work already.
    pub fn begin(&self, name: &str) -> Result<Turn> {
        let mut current = self.0.name.lock();
        if current.is_some() {
            return Err(busy());
        }
        make_folder(&self.0.folder)?;
        let path = self.0.folder.join(LOCK);
        let lock = File::options().create(true).truncate(false).write(true).open(path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(busy()),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        *current = Some(name.to_owned());
        Ok(Turn { inner: Arc::clone(&self.0), _lock: lock })
    }

    /// The name of the backup that this process makes or restores.
    pub fn name(&self) -> Option<String> {
        self.0.name.lock().clone()
    }

    /// Whether this process neither makes nor restores a backup.
    pub fn is_idle(&self) -> bool {
        self.0.name.lock().is_none()
    }

    /// Refuses whoever comes while somebody in this process is at work.
    ///
    /// # Errors
    /// As [`Active::begin`].
    pub fn refuse(&self) -> Result<()> {
        if self.is_idle() { Ok(()) } else { Err(busy()) }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.inner.name.lock().take();
    }
}

/// A folder that nobody else may look into.
pub(super) fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

fn busy() -> Error {
    Error::bad_request("A backup is being made or restored already; try again when that has ended.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_at_work_at_a_time_whichever_process_it_is_of() {
        let dir = tempfile::tempdir().unwrap();
        let (active, of_another) = (Active::new(dir.path()), Active::new(dir.path()));
        let turn = active.begin("a.zip").unwrap();
        assert_eq!(active.name().as_deref(), Some("a.zip"));
        assert!(active.begin("b.zip").is_err() && active.refuse().is_err() && !active.is_idle());
        assert!(of_another.begin("c.zip").is_err());
        drop(turn);
        assert!(active.is_idle() && active.refuse().is_ok());
        of_another.begin("c.zip").unwrap();
    }
}
