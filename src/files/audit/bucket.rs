//! Listing what a collection has in the bucket. Only folders of collections are asked for: a bucket may hold other
//! things, which are nobody's business here.

use futures_util::{StreamExt, TryStreamExt};

use super::{Gathered, RecordFolder, file_of};
use crate::error::Result;
use crate::files::Files;
use crate::files::key::Folder;
use crate::files::storage::{Bucket, Storage};

impl Files {
    /// Lists what a collection has in the bucket, one record after another; nothing where files lie on the disk. The
    /// files of a record may come in pieces where the service lists in no order. `listed` is told how many objects
    /// there were so far. Blocks.
    ///
    /// # Errors
    /// `Unavailable`, with what a person can do something about, where the bucket cannot be listed; what `each` answers.
    pub fn list_bucket(
        &self,
        collection_id: &str,
        mut listed: impl FnMut(u64),
        mut each: impl FnMut(RecordFolder) -> Result<()>,
    ) -> Result<()> {
        let (Storage::Bucket(bucket), Some(folder)) =
            (self.parts.storages.current()?, Folder::of_collection(collection_id))
        else {
            return Ok(());
        };
        let mut hand_over = |record_id: String, gathered: Gathered| {
            let files = gathered.into_files();
            each(RecordFolder { collection_id: collection_id.to_owned(), record_id, files })
        };
        let mut objects = bucket.list(&folder)?;
        let mut count = 0;
        let mut gathering: Option<(String, Gathered)> = None;
        while let Some(object) = self.parts.runtime.block_on(objects.next()) {
            let (path, modified) = object?;
            count += 1;
            listed(count);
            let below = path.strip_prefix(collection_id).and_then(|path| path.strip_prefix('/'));
            let Some((record, name)) = below.and_then(|path| path.split_once('/')) else { continue };
            if gathering.as_ref().is_none_or(|(known, _)| known != record)
                && let Some((record_id, full)) = gathering.replace((record.to_owned(), Gathered::default()))
            {
                hand_over(record_id, full)?;
            }
            if let Some((_, files)) = &mut gathering {
                let (name, is_folder) = entry(name);
                files.add(name, is_folder, modified);
            }
        }
        gathering.map_or(Ok(()), |(record_id, last)| hand_over(record_id, last))
    }
}

/// The entry of a record's folder that an object lies in, and whether that is a folder.
fn entry(below: &str) -> (&str, bool) {
    below.split_once('/').map_or((below, false), |(folder, _)| (folder, true))
}

/// Removes an object that no record names with what belongs to it, side files that somebody copied along included.
pub(super) async fn remove_orphan(bucket: &Bucket, folder: &Folder, name: &str) -> Result<()> {
    let objects: Vec<_> = bucket.list(folder)?.try_collect().await?;
    let belongs = |path: &str| {
        let below = path.strip_prefix(folder.as_str()).and_then(|path| path.strip_prefix('/'));
        below.map(entry).is_some_and(|(entry, is_folder)| file_of(entry, is_folder).0 == name)
    };
    bucket.remove_objects(objects.into_iter().map(|(path, _)| path).filter(|path| belongs(path)).collect()).await
}
