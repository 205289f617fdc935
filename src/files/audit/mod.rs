//! What the storage holds, whatever the records say, for `check`: walked through folder by folder on the disk
//! (`disk.rs`), listed in a bucket (`bucket.rs`).

mod bucket;
mod disk;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

use super::key::{ATTRIBUTES, DERIVED, Folder};
use super::storage::Storage;
use super::{Files, pending};
use crate::error::Result;
use crate::store::Tx;

/// A place in the storage.
#[derive(Debug)]
pub enum Place {
    /// The folder of a record, with something in it.
    Record(RecordFolder),
    /// A folder that has nothing in it.
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
    /// What lies in it, by name.
    pub files: Vec<FoundFile>,
}

/// A file in the folder of a record, or what belongs to one: side files and thumbs count as their file.
#[derive(Debug)]
pub struct FoundFile {
    /// The name of the file.
    pub name: String,
    /// Whether the file is there itself.
    pub is_there: bool,
    /// When something of it last changed.
    pub modified: SystemTime,
}

/// A path in the storage.
#[derive(Debug, Clone)]
pub struct Found {
    /// Where it is, below the storage.
    pub path: PathBuf,
    /// When it last changed.
    pub modified: SystemTime,
}

/// How much lies in the storage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measured {
    /// The bytes of everything: files, what is told beside them, thumbs.
    pub bytes: u64,
    /// How many files there are.
    pub files: u64,
}

impl Files {
    /// Whether a name waits for its record or for its removal.
    pub fn is_listed(&self, tx: &mut Tx<'_>, collection_id: &str, record_id: &str, name: &str) -> Result<bool> {
        pending::is_listed(tx, collection_id, record_id, name)
    }

    /// Removes a file that no record names, with what belongs to it, and its folders where they are empty then. Blocks.
    pub fn remove_orphan(&self, collection_id: &str, record_id: &str, name: &str) -> Result<()> {
        let Some(folder) = Folder::of_record(collection_id, record_id) else { return Ok(()) };
        let _removing = self.parts.holding.remove()?;
        match self.parts.storages.current()? {
            Storage::Disk(disk) => disk::remove_orphan(&disk, &folder, name)?,
            Storage::Bucket(bucket) => self.parts.runtime.block_on(bucket::remove_orphan(&bucket, &folder, name))?,
        }
        self.remove_empty(std::path::Path::new(collection_id));
        Ok(())
    }
}

/// The files of a folder while their parts are gathered.
#[derive(Default)]
struct Gathered(BTreeMap<String, (bool, SystemTime)>);

impl Gathered {
    /// Adds what has a name in the folder of a record.
    fn add(&mut self, name: &str, is_folder: bool, modified: SystemTime) {
        let (of, is_there) = file_of(name, is_folder);
        let known = self.0.entry(of.to_owned()).or_insert((is_there, modified));
        *known = (known.0 || is_there, known.1.max(modified));
    }

    fn into_files(self) -> Vec<FoundFile> {
        let file = |(name, (is_there, modified))| FoundFile { name, is_there, modified };
        self.0.into_iter().map(file).collect()
    }
}

/// The file that something in the folder of a record belongs to, and whether it is that file.
fn file_of(name: &str, is_folder: bool) -> (&str, bool) {
    match (is_folder, name.strip_suffix(ATTRIBUTES), name.strip_prefix(DERIVED)) {
        (false, Some(file), _) | (true, _, Some(file)) => (file, false),
        _ => (name, true),
    }
}
