//! Archives by their names: backups, in a folder of the local disk or at the top of a bucket.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::key::Key;
use super::storage::{Bucket, Disk};
use super::{Expected, StoredFile, blocking, fault};
use crate::error::{Error, Result};
use crate::settings::S3;

/// The type of them all.
pub(super) const TYPE: &str = "application/zip";

/// What is known of an archive without reading it.
#[derive(Debug, Clone, PartialEq)]
pub struct Archive {
    /// Its name.
    pub key: String,
    /// How many bytes it has.
    pub size: u64,
    /// When it was written.
    pub modified: DateTime<Utc>,
}

/// Where archives lie.
#[derive(Debug, Clone)]
pub enum Archives {
    /// In a folder of the local disk.
    Folder(PathBuf),
    /// At the top of a bucket.
    Bucket(BucketOfArchives),
}

/// A bucket that archives lie in.
#[derive(Debug, Clone)]
pub struct BucketOfArchives(Arc<Bucket>);

impl Archives {
    /// The bucket of the settings where it is in use, else the folder.
    ///
    /// # Errors
    /// `Broken` where the settings name a bucket that cannot be.
    pub fn choose(folder: &Path, s3: &S3) -> Result<Self> {
        if !s3.enabled {
            return Ok(Self::Folder(folder.to_owned()));
        }
        let bucket = Bucket::new(s3).map_err(|error| Error::Broken(error.into()))?;
        Ok(Self::Bucket(BucketOfArchives(Arc::new(bucket))))
    }

    /// All archives by their names. In the folder, names that begin with a dot are no archives.
    ///
    /// # Errors
    /// The storage cannot be read.
    pub async fn list(&self) -> Result<Vec<Archive>> {
        let mut found = match self {
            Self::Folder(folder) => {
                let folder = folder.clone();
                blocking(move || Ok(in_folder(&folder)?)).await?
            }
            Self::Bucket(BucketOfArchives(bucket)) => bucket.archives().await?,
        };
        found.retain(|archive| is_name(&archive.key));
        found.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(found)
    }

    /// What is known of one; `None` where it is not there, and for what can be no name.
    ///
    /// # Errors
    /// As [`Archives::list`].
    pub async fn find(&self, name: &str) -> Result<Option<Archive>> {
        if !is_name(name) {
            return Ok(None);
        }
        match self {
            Self::Folder(folder) => {
                let (path, name) = (folder.join(name), name.to_owned());
                blocking(move || Ok(about(&path, name)?)).await
            }
            Self::Bucket(BucketOfArchives(bucket)) => bucket.archive(name).await,
        }
    }

    /// Where one lies on the local disk; `None` in a bucket.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        match self {
            Self::Folder(folder) => is_name(name).then(|| folder.join(name)),
            Self::Bucket(_) => None,
        }
    }

    /// Opens one to be sent; `None` as in [`Archives::find`].
    ///
    /// # Errors
    /// As [`Archives::list`].
    pub async fn open(&self, name: &str) -> Result<Option<StoredFile>> {
        let Some(key) = Key::alone(name).filter(|_| is_name(name)) else { return Ok(None) };
        let opened = match self {
            Self::Folder(folder) => {
                let disk = Disk::new(folder.clone());
                blocking(move || disk.open(&key)).await?
            }
            Self::Bucket(BucketOfArchives(bucket)) => bucket.open(&key, Expected::Unknown).await?,
        };
        Ok(opened.map(|file| StoredFile { content_type: TYPE.to_owned(), ..file }))
    }

    /// Takes a file over under a name that is not taken. It appears whole or not at all, and stays through a power cut.
    /// On the local disk the file is moved where it can be. `told` hears how many bytes are stored; its error ends it.
    ///
    /// # Errors
    /// `Unavailable` where there is no room or the bucket fails; `Invalid` where the name is taken.
    pub async fn put(&self, name: &str, from: &Path, told: &(dyn Fn(u64) -> Result<()> + Send + Sync)) -> Result<()> {
        if !is_name(name) {
            return Err(Error::bad_request("The backup's name cannot be that of a file."));
        }
        match self {
            Self::Folder(folder) => {
                let (folder, name, from) = (folder.clone(), name.to_owned(), from.to_owned());
                blocking(move || move_to(&from, &folder, &name)).await
            }
            Self::Bucket(BucketOfArchives(bucket)) => {
                if bucket.archive(name).await?.is_some() {
                    return Err(taken());
                }
                bucket.put_archive(name, from, told).await
            }
        }
    }

    /// Removes one; whether it was there.
    ///
    /// # Errors
    /// As [`Archives::list`].
    pub async fn remove(&self, name: &str) -> Result<bool> {
        if !is_name(name) {
            return Ok(false);
        }
        match self {
            Self::Folder(folder) => {
                let path = folder.join(name);
                blocking(move || match fs::remove_file(path) {
                    Ok(()) => Ok(true),
                    Err(error) if is_absent(&error) => Ok(false),
                    Err(error) => Err(error.into()),
                })
                .await
            }
            Self::Bucket(BucketOfArchives(bucket)) => bucket.remove_archive(name).await,
        }
    }
}

/// Whether an archive may have a name: one part of a path that does not begin with a dot.
pub fn is_name(name: &str) -> bool {
    !name.starts_with('.') && Key::alone(name).is_some() && !name.contains(|one: char| one.is_control())
}

fn taken() -> Error {
    Error::bad_request("A backup of this name is there already.")
}

fn in_folder(folder: &Path) -> io::Result<Vec<Archive>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if is_absent(&error) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        if let Ok(name) = entry.file_name().into_string() {
            found.extend(about(&entry.path(), name)?);
        }
    }
    Ok(found)
}

fn about(path: &Path, name: String) -> io::Result<Option<Archive>> {
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(about.is_file().then(|| Archive {
        key: name,
        size: about.len(),
        modified: about.modified().map(DateTime::from).unwrap_or_default(),
    }))
}

fn move_to(from: &Path, folder: &Path, name: &str) -> Result<()> {
    let to = folder.join(name);
    File::open(from).and_then(|file| file.sync_all()).map_err(fault)?;
    match fs::hard_link(from, &to) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(taken()),
        // There are disks without second names.
        Err(_) if to.exists() => return Err(taken()),
        Err(_) => fs::rename(from, &to).map_err(fault)?,
    }
    // The first name goes with the folder that it is in.
    Ok(File::open(folder)?.sync_all()?)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn archives_of_a_folder_appear_once_and_go() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("backups");
        let archives = Archives::choose(&folder, &S3::default()).unwrap();
        assert_eq!(archives.list().await.unwrap(), []);
        fs::create_dir_all(folder.join("a folder")).unwrap();
        fs::write(folder.join(".hidden"), "x").unwrap();
        for name in ["b.zip", "a.zip"] {
            fs::write(dir.path().join("made"), name).unwrap();
            archives.put(name, &dir.path().join("made"), &|_| Ok(())).await.unwrap();
            fs::remove_file(dir.path().join("made")).unwrap();
        }
        fs::write(dir.path().join("made"), "again").unwrap();
        assert!(archives.put("a.zip", &dir.path().join("made"), &|_| Ok(())).await.is_err());
        let found: Vec<_> = archives.list().await.unwrap().into_iter().map(|one| (one.key, one.size)).collect();
        assert_eq!(found, [("a.zip".to_owned(), 5), ("b.zip".to_owned(), 5)]);
        let opened = archives.open("a.zip").await.unwrap().unwrap();
        assert_eq!(opened.content_type, TYPE);
        assert_eq!(opened.bytes().await.unwrap(), b"a.zip");
        assert!(archives.remove("a.zip").await.unwrap() && !archives.remove("a.zip").await.unwrap());
        for odd in ["", ".", "..", ".hidden", "../made", "a/b", "a\\b", "a\nb", "a folder"] {
            assert!(archives.find(odd).await.unwrap().is_none(), "{odd}");
            assert!(archives.open(odd).await.unwrap().is_none(), "{odd}");
        }
        assert!(!archives.remove("../made").await.unwrap() && dir.path().join("made").exists());
    }
}
