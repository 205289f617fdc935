//! Copying the files of a bucket to the local disk, and asking a bucket for some of its files, for a directory that is
//! taken over.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use futures_util::{StreamExt, TryStreamExt, stream};
use md5::{Digest, Md5};

use super::audit::Measured;
use super::copying::{CopiedStorage, no_room, settle};
use super::key::{ATTRIBUTES, Folder, Key};
use super::storage::{Bucket, attributes};
use super::stored::Expected;
use crate::error::{Error, Result};
use crate::ids;
use crate::settings::S3;

/// How many files are on their way at once.
const AT_ONCE: usize = 8;

/// Copies everything that these collections have in a bucket to a folder, in the layout of the local disk. What is there
/// already is left as it is. `progress` hears of files, done and in all.
///
/// # Errors
/// `Unavailable` where the bucket cannot be read or there is no room.
pub async fn bring_home(
    s3: &S3,
    collections: &[&str],
    to: &Path,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<CopiedStorage> {
    let bucket = open(s3)?;
    let mut wanted = BTreeMap::new();
    for folder in collections.iter().filter_map(|id| Folder::of_collection(id)) {
        let mut objects = bucket.list_sizes(&folder)?;
        while let Some((path, size)) = objects.try_next().await? {
            if let Some(key) = Key::of_path(&path) {
                wanted.insert(path, (key, size));
            }
        }
    }
    let total = wanted.len() as u64;
    let fetches = wanted.values().map(|(key, size)| fetch(&bucket, key, *size, to));
    let mut fetched = stream::iter(fetches).buffer_unordered(AT_ONCE);
    let (mut done, mut here) = (0, Measured::default());
    while let Some(bytes) = fetched.try_next().await? {
        done += 1;
        here = Measured { bytes: here.bytes + bytes, files: here.files + 1 };
        progress(done, total);
    }
    settle(to)?;
    let there = Measured { bytes: wanted.values().map(|(_, size)| size).sum(), files: total };
    Ok(CopiedStorage { there, here, gone: 0 })
}

/// Of files of records, by collection, record and name, how many a bucket has.
///
/// # Errors
/// `Unavailable` where it cannot be asked.
pub async fn ask_bucket(s3: &S3, files: &[(String, String, String)]) -> Result<u64> {
    let bucket = open(s3)?;
    let mut found = 0;
    for (collection, record, name) in files {
        let Some(key) = Key::new(collection, record, name) else { continue };
        found += u64::from(bucket.open(&key, Expected::Unknown).await?.is_some());
    }
    Ok(found)
}

fn open(s3: &S3) -> Result<Bucket> {
    Bucket::new(s3).map_err(|error| Error::Setup(format!("The settings of the bucket cannot be used: {error}.")))
}

/// Copies one file, and answers how many bytes it has here.
async fn fetch(bucket: &Bucket, key: &Key, size: u64, to: &Path) -> Result<u64> {
    let path = to.join(key.path());
    if fs::metadata(&path).is_ok_and(|there| there.is_file() && there.len() == size) {
        return Ok(size);
    }
    let Some(mut fetched) = bucket.fetch(key).await? else {
        return Err(Error::Unavailable(format!("The file {} has gone from the bucket.", key.path()).into()));
    };
    let folder = path.parent().unwrap_or(to);
    fs::create_dir_all(folder)?;
    let draft = folder.join(format!("{}.tmp", ids::random_lower(15)));
    let mut file = BufWriter::new(File::create(&draft).map_err(no_room)?);
    let (mut digest, mut length) = (Md5::new(), 0);
    while let Some(chunk) = fetched.chunks.next().await {
        let chunk = chunk?;
        digest.update(&chunk);
        length += chunk.len() as u64;
        file.write_all(&chunk).map_err(no_room)?;
    }
    file.flush().map_err(no_room)?;
    let side = attributes(&fetched.original_name, &fetched.content_type, &digest.finalize());
    fs::write(to.join(format!("{}{ATTRIBUTES}", key.path())), side.to_string()).map_err(no_room)?;
    fs::rename(&draft, &path)?;
    Ok(length)
}
