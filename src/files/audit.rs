//! What the storage holds, whatever the records say: walked through folder by folder, for `check`.

use std::collections::BTreeMap;
use std::fs::{self, DirEntry};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::key::{ATTRIBUTES, DERIVED, Folder, Key};
use super::{Files, pending};
use crate::error::Result;
use crate::store::Tx;

/// A place in the storage.
#[derive(Debug)]
pub enum Place {
    /// The folder of a record.
    Record(RecordFolder),
    /// A folder of a collection that has nothing in it.
    Empty(Found),
    /// What lies where only folders of collections and records should.
    Stray(Found),
}

/// The folder of a record.
#[derive(Debug)]
pub struct RecordFolder {
    /// The collection's id.
    pub collection_id: String,
    /// The record's id.
    pub record_id: String,
    /// The names of files; side files and thumbs count as the file that they belong to.
    pub names: Vec<(String, SystemTime)>,
    /// The folder itself.
    pub folder: Found,
}

/// A path in the storage.
#[derive(Debug, Clone)]
pub struct Found {
    /// Where it is, below the storage.
    pub path: PathBuf,
    /// When it last changed.
    pub modified: SystemTime,
}

impl Files {
    /// Walks through the storage, folder by folder; what vanishes meanwhile is left out.
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
                match folder_name(&record) {
                    Some(record_id) => each(Place::Record(RecordFolder {
                        collection_id: collection_id.clone(),
                        record_id,
                        names: names_in(&record.path())?,
                        folder: self.found(&record.path()),
                    }))?,
                    None => each(Place::Stray(self.found(&record.path())))?,
                }
            }
            if empty {
                each(Place::Empty(self.found(&collection.path())))?;
            }
        }
        Ok(())
    }

    /// Whether a file lies where a record that names it expects it.
    pub fn exists(&self, collection_id: &str, record_id: &str, name: &str) -> bool {
        Key::new(collection_id, record_id, name).is_some_and(|key| self.disk().path(&key).is_file())
    }

    /// Whether a name waits for its record or for its removal.
    pub fn is_listed(&self, tx: &mut Tx<'_>, collection_id: &str, record_id: &str, name: &str) -> Result<bool> {
        pending::is_listed(tx, collection_id, record_id, name)
    }

    /// Removes a file that no record names, with what belongs to it, and its folders where they are empty then.
    pub fn remove_orphan(&self, collection_id: &str, record_id: &str, name: &str) -> Result<()> {
        let key = Folder::of_record(collection_id, record_id).and_then(|folder| folder.entry(name));
        let _removing = self.parts.holding.remove()?;
        if let Some(key) = key {
            let path = self.disk().path(&key);
            match path.is_dir() && !path.is_symlink() {
                true => fs::remove_dir_all(path)?,
                false => self.disk().remove(&key)?,
            }
        }
        self.remove_empty(Path::new(collection_id));
        Ok(())
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

/// The names of the files of a folder, each with the newest time of what belongs to it.
fn names_in(folder: &Path) -> Result<Vec<(String, SystemTime)>> {
    let mut names: BTreeMap<String, SystemTime> = BTreeMap::new();
    for entry in entries(folder)? {
        let name = entry.file_name().to_string_lossy().into_owned();
        let file = match (folder_name(&entry), name.strip_suffix(ATTRIBUTES), name.strip_prefix(DERIVED)) {
            (None, Some(file), _) | (Some(_), _, Some(file)) => file.to_owned(),
            _ => name.clone(),
        };
        let at = modified(&entry.path());
        names.entry(file).and_modify(|newest| *newest = at.max(*newest)).or_insert(at);
    }
    Ok(names.into_iter().collect())
}

/// When something last changed; now where that cannot be told, so that nobody takes it for old.
fn modified(path: &Path) -> SystemTime {
    fs::symlink_metadata(path).and_then(|about| about.modified()).unwrap_or_else(|_| SystemTime::now())
}
