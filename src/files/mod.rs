//! Files of records: names, types by content, and where the bytes lie: `<collectionId>/<recordId>/<name>` on the local
//! disk or in a bucket.
//!
//! What must stay true: no byte is written to the storage whose name is not listed in `_tb_uploads` (see
//! `pending.rs`), a record never holds the name of a file that is not stored, and no path is joined from a part that
//! is not checked (see `key.rs`).

mod archives;
mod audit;
mod bring_home;
mod content;
mod copying;
mod holding;
mod key;
pub mod limits;
mod name;
mod pending;
mod probe;
mod public;
mod removals;
mod sniff;
mod spool;
mod storage;
mod stored;
mod sweep;
mod thumbs;
mod upload;

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::watch;

pub use archives::{Archive, Archives, is_name as is_archive_name};
pub use audit::{Found, FoundFile, Measured, Place, RecordFolder};
pub use bring_home::{ask_bucket, bring_home};
pub use content::Content;
pub use copying::{CopiedStorage, copy_storage, measure_storage};
pub use holding::Held;
pub use key::{Folder, Key};
pub use public::{INDEX, PublicEntry, PublicFolder};
pub use spool::{Incoming, Intake};
pub use stored::{Chunks, Expected, StoredFile};
pub use upload::{NewFile, Upload};

use crate::error::{Error, Result};
use crate::settings::Values;
use crate::store::{Store, Tx, WriteLane};
use crate::time;
use holding::Holding;
use pending::Listed;
use removals::{Removal, Removals};
use spool::Spools;
use storage::{Disk, Storages};
use thumbs::Thumbs;

/// Forgets what was on its way when a state was copied that becomes the data now. Where files lie in a bucket, somebody
/// else may hold them since.
///
/// # Errors
/// What the engine says.
pub fn forget_uploads(tx: &mut Tx<'_>) -> Result<()> {
    pending::forget(tx)
}

/// The room of files.
#[derive(Clone)]
pub struct Files {
    parts: Arc<Parts>,
}

struct Parts {
    storages: Arc<Storages>,
    spools: Arc<Spools>,
    holding: Arc<Holding>,
    removals: Removals,
    thumbs: Thumbs,
    runtime: Handle,
    /// What was listed before belongs to an earlier run.
    started: String,
}

impl Files {
    /// The room, over a data directory: files lie in its `storage/`, or in a bucket as long as the settings say so.
    pub fn new(dir: &Path, settings: watch::Receiver<Arc<Values>>) -> Self {
        let storages = Arc::new(Storages::new(dir.join("storage"), settings));
        let holding = Arc::new(Holding::new(dir));
        let removals = Removals::start(Arc::clone(&storages), Arc::clone(&holding));
        let spools = Arc::new(Spools::new(dir.join("uploads")));
        let (thumbs, runtime, started) = (Thumbs::new(), Handle::current(), time::now_text());
        Self { parts: Arc::new(Parts { storages, spools, holding, removals, thumbs, runtime, started }) }
    }

    /// Takes in the files of one request, all of them to the disk.
    pub fn intake_to_disk(&self) -> Intake {
        Intake::to_disk(Arc::clone(&self.parts.spools))
    }

    /// Takes in the files of one request.
    pub fn intake(&self) -> Intake {
        Intake::new(Arc::clone(&self.parts.spools))
    }

    /// Opens a stored file; `None` where it is not there.
    pub async fn open(&self, key: &Key) -> Result<Option<StoredFile>> {
        self.open_to_read(key, Expected::Unknown).await
    }

    /// Opens a stored file of which so much will be read; `None` where it is not there.
    pub async fn open_to_read(&self, key: &Key, expected: Expected) -> Result<Option<StoredFile>> {
        self.parts.storages.current()?.open(key, expected).await
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
        let written = self.write(collection_id, record_id, files).await;
        if written.is_err() {
            self.give_up(store, collection_id, record_id, names).await;
        }
        written
    }

    async fn write(&self, collection_id: &str, record_id: &str, files: &[NewFile]) -> Result<()> {
        let of = (Folder::of_collection(collection_id), Folder::of_record(collection_id, record_id));
        let (Some(collection), Some(record)) = of else {
            return Err(Error::bad_request("The record's id cannot hold files."));
        };
        let named = |file: &NewFile| Some((record.file(&file.name)?, file.clone()));
        let named: Option<Vec<_>> = files.iter().map(named).collect();
        let named = named.ok_or_else(|| Error::internal("a stored name was not made by us"))?;
        let parts = Arc::clone(&self.parts);
        blocking(move || parts.removals.wait_for(&[collection, record])).await?;
        self.parts.storages.current()?.write(named).await
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
        let keys = names.iter().filter_map(|name| Key::new(collection_id, record_id, name));
        let removal = Removal::Files(keys.collect());
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
        let (at, may_hold) = (time::now_text(), self.may_hold(collection_id));
        let mut whole = Vec::with_capacity(records.len());
        for (record_id, names) in records {
            // Another record of this id comes in the same transaction, and its files lie there already.
            if (may_hold || !names.is_empty()) && pending::is_expecting(tx, collection_id, &record_id)? {
                self.drop_names(tx, collection_id, &record_id, names)?;
                continue;
            }
            names.iter().try_for_each(|name| pending::list(tx, collection_id, &record_id, name, &at))?;
            whole.push((record_id, !names.is_empty()));
        }
        let (files, collection_id) = (self.clone(), collection_id.to_owned());
        tx.after_commit(move || {
            let all = files.may_hold(&collection_id);
            for (record_id, holds) in &whole {
                if all || *holds {
                    files.remove_record(&collection_id, record_id);
                }
            }
        });
        Ok(())
    }

    /// Whether there may be files of records that do not name them, left from fields that are gone. The disk is asked;
    /// a bucket is not, so that what lies there for nobody stays.
    pub fn may_hold(&self, collection_id: &str) -> bool {
        let folder = Folder::of_collection(collection_id);
        folder.is_some_and(|folder| self.disk().folder(&folder).is_dir())
    }

    /// Removes everything of a collection that is deleted in this transaction: after the commit, in the background, and
    /// by the next sweep where that fails.
    pub fn drop_collection(&self, tx: &mut Tx<'_>, collection_id: &str) -> Result<()> {
        pending::list(tx, collection_id, "", "", &time::now_text())?;
        let (files, collection_id) = (self.clone(), collection_id.to_owned());
        tx.after_commit(move || files.remove_collection(&collection_id));
        Ok(())
    }

    /// Removes everything of a collection, in the background; failures are logged.
    fn remove_collection(&self, collection_id: &str) {
        if let Some(folder) = Folder::of_collection(collection_id) {
            self.parts.removals.add(Removal::Folder(folder));
        }
    }

    /// Removes everything of a record, in the background; failures are logged.
    fn remove_record(&self, collection_id: &str, record_id: &str) {
        if let Some(folder) = Folder::of_record(collection_id, record_id) {
            self.parts.removals.add(Removal::Folder(folder));
        }
    }

    /// Removes the spooled files that an earlier run has left: asked for at the start of the one server.
    pub fn sweep_spooled(&self) {
        self.parts.spools.sweep();
    }

    /// Whether files lie in a bucket now.
    pub fn are_in_bucket(&self) -> bool {
        self.parts.storages.settings().s3.enabled
    }

    /// Has all files stay where they are, for whoever copies what a state of the database names: a state that is
    /// taken after this names no file that goes before the answer is dropped. `None` while files are being removed: ask
    /// again.
    ///
    /// # Errors
    /// What the system says.
    pub fn hold(&self) -> Result<Option<Held>> {
        Ok(self.parts.holding.hold()?)
    }

    /// Where a file lies on the local disk, and what is told of it beside it; whether they are there is not asked.
    pub fn on_disk(&self, key: &Key) -> (PathBuf, PathBuf) {
        (self.disk().path(key), self.disk().side_file(key))
    }

    fn disk(&self) -> &Disk {
        self.parts.storages.disk()
    }
}

/// Runs what blocks where blocking is fine.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(Error::internal("work on files panicked")),
    }
}

/// What the disk says where it takes no more is told; anything else is nobody's business.
fn fault(error: io::Error) -> Error {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            tracing::error!(%error, "a file could not be stored");
            Error::Unavailable("There is no room to store the file.".into())
        }
        _ => error.into(),
    }
}
