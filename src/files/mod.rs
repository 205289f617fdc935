//! Files of records: names, types by content, and where the bytes lie (`storage/<collectionId>/<recordId>/<name>`,
//! with `<name>.attrs` beside it).
//!
//! What must stay true: no byte is written whose name is not listed in `_tb_uploads` (see `pending.rs`), a record
//! never holds the name of a file that is not on the disk, and no path is joined from a part that is not checked.

mod audit;
mod disk;
pub mod limits;
mod name;
mod pending;
mod removals;
mod sniff;
mod thumbs;
mod upload;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

pub use audit::{Found, Place, RecordFolder};
pub use upload::{NewFile, Upload};

use crate::error::{Error, Result};
use crate::store::{Store, Tx, WriteLane};
use crate::time;
use disk::Disk;
use pending::Listed;
use removals::{Removal, Removals};

/// How long an upload may stay listed while the server runs.
const UPLOAD_LIFE: chrono::TimeDelta = chrono::TimeDelta::hours(1);

/// The room of files: the local disk.
#[derive(Clone)]
pub struct Files {
    parts: Arc<Parts>,
}

struct Parts {
    disk: Arc<Disk>,
    removals: Removals,
    /// What was listed before belongs to an earlier run.
    started: String,
}

/// A stored file, ready to be sent.
#[derive(Debug)]
pub struct StoredFile {
    /// The name to give it.
    pub name: String,
    /// The type found in its content.
    pub content_type: String,
    /// When it was written.
    pub modified: SystemTime,
    /// The content.
    pub bytes: Vec<u8>,
}

impl Files {
    /// The room, over a folder.
    pub fn new(storage: PathBuf) -> Self {
        let disk = Arc::new(Disk::new(storage));
        let removals = Removals::start(Arc::clone(&disk));
        Self { parts: Arc::new(Parts { disk, removals, started: time::now_text() }) }
    }

    /// Reads a stored file; `None` where it is not there.
    pub async fn read(&self, collection_id: &str, record_id: &str, name: &str) -> Result<Option<StoredFile>> {
        let disk = Arc::clone(&self.parts.disk);
        let [collection_id, record_id, name] = [collection_id, record_id, name].map(str::to_owned);
        blocking(move || disk.read(&collection_id, &record_id, &name)).await
    }

    /// Writes new files of a record, so that [`Files::settle`] can hand them over to it. They are on the disk when
    /// this answers; where it fails, what was written is removed.
    pub async fn store(&self, store: &Store, collection_id: &str, record_id: &str, files: &[NewFile]) -> Result<()> {
        let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
        let (collection, record, at) = (collection_id.to_owned(), record_id.to_owned(), time::now_text());
        let listed = names.clone();
        store
            .write(WriteLane::Grouped, move |tx| {
                listed.iter().try_for_each(|name| pending::list(tx, &collection, &record, name, &at))
            })
            .await?;
        let (parts, files) = (Arc::clone(&self.parts), files.to_vec());
        let (collection, record) = (collection_id.to_owned(), record_id.to_owned());
        let written = blocking(move || {
            let folders = [parts.disk.collection(&collection), parts.disk.record(&collection, &record)];
            parts.removals.wait_for(&folders.into_iter().flatten().collect::<Vec<_>>());
            parts.disk.write(&collection, &record, &files)
        })
        .await;
        if written.is_err() {
            self.give_up(store, collection_id, record_id, names).await;
        }
        written
    }

    /// Hands stored files over to a record, in the transaction that writes their names into it.
    ///
    /// # Errors
    /// `Unavailable` where they waited for so long that they are swept.
    pub fn settle(&self, tx: &mut Tx<'_>, collection_id: &str, record_id: &str, names: &[String]) -> Result<()> {
        names.iter().try_for_each(|name| pending::settle(tx, collection_id, record_id, name))
    }

    /// Removes stored files that no record took over. Those that one did stay: the list knows.
    pub async fn give_up(&self, store: &Store, collection_id: &str, record_id: &str, names: Vec<String>) {
        let (collection, record) = (collection_id.to_owned(), record_id.to_owned());
        let doomed = store
            .write(WriteLane::Grouped, move |tx| {
                let mut doomed = Vec::new();
                for name in &names {
                    if pending::doom(tx, &collection, &record, name)? {
                        doomed.push(Listed {
                            collection_id: collection.clone(),
                            record_id: record.clone(),
                            name: name.clone(),
                        });
                    }
                }
                Ok(doomed)
            })
            .await;
        let removed = match doomed {
            Ok(doomed) => self.remove_listed(store, doomed).await,
            Err(error) => Err(error),
        };
        if let Err(error) = removed {
            tracing::warn!(%error, collection_id, record_id, "files of a failed write are left to the next sweep");
        }
    }

    /// Removes files that a record drops in this transaction: after the commit, in the background.
    pub fn drop_names(&self, tx: &mut Tx<'_>, collection_id: &str, record_id: &str, names: Vec<String>) -> Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        let at = time::now_text();
        names.iter().try_for_each(|name| pending::list(tx, collection_id, record_id, name, &at))?;
        let parts = Arc::clone(&self.parts);
        let removal =
            Removal::Files { collection_id: collection_id.to_owned(), record_id: record_id.to_owned(), names };
        tx.after_commit(move || parts.removals.add(removal));
        Ok(())
    }

    /// Removes everything of records of a collection that are deleted in this transaction: after the commit, in the
    /// background. Each comes with the files that it holds.
    pub fn drop_records(
        &self,
        tx: &mut Tx<'_>,
        collection_id: &str,
        records: Vec<(String, Vec<String>)>,
    ) -> Result<()> {
        let at = time::now_text();
        for (record_id, names) in &records {
            names.iter().try_for_each(|name| pending::list(tx, collection_id, record_id, name, &at))?;
        }
        let (files, collection_id) = (self.clone(), collection_id.to_owned());
        tx.after_commit(move || {
            // most collections have no files at all, and their records no folders
            if files.may_hold(&collection_id) {
                records.iter().for_each(|(record_id, _)| files.remove_record(&collection_id, record_id));
            }
        });
        Ok(())
    }

    /// Whether there may be files of records of a collection.
    pub fn may_hold(&self, collection_id: &str) -> bool {
        self.parts.disk.collection(collection_id).is_some_and(|folder| folder.is_dir())
    }

    /// Removes everything of a collection that is deleted in this transaction: after the commit, in the background.
    pub fn drop_collection(&self, tx: &mut Tx<'_>, collection_id: &str) -> Result<()> {
        pending::list(tx, collection_id, "", "", &time::now_text())?;
        let (files, collection_id) = (self.clone(), collection_id.to_owned());
        tx.after_commit(move || files.remove_collection(&collection_id));
        Ok(())
    }

    /// Removes everything of a collection, in the background; failures are logged.
    pub fn remove_collection(&self, collection_id: &str) {
        if let Some(folder) = self.parts.disk.collection(collection_id) {
            self.parts.removals.add(Removal::Folder(folder));
        }
    }

    /// Removes everything of a record, in the background; failures are logged.
    pub fn remove_record(&self, collection_id: &str, record_id: &str) {
        if let Some(folder) = self.parts.disk.record(collection_id, record_id) {
            self.parts.removals.add(Removal::Folder(folder));
        }
    }

    /// Removes the files that no record holds: those listed in an earlier run, or more than an hour ago. Asked for
    /// at the start and every now and then. How many names went from the list.
    pub async fn sweep(&self, store: &Store) -> Result<usize> {
        let started = self.parts.started.clone();
        let hour_ago = time::format(time::now() - UPLOAD_LIFE);
        let before = started.max(hour_ago);
        let mut swept = 0;
        loop {
            let before = before.clone();
            let files = self.clone();
            let doomed = store
                .write(WriteLane::Grouped, move |tx| {
                    let doomed = pending::doom_before(tx, &before)?;
                    for gone in doomed.iter().filter(|listed| listed.record_id.is_empty()) {
                        // A collection of this id that comes right after waits until the folder is gone.
                        let (files, collection_id) = (files.clone(), gone.collection_id.clone());
                        tx.after_commit(move || files.remove_collection(&collection_id));
                    }
                    Ok(doomed)
                })
                .await?;
            if doomed.is_empty() {
                return Ok(swept);
            }
            swept += doomed.len();
            self.remove_listed(store, doomed).await?;
        }
    }

    /// Removes marked files, then their rows.
    async fn remove_listed(&self, store: &Store, doomed: Vec<Listed>) -> Result<()> {
        if doomed.is_empty() {
            return Ok(());
        }
        let (parts, files) = (Arc::clone(&self.parts), doomed.clone());
        blocking(move || {
            for Listed { collection_id, record_id, name } in &files {
                if record_id.is_empty() {
                    parts.removals.wait_for(&Vec::from_iter(parts.disk.collection(collection_id)));
                } else {
                    parts.disk.remove_file(collection_id, record_id, name)?;
                }
            }
            Ok(())
        })
        .await?;
        store
            .write(WriteLane::Grouped, move |tx| {
                doomed.iter().try_for_each(|file| pending::unlist(tx, &file.collection_id, &file.record_id, &file.name))
            })
            .await
    }
}

/// Runs what blocks where blocking is fine.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(Error::internal("work on files panicked")),
    }
}
