//! Archives in a bucket: objects at its top, under their names.

use std::fs::File;
use std::io::Read;
use std::path::Path as FilePath;

use chrono::SubsecRound;
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, Error as Fault, GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode,
    PutMultipartOptions, PutOptions, WriteMultipart,
};

use super::{Bucket, PART, PARTS_AT_ONCE, unreachable};
use crate::error::Result;
use crate::files::archives::{Archive, TYPE};
use crate::files::blocking;

impl Bucket {
    /// All archives.
    pub(in crate::files) async fn archives(&self) -> Result<Vec<Archive>> {
        // What lies in folders is somebody else's.
        let found = self.store.list_with_delimiter(None).await.map_err(unreachable)?;
        Ok(found.objects.iter().map(|object| about(object, object.location.as_ref())).collect())
    }

    /// What is known of one archive.
    pub(in crate::files) async fn archive(&self, name: &str) -> Result<Option<Archive>> {
        let path = super::path(name)?;
        match self.store.get_opts(&path, GetOptions::new().with_head(true)).await {
            Ok(found) => {
                Ok(Some(Archive { key: name.to_owned(), size: found.meta.size, modified: found.meta.last_modified }))
            }
            Err(Fault::NotFound { .. }) => Ok(None),
            Err(error) => Err(unreachable(error)),
        }
    }

    /// Removes an archive; whether it was there.
    pub(in crate::files) async fn remove_archive(&self, name: &str) -> Result<bool> {
        if self.archive(name).await?.is_none() {
            return Ok(false);
        }
        match self.store.delete(&super::path(name)?).await {
            Ok(()) => Ok(true),
            Err(Fault::NotFound { .. }) => Ok(false),
            Err(error) => Err(unreachable(error)),
        }
    }

    /// Puts a file there, in parts where it is large. `told` hears how many bytes were read; its error ends it, and
    /// nothing is left.
    pub(in crate::files) async fn put_archive(
        &self,
        name: &str,
        from: &FilePath,
        told: &(dyn Fn(u64) -> Result<()> + Send + Sync),
    ) -> Result<()> {
        let path = super::path(name)?;
        let source = from.to_owned();
        let file = blocking(move || Ok(File::open(source)?)).await?;
        let mut attributes = Attributes::new();
        attributes.insert(Attribute::ContentType, TYPE.into());
        let (file, first) = next_part(file).await?;
        if (first.len() as u64) < PART {
            told(first.len() as u64)?;
            let options = PutOptions { mode: PutMode::Overwrite, ..PutOptions::from(attributes) };
            return self.store.put_opts(&path, first.into(), options).await.map(drop).map_err(unreachable);
        }
        let _turn = self.large.acquire().await;
        let options = PutMultipartOptions::from(attributes);
        let upload = self.store.put_multipart_opts(&path, options).await.map_err(unreachable)?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, usize::try_from(PART).unwrap_or(usize::MAX));
        match send(&mut upload, file, first, told).await {
            Ok(()) => upload.finish().await.map(drop).map_err(unreachable),
            Err(error) => {
                abort(upload, &path).await;
                Err(error)
            }
        }
    }
}

/// What is known of an object. Asked for it alone, a service tells whole seconds, and more of them in a list.
fn about(object: &ObjectMeta, name: &str) -> Archive {
    Archive { key: name.to_owned(), size: object.size, modified: object.last_modified.trunc_subsecs(0) }
}

async fn send(
    upload: &mut WriteMultipart,
    mut file: File,
    mut part: Vec<u8>,
    told: &(dyn Fn(u64) -> Result<()> + Send + Sync),
) -> Result<()> {
    let mut sent = 0;
    while !part.is_empty() {
        sent += part.len() as u64;
        upload.wait_for_capacity(PARTS_AT_ONCE).await.map_err(unreachable)?;
        upload.put(part.into());
        told(sent)?;
        (file, part) = next_part(file).await?;
    }
    Ok(())
}

async fn next_part(file: File) -> Result<(File, Vec<u8>)> {
    blocking(move || {
        let mut part = Vec::new();
        (&file).take(PART).read_to_end(&mut part)?;
        Ok((file, part))
    })
    .await
}

async fn abort(upload: WriteMultipart, path: &Path) {
    if let Err(error) = upload.abort().await {
        tracing::warn!(%error, %path, "parts of a failed upload stay in the bucket");
    }
}
