//! Walking through the folders of the disk.

use std::fs::{self, DirEntry};
use std::io::ErrorKind;
use std::path::Path;
use std::time::SystemTime;

use super::{Found, FoundFile, Gathered, Measured, Place, RecordFolder, file_of};
use crate::error::Result;
use crate::files::Files;
use crate::files::key::{Folder, Key};
use crate::files::storage::Disk;

impl Files {
    /// Walks through the disk, folder by folder; what vanishes meanwhile is left out.
    ///
    /// # Errors
    /// The storage cannot be read, and what `each` answers.
    pub fn walk(&self, mut each: impl FnMut(Place) -> Result<()>) -> Result<()> {
        for collection in entries(self.disk().root())? {
            let Some(collection_id) = folder_name(&collection) else {
                each(Place::Stray(self.found(&collection.path())))?;
                continue;
            };
            let mut empty = true;
            for record in entries(&collection.path())? {
                empty = false;
                let Some(record_id) = folder_name(&record) else {
                    each(Place::Stray(self.found(&record.path())))?;
                    continue;
                };
                let files = files_in(&record.path())?;
                each(match files.is_empty() {
                    true => Place::Empty(self.found(&record.path())),
                    false => Place::Record(RecordFolder { collection_id: collection_id.clone(), record_id, files }),
                })?;
            }
            if empty {
                each(Place::Empty(self.found(&collection.path())))?;
            }
        }
        Ok(())
    }

    /// How much lies on the disk; `None` where it is not to go on. Blocks.
    ///
    /// # Errors
    /// The storage cannot be read.
    pub fn measure(&self, go_on: impl Fn() -> bool) -> Result<Option<Measured>> {
        let mut measured = Measured::default();
        for collection in entries(self.disk().root())?.filter(|entry| folder_name(entry).is_some()) {
            for record in entries(&collection.path())?.filter(|entry| folder_name(entry).is_some()) {
                if !go_on() {
                    return Ok(None);
                }
                for entry in entries(&record.path())? {
                    measured.add(&entry)?;
                }
            }
        }
        Ok(Some(measured))
    }

    /// Whether a file lies where a record that names it expects it, on the disk.
    pub fn exists(&self, collection_id: &str, record_id: &str, name: &str) -> bool {
        Key::new(collection_id, record_id, name).is_some_and(|key| self.disk().path(&key).is_file())
    }

    /// Removes what lies where only folders of collections and records should.
    pub fn remove_stray(&self, stray: &Found) -> Result<()> {
        match fs::remove_file(self.disk().root().join(&stray.path)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Removes a folder where it is empty, and the one above it where it is empty then.
    pub fn remove_empty(&self, folder: &Path) {
        let mut left = Some(folder);
        while let Some(folder) = left.filter(|folder| folder.components().next().is_some()) {
            // One that still holds something stays, which is no failure.
            if fs::remove_dir(self.disk().root().join(folder)).is_err() {
                return;
            }
            left = folder.parent();
        }
    }

    fn found(&self, path: &Path) -> Found {
        let below = path.strip_prefix(self.disk().root()).unwrap_or(path).to_owned();
        Found { path: below, modified: modified(path) }
    }
}

impl Measured {
    /// Adds what lies in the folder of a record; folders hold what was made from a file.
    fn add(&mut self, entry: &DirEntry) -> Result<()> {
        if folder_name(entry).is_some() {
            for inner in entries(&entry.path())? {
                self.bytes += inner.metadata().map_or(0, |about| about.len());
            }
            return Ok(());
        }
        // What vanishes meanwhile is left out.
        self.bytes += entry.metadata().map_or(0, |about| about.len());
        self.files += u64::from(file_of(&entry.file_name().to_string_lossy(), false).1);
        Ok(())
    }
}

/// The entries of a folder; none where there is no such folder.
fn entries(folder: &Path) -> Result<Box<dyn Iterator<Item = DirEntry>>> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(Box::new(entries.filter_map(std::result::Result::ok))),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound) => Ok(Box::new(std::iter::empty())),
        Err(error) => Err(error.into()),
    }
}

/// The name of a folder, where it is one; links are followed nowhere.
fn folder_name(entry: &DirEntry) -> Option<String> {
    entry.file_type().ok().filter(fs::FileType::is_dir)?;
    entry.file_name().into_string().ok()
}

/// What lies in the folder of a record.
fn files_in(folder: &Path) -> Result<Vec<FoundFile>> {
    let mut files = Gathered::default();
    for entry in entries(folder)? {
        let name = entry.file_name();
        files.add(&name.to_string_lossy(), folder_name(&entry).is_some(), modified(&entry.path()));
    }
    Ok(files.into_files())
}

/// Removes what no record names, a file with what belongs to it or a folder.
pub(super) fn remove_orphan(disk: &Disk, folder: &Folder, name: &str) -> Result<()> {
    let Some(key) = folder.entry(name) else { return Ok(()) };
    let path = disk.path(&key);
    match path.is_dir() && !path.is_symlink() {
        true => Ok(fs::remove_dir_all(path)?),
        false => disk.remove(&key),
    }
}

/// When something last changed; now where that cannot be told, so that nobody takes it for old.
fn modified(path: &Path) -> SystemTime {
    fs::symlink_metadata(path).and_then(|about| about.modified()).unwrap_or_else(|_| SystemTime::now())
}
