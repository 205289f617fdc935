//! A place for data that comes once and must be read twice: a file in the data directory that has no name once it is
//! open, so that nothing is left of it however the process ends.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::ids;

/// The folder for such files.
#[derive(Debug, Clone)]
pub struct Spools {
    folder: PathBuf,
}

/// Data that can be read again.
pub struct Spool {
    file: File,
    /// Where the system keeps names of open files: what to remove at the end.
    _named: Option<Named>,
}

struct Named(PathBuf);

impl Drop for Named {
    fn drop(&mut self) {
        // What cannot be removed now is swept at the next start.
        let _ = fs::remove_file(&self.0);
    }
}

impl Spools {
    /// Files in `spool/` of a data directory.
    pub fn new(dir: &Path) -> Self {
        Self { folder: dir.join("spool") }
    }

    /// Removes what a run before this one has left behind.
    pub fn sweep(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten() {
            if let Err(error) = fs::remove_file(entry.path()) {
                tracing::warn!(%error, path = %entry.path().display(), "a file of an import could not be removed");
            }
        }
    }

    /// Takes in a stream to its end.
    ///
    /// # Errors
    /// The stream fails, or there is no room.
    pub fn take_in(&self, mut source: impl Read) -> io::Result<Spool> {
        fs::create_dir_all(&self.folder)?;
        let path = self.folder.join(ids::random_lower(20));
        let mut options = File::options();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path)?;
        let named = match fs::remove_file(&path) {
            Ok(()) => None,
            Err(_) => Some(Named(path)),
        };
        io::copy(&mut source, &mut file)?;
        Ok(Spool { file, _named: named })
    }
}

impl Spool {
    /// The data from its beginning. One reader at a time: all of them share the place in the file.
    ///
    /// # Errors
    /// What the system says.
    pub fn read(&self) -> io::Result<File> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_in_can_be_read_twice_and_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let spools = Spools::new(dir.path());
        let spool = spools.take_in(&b"some data"[..]).unwrap();
        for _ in 0..2 {
            let mut text = String::new();
            spool.read().unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "some data");
        }
        drop(spool);
        assert_eq!(fs::read_dir(dir.path().join("spool")).unwrap().count(), 0);
    }

    #[test]
    fn what_a_crash_left_is_swept() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("spool")).unwrap();
        fs::write(dir.path().join("spool/left"), "x").unwrap();
        Spools::new(dir.path()).sweep();
        assert_eq!(fs::read_dir(dir.path().join("spool")).unwrap().count(), 0);
        Spools::new(&dir.path().join("nowhere")).sweep();
    }

    #[test]
    fn a_stream_that_fails_leaves_nothing() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        let dir = tempfile::tempdir().unwrap();
        assert!(Spools::new(dir.path()).take_in(Broken).is_err());
        assert_eq!(fs::read_dir(dir.path().join("spool")).unwrap().count(), 0);
    }
}
