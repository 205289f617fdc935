//! What lies in the storage though no record names it.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use super::file_fields;
use crate::check::World;
use crate::collections;
use crate::error::{Error, Result};
use crate::files::{Files, Found, Place, RecordFolder};
use crate::records;
use crate::schema::{Collection, Schema};
use crate::store::{Store, Tx};

/// What changed within this time may belong to an upload under way.
const YOUNG: Duration = Duration::from_secs(60 * 60);

/// What lies in the storage for nobody.
pub(super) enum Orphan {
    File { collection: String, record: String, name: String, modified: SystemTime },
    Stray(Found),
    Folder(Found),
}

impl Orphan {
    /// Where it is, below the storage.
    pub(super) fn path(&self) -> String {
        match self {
            Self::File { collection, record, name, .. } => format!("{collection}/{record}/{name}"),
            Self::Stray(found) | Self::Folder(found) => found.path.display().to_string(),
        }
    }

    /// Whether nothing of it can belong to an upload under way.
    pub(super) fn is_old(&self) -> bool {
        is_old(match self {
            Self::File { modified, .. } => *modified,
            Self::Stray(found) | Self::Folder(found) => found.modified,
        })
    }

    /// Removes it. Blocks.
    pub(super) fn remove(&self, files: &Files) -> Result<()> {
        match self {
            Self::File { collection, record, name, .. } => files.remove_orphan(collection, record, name),
            Self::Stray(found) => files.remove_stray(found),
            Self::Folder(found) => {
                files.remove_empty(&found.path);
                Ok(())
            }
        }
    }
}

/// Hands over what lies on the disk for nobody. Folders that were made just now are left out: an upload makes its folder
/// first.
pub(super) fn on_disk(store: &Store, files: &Files, mut each: impl FnMut(Orphan) -> Result<()>) -> Result<()> {
    let mut newest = Newest::of(store, files)?;
    files.walk(|place| match place {
        Place::Record(folder) => newest.orphans_in(&folder, &mut each),
        Place::Empty(found) if is_old(found.modified) => each(Orphan::Folder(found)),
        Place::Empty(_) => Ok(()),
        Place::Stray(found) => each(Orphan::Stray(found)),
    })
}

/// Hands over what a collection has in the bucket, and what of it lies there for nobody.
pub(super) fn in_bucket(
    world: &World,
    store: &Store,
    files: &Files,
    collection: &Collection,
    mut each: impl FnMut(&RecordFolder, Vec<Orphan>) -> Result<()>,
) -> Result<()> {
    let mut newest = Newest::of(store, files)?;
    let tell = |count| {
        if count % 1000 == 1 {
            world.tell(&format!("files of {} in the bucket: {count}", collection.name));
        }
    };
    files.list_bucket(&collection.id, tell, |folder| {
        let mut orphans = Vec::new();
        newest.orphans_in(&folder, &mut |orphan| {
            orphans.push(orphan);
            Ok(())
        })?;
        each(&folder, orphans)
    })
}

/// The newest state of the database, which decides what is named.
struct Newest<'s> {
    store: &'s Store,
    files: &'s Files,
    schema: Schema,
}

impl<'s> Newest<'s> {
    fn of(store: &'s Store, files: &'s Files) -> Result<Self> {
        let schema = store.read_here(|tx| Ok(Schema::new(0, collections::load(tx)?)))?;
        Ok(Self { store, files, schema })
    }

    /// What lies in the folder of a record for nobody.
    fn orphans_in(&mut self, folder: &RecordFolder, each: &mut impl FnMut(Orphan) -> Result<()>) -> Result<()> {
        let (files, schema) = (self.files, &mut self.schema);
        let unnamed = self.store.read_here(|tx| match unnamed(tx, files, schema, folder) {
            Err(Error::StaleSchema(_)) => {
                *schema = Schema::new(0, collections::load(tx)?);
                unnamed_of_broken(tx, files, schema, folder)
            }
            found => found,
        })?;
        for file in folder.files.iter().filter(|file| unnamed.contains(&file.name)) {
            each(Orphan::File {
                collection: folder.collection_id.clone(),
                record: folder.record_id.clone(),
                name: file.name.clone(),
                modified: file.modified,
            })?;
        }
        Ok(())
    }
}

/// The names in a folder that its record does not name, and that wait for nothing.
fn unnamed(tx: &mut Tx<'_>, files: &Files, schema: &Schema, folder: &RecordFolder) -> Result<HashSet<String>> {
    let (collection_id, record_id) = (folder.collection_id.as_str(), folder.record_id.as_str());
    let record = match schema.by_id(collection_id) {
        Some(collection) => records::load(tx, collection, record_id)?,
        None => None,
    };
    let named: HashSet<String> = record
        .iter()
        .flat_map(|record| {
            let fields = file_fields(&record.collection);
            fields.flat_map(|at| record.collection.fields[at].elements(record.values[at].borrow())).collect::<Vec<_>>()
        })
        .collect();
    let mut unnamed = HashSet::new();
    for file in folder.files.iter().filter(|file| !named.contains(&file.name)) {
        if !files.is_listed(tx, collection_id, record_id, &file.name)? {
            unnamed.insert(file.name.clone());
        }
    }
    Ok(unnamed)
}

/// The same where the table of the collection is not what the collection says: nothing is known then, and nothing
/// counts as unnamed.
fn unnamed_of_broken(
    tx: &mut Tx<'_>,
    files: &Files,
    schema: &Schema,
    folder: &RecordFolder,
) -> Result<HashSet<String>> {
    match unnamed(tx, files, schema, folder) {
        Err(Error::StaleSchema(_)) => Ok(HashSet::new()),
        found => found,
    }
}

fn is_old(modified: SystemTime) -> bool {
    SystemTime::now().duration_since(modified).is_ok_and(|age| age >= YOUNG)
}
