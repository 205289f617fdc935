//! Do records name files that are there, and are files named by records? The storage moves on while a server runs, so
//! that whatever looks wrong is held against the newest state of the database before it counts.
//!
//! On the disk, names are looked up one by one, and all that lies there is walked through. A bucket is listed once,
//! collection by collection; the listing begins after the state whose names it is held against, so that it has every
//! file of theirs that was not dropped since.

mod missing;
mod orphans;

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashSet};
use std::hash::BuildHasher;
use std::sync::Arc;

use super::{Finding, Repair, Tally, World};
use crate::error::{Error, Result};
use crate::files::{Files, RecordFolder};
use crate::schema::{Collection, FieldKind};
use crate::store::{Store, Tx};
use orphans::Orphan;

const UNNAMED: &str = "files that no record names";

pub(super) fn look(tx: &mut Tx<'_>, world: &World, store: &Store, files: &Files) -> Result<Vec<Finding>> {
    match files.are_in_bucket() {
        true => look_into_bucket(tx, world, store, files),
        false => look_at_disk(tx, world, store, files),
    }
}

fn look_at_disk(tx: &mut Tx<'_>, world: &World, store: &Store, files: &Files) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for collection in world.whole.iter().filter(|collection| file_fields(collection).next().is_some()) {
        world.tell(&format!("files of {}", collection.name));
        let exists = |record: &str, name: &str| files.exists(&collection.id, record, name);
        found.extend(missing::look(tx, collection, store, exists)?);
    }
    world.tell("files in storage/");
    let mut unnamed: BTreeMap<String, Tally> = BTreeMap::new();
    let mut strays = Tally::default();
    orphans::on_disk(store, files, |orphan| {
        match &orphan {
            Orphan::File { collection, .. } => {
                unnamed.entry(collection.clone()).or_default().add(|| orphan.path());
            }
            Orphan::Stray(_) | Orphan::Folder(_) => strays.add(|| orphan.path()),
        }
        Ok(())
    })?;
    for (collection, tally) in unnamed {
        let name = world.schema.by_id(&collection).map_or(collection.as_str(), |known| known.name.as_str());
        found.extend(tally.finding(name, UNNAMED).map(|finding| finding.with(Repair::Files)));
    }
    let finding = strays.finding("storage", "files and empty folders that are nobody's");
    found.extend(finding.map(|finding| finding.with(Repair::Files)));
    Ok(found)
}

fn look_into_bucket(tx: &mut Tx<'_>, world: &World, store: &Store, files: &Files) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for collection in &world.whole {
        world.tell(&format!("files of {} in the bucket", collection.name));
        let (mut listed, mut unnamed) = (Listed::default(), Tally::default());
        orphans::in_bucket(world, store, files, collection, |folder, orphans| {
            listed.add(folder);
            orphans.iter().for_each(|orphan| unnamed.add(|| orphan.path()));
            Ok(())
        })?;
        found.extend(missing::look(tx, collection, store, |record, name| listed.has(record, name))?);
        found.extend(unnamed.finding(&collection.name, UNNAMED).map(|finding| finding.with(Repair::Files)));
    }
    Ok(found)
}

/// The files that a listing had, by the hashes of their places, so that millions of them fit into the memory.
#[derive(Default)]
struct Listed {
    hasher: RandomState,
    places: HashSet<u64>,
}

impl Listed {
    fn add(&mut self, folder: &RecordFolder) {
        for file in folder.files.iter().filter(|file| file.is_there) {
            self.places.insert(self.hasher.hash_one((folder.record_id.as_str(), file.name.as_str())));
        }
    }

    fn has(&self, record_id: &str, name: &str) -> bool {
        self.places.contains(&self.hasher.hash_one((record_id, name)))
    }
}

fn file_fields(collection: &Collection) -> impl Iterator<Item = usize> {
    let fields = collection.fields.iter().enumerate();
    fields.filter(|(_, field)| matches!(field.kind, FieldKind::File(_))).map(|(at, _)| at)
}

/// Removes what lies in the storage for nobody and is older than an hour.
pub(super) async fn remove(store: &Store, files: &Files, world: &Arc<World>) -> Result<Vec<String>> {
    let in_bucket = files.are_in_bucket();
    let (store, files, world) = (store.clone(), files.clone(), Arc::clone(world));
    let removal = tokio::task::spawn_blocking(move || {
        let (mut removed, mut young) = (0, 0);
        let mut take = |orphan: &Orphan| {
            if !orphan.is_old() {
                young += 1;
                return Ok(());
            }
            removed += 1;
            orphan.remove(&files)
        };
        if in_bucket {
            for collection in &world.whole {
                orphans::in_bucket(&world, &store, &files, collection, |_, orphans| {
                    orphans.iter().try_for_each(&mut take)
                })?;
            }
        } else {
            world.tell("files in storage/");
            orphans::on_disk(&store, &files, |orphan| take(&orphan))?;
        }
        Ok::<_, Error>((removed, young))
    });
    let (removed, young) = removal.await.map_err(|error| Error::Internal(error.into()))??;
    let (place, what) = if in_bucket { ("bucket", "files") } else { ("storage", "files and folders") };
    let mut done = Vec::new();
    if removed > 0 {
        done.push(format!("{place}: {removed} {what} that no record names were removed."));
    }
    if young > 0 {
        done.push(format!("{place}: {young} stay, because they are younger than an hour; repair them later."));
    }
    Ok(done)
}
