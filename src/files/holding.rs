//! Files stay where they are while somebody copies what a state of the database names: whoever removes some waits.
//!
//! It is a lock on a file of the data directory, since the copy may be made by another process than the server that
//! removes: many may hold files, and one at a time removes.

use std::fs::{File, TryLockError};
use std::io;
use std::path::PathBuf;

/// The file that is locked.
const LOCK: &str = "files.lock";

/// Where files are held.
#[derive(Debug)]
pub(super) struct Holding {
    path: PathBuf,
}

/// Nothing is removed as long as this lives.
#[derive(Debug)]
pub struct Held {
    _lock: File,
}

/// Nobody holds files as long as this lives.
pub(super) struct Removing {
    _lock: File,
}

impl Holding {
    pub(super) fn new(dir: &std::path::Path) -> Self {
        Self { path: dir.join(LOCK) }
    }

    /// Holds all files; `None` where a removal is under way.
    pub(super) fn hold(&self) -> io::Result<Option<Held>> {
        let lock = self.open()?;
        match lock.try_lock_shared() {
            Ok(()) => Ok(Some(Held { _lock: lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Waits until nobody holds files. Blocks.
    pub(super) fn remove(&self) -> io::Result<Removing> {
        let lock = self.open()?;
        lock.lock()?;
        Ok(Removing { _lock: lock })
    }

    /// Whether somebody holds files now.
    pub(super) fn are_held(&self) -> io::Result<bool> {
        match self.open()?.try_lock() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn open(&self) -> io::Result<File> {
        File::options().create(true).truncate(false).write(true).open(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn who_removes_waits_for_all_who_hold() {
        let dir = tempfile::tempdir().unwrap();
        let holding = Holding::new(dir.path());
        assert!(!holding.are_held().unwrap());
        let (first, second) = (holding.hold().unwrap().unwrap(), holding.hold().unwrap().unwrap());
        assert!(holding.are_held().unwrap());
        let (done, ended) = channel();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let _removing = holding.remove().unwrap();
                assert!(holding.hold().unwrap().is_none());
                done.send(()).unwrap();
            });
            drop(first);
            assert!(ended.try_recv().is_err(), "one still holds");
            drop(second);
            ended.recv().unwrap();
        });
        assert!(!holding.are_held().unwrap());
    }
}
