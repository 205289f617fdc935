//! Do records name files that are there, and are files named by records? The disk moves on while a server runs, so
//! that whatever looks wrong is held against the newest state of the database before it counts.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{Finding, Repair, Tally, World};
use crate::collections;
use crate::error::{Error, Result};
use crate::files::{Files, Found, Place, RecordFolder};
use crate::records;
use crate::schema::{Collection, CollectionRef, FieldKind, Schema};
use crate::store::{Sql, Store, Tx};

/// What changed within this time may belong to an upload under way.
const YOUNG: Duration = Duration::from_secs(60 * 60);

/// How many records without a file are asked for again at once.
const AT_ONCE: usize = 500;

pub(super) fn look(tx: &mut Tx<'_>, world: &World, store: &Store, files: &Files) -> Result<Vec<Finding>> {
    if files.are_in_bucket() {
        world.tell("files in a bucket, which is not looked through");
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for collection in world.whole.iter().filter(|collection| file_fields(collection).next().is_some()) {
        world.tell(&format!("files of {}", collection.name));
        found.extend(missing(tx, collection, store, files)?);
    }
    world.tell("files in storage/");
    let mut orphans: BTreeMap<String, Tally> = BTreeMap::new();
    let mut strays = Tally::default();
    orphans_of(store, files, |orphan| {
        match &orphan {
            Orphan::File { collection, .. } => {
                orphans.entry(collection.clone()).or_default().add(|| orphan.path());
            }
            Orphan::Stray(_) | Orphan::Folder(_) => strays.add(|| orphan.path()),
        }
        Ok(())
    })?;
    for (collection, tally) in orphans {
        let name = world.schema.by_id(&collection).map_or(collection.as_str(), |known| known.name.as_str());
        let finding = tally.finding(name, "files that no record names");
        found.extend(finding.map(|finding| finding.with(Repair::Files)));
    }
    let finding = strays.finding("storage", "files and empty folders that are nobody's");
    found.extend(finding.map(|finding| finding.with(Repair::Files)));
    Ok(found)
}

fn file_fields(collection: &Collection) -> impl Iterator<Item = usize> {
    let fields = collection.fields.iter().enumerate();
    fields.filter(|(_, field)| matches!(field.kind, FieldKind::File(_))).map(|(at, _)| at)
}

/// The files that records of a collection name and that are not there, field by field.
fn missing(tx: &mut Tx<'_>, collection: &CollectionRef, store: &Store, files: &Files) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for at in file_fields(collection) {
        let field = &collection.fields[at];
        let mut query = Sql::raw("SELECT ");
        query.column(&collection.name, "id").push(", ").column(&collection.name, &field.name);
        query.push(" FROM ").name(&collection.name);
        let mut tally = Tally::default();
        let mut doubtful = Vec::new();
        tx.rows(&query, |row| {
            let id = row.get(0).as_text();
            for name in field.elements(row.get(1)) {
                if !files.exists(&collection.id, id, &name) {
                    doubtful.push((id.to_owned(), name));
                }
            }
            if doubtful.len() >= AT_ONCE {
                confirm(store, collection, at, std::mem::take(&mut doubtful), &mut tally)?;
            }
            Ok(())
        })?;
        confirm(store, collection, at, doubtful, &mut tally)?;
        found.extend(tally.finding(format!("{}.{}", collection.name, field.name), "names of files that are not there"));
    }
    Ok(found)
}

/// Counts what the newest state of the database still names.
fn confirm(
    store: &Store,
    collection: &CollectionRef,
    at: usize,
    doubtful: Vec<(String, String)>,
    tally: &mut Tally,
) -> Result<()> {
    if doubtful.is_empty() {
        return Ok(());
    }
    let asked = store.read_here(|tx| {
        for (id, name) in &doubtful {
            let record = records::load(tx, collection, id)?;
            if record.is_some_and(|record| collection.fields[at].elements(record.values[at].borrow()).contains(name)) {
                tally.add(|| format!("{}/{id}/{name}", collection.id));
            }
        }
        Ok(())
    });
    match asked {
        // The collection changed meanwhile; the next check will tell.
        Err(Error::StaleSchema(_)) => Ok(()),
        asked => asked,
    }
}

/// What lies in the storage for nobody.
enum Orphan {
    File { collection: String, record: String, name: String, modified: SystemTime },
    Stray(Found),
    Folder(Found),
}

impl Orphan {
    fn path(&self) -> String {
        match self {
            Self::File { collection, record, name, .. } => format!("{collection}/{record}/{name}"),
            Self::Stray(found) | Self::Folder(found) => found.path.display().to_string(),
        }
    }

    fn modified(&self) -> SystemTime {
        match self {
            Self::File { modified, .. } => *modified,
            Self::Stray(found) | Self::Folder(found) => found.modified,
        }
    }
}

/// Hands over what lies in the storage for nobody. Folders that were made just now are left out: an upload makes its
/// folder first.
fn orphans_of(store: &Store, files: &Files, mut each: impl FnMut(Orphan) -> Result<()>) -> Result<()> {
    let mut schema = store.read_here(|tx| Ok(Schema::new(0, collections::load(tx)?)))?;
    files.walk(|place| match place {
        Place::Record(folder) if folder.names.is_empty() => {
            if is_old(folder.folder.modified) {
                each(Orphan::Folder(folder.folder))
            } else {
                Ok(())
            }
        }
        Place::Record(folder) => {
            let unnamed = store.read_here(|tx| match unnamed(tx, files, &schema, &folder) {
                Err(Error::StaleSchema(_)) => {
                    schema = Schema::new(0, collections::load(tx)?);
                    unnamed_of_broken(tx, files, &schema, &folder)
                }
                found => found,
            })?;
            let RecordFolder { collection_id, record_id, names, .. } = folder;
            for (name, modified) in names.into_iter().filter(|(name, _)| unnamed.contains(name)) {
                // It may have gone while it was being asked for.
                let (collection, record) = (collection_id.clone(), record_id.clone());
                each(Orphan::File { collection, record, name, modified })?;
            }
            Ok(())
        }
        Place::Empty(found) => {
            if is_old(found.modified) {
                each(Orphan::Folder(found))
            } else {
                Ok(())
            }
        }
        Place::Stray(found) => each(Orphan::Stray(found)),
    })
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
    for (name, _) in folder.names.iter().filter(|(name, _)| !named.contains(name)) {
        if !files.is_listed(tx, collection_id, record_id, name)? {
            unnamed.insert(name.clone());
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

/// Removes what lies in the storage for nobody and is older than an hour.
pub(super) async fn remove(store: &Store, files: &Files, world: &Arc<World>) -> Result<Vec<String>> {
    if files.are_in_bucket() {
        return Ok(vec!["storage: files lie in a bucket, which was not looked through.".to_owned()]);
    }
    world.tell("files in storage/");
    let (store, files) = (store.clone(), files.clone());
    let removed = tokio::task::spawn_blocking(move || {
        let (mut removed, mut young) = (0, 0);
        orphans_of(&store, &files, |orphan| {
            if !is_old(orphan.modified()) {
                young += 1;
                return Ok(());
            }
            match &orphan {
                Orphan::File { collection, record, name, .. } => files.remove_orphan(collection, record, name)?,
                Orphan::Stray(found) => files.remove_stray(found)?,
                Orphan::Folder(found) => files.remove_empty(&found.path),
            }
            removed += 1;
            Ok(())
        })?;
        Ok::<_, Error>((removed, young))
    });
    let (removed, young) = removed.await.map_err(|error| Error::Internal(error.into()))??;
    let mut done = Vec::new();
    if removed > 0 {
        done.push(format!("storage: {removed} files and folders that no record names were removed."));
    }
    if young > 0 {
        done.push(format!("storage: {young} stay, because they are younger than an hour; repair them later."));
    }
    Ok(done)
}
