//! Where files lie: on the local disk, or in a bucket where the settings name one. What is chosen is asked for each
//! time, so that a change of the settings takes effect at once; nothing is moved.

mod access;
mod bucket;
mod disk;

use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::watch;

pub(super) use access::Access;
pub(super) use bucket::{Bucket, Object};
pub(super) use disk::{Disk, attributes};

use super::key::{Folder, Key};
use super::stored::Expected;
use super::{NewFile, StoredFile, blocking};
use crate::error::{Error, Result};
use crate::settings::{S3, Values};

/// Chooses the storage.
pub(super) struct Storages {
    disk: Arc<Disk>,
    settings: watch::Receiver<Arc<Values>>,
    /// The bucket that was used last, with the settings that name it.
    bucket: Mutex<Option<(S3, Arc<Bucket>)>>,
}

/// One of the two.
#[derive(Clone)]
pub(super) enum Storage {
    Disk(Arc<Disk>),
    Bucket(Arc<Bucket>),
}

impl Storages {
    pub(super) fn new(root: PathBuf, settings: watch::Receiver<Arc<Values>>) -> Self {
        Self { disk: Arc::new(Disk::new(root)), settings, bucket: Mutex::default() }
    }

    /// The one that the settings choose.
    ///
    /// # Errors
    /// They name a bucket that cannot be.
    pub(super) fn current(&self) -> Result<Storage> {
        let values = self.settings.borrow();
        if !values.s3.enabled {
            return Ok(Storage::Disk(Arc::clone(&self.disk)));
        }
        let mut known = self.bucket.lock();
        if let Some((settings, bucket)) = &*known
            && *settings == values.s3
        {
            return Ok(Storage::Bucket(Arc::clone(bucket)));
        }
        let bucket = Arc::new(Bucket::new(&values.s3).map_err(|error| Error::Broken(error.into()))?);
        *known = Some((values.s3.clone(), Arc::clone(&bucket)));
        Ok(Storage::Bucket(bucket))
    }

    /// The settings as they are now.
    pub(super) fn settings(&self) -> Arc<Values> {
        Arc::clone(&self.settings.borrow())
    }

    /// The local disk, whatever the settings choose.
    pub(super) fn disk(&self) -> &Disk {
        &self.disk
    }
}

impl Storage {
    /// Writes files, and waits until they stay.
    pub(super) async fn write(&self, files: Vec<(Key, NewFile)>) -> Result<()> {
        match self {
            Self::Disk(disk) => {
                let disk = Arc::clone(disk);
                blocking(move || {
                    for (key, file) in &files {
                        disk.write(key, file)?;
                    }
                    files.last().map_or(Ok(()), |(key, _)| disk.seal(key.folder()))
                })
                .await
            }
            Self::Bucket(bucket) => {
                let bucket = Arc::clone(bucket);
                // Nobody who stops waiting may leave parts of an upload in the bucket.
                let work = tokio::spawn(async move {
                    for (key, file) in &files {
                        bucket.write(key, file).await?;
                    }
                    Ok(())
                });
                work.await.map_err(|error| Error::Internal(error.into()))?
            }
        }
    }

    /// Writes a file that is listed nowhere: it appears whole or not at all.
    pub(super) async fn write_unlisted(&self, key: Key, file: NewFile) -> Result<()> {
        match self {
            Self::Disk(disk) => {
                let disk = Arc::clone(disk);
                blocking(move || disk.write_unlisted(&key, &file)).await
            }
            // Objects always appear so.
            Self::Bucket(_) => self.write(vec![(key, file)]).await,
        }
    }

    /// Opens a file; `None` where it is not there.
    pub(super) async fn open(&self, key: &Key, expected: Expected) -> Result<Option<StoredFile>> {
        match self {
            Self::Disk(disk) => {
                if let Some(found) = disk.open_at_once(key) {
                    return Ok(found);
                }
                let (disk, key) = (Arc::clone(disk), key.clone());
                blocking(move || disk.open(&key)).await
            }
            Self::Bucket(bucket) => bucket.open(key, expected).await,
        }
    }

    /// Removes a file with what is derived from it, and a folder that is empty then. Blocks.
    pub(super) fn remove(&self, key: &Key, runtime: &Handle) -> Result<()> {
        match self {
            Self::Disk(disk) => disk.remove(key),
            Self::Bucket(bucket) => runtime.block_on(bucket.remove(key)),
        }
    }

    /// Removes a folder with everything in it. Blocks.
    pub(super) fn remove_all(&self, folder: &Folder, runtime: &Handle) -> Result<()> {
        match self {
            Self::Disk(disk) => disk.remove_all(folder),
            Self::Bucket(bucket) => runtime.block_on(bucket.remove_all(folder)),
        }
    }
}
