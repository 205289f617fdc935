//! The local disk: `<root>/<collection id>/<record id>/<name>` with `<name>.attrs` beside it, in the contract's
//! shape (files, section 9). Everything here blocks.

use std::borrow::Cow;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use serde_json::{Value as Json, json};

use super::Access;
use crate::error::{Error, Result};
use crate::files::content::{Bearer, Content};
use crate::files::key::{ATTRIBUTES, Folder, Key};
use crate::files::stored::Source;
use crate::files::{NewFile, StoredFile, fault, upload};
use crate::ids;

/// Files up to this size are read when they are opened.
const SMALL: u64 = 64 * 1024;
/// A side file is one line; what is larger is none.
const LARGEST_SIDE_FILE: u64 = 64 * 1024;

/// A folder that holds the files of all records.
#[derive(Debug)]
pub(in crate::files) struct Disk {
    root: PathBuf,
}

impl Disk {
    pub(in crate::files) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder of all.
    pub(in crate::files) fn root(&self) -> &Path {
        &self.root
    }

    /// Where a folder is.
    pub(in crate::files) fn folder(&self, folder: &Folder) -> PathBuf {
        self.root.join(folder.as_str())
    }

    /// Where a file is.
    pub(in crate::files) fn path(&self, key: &Key) -> PathBuf {
        self.root.join(key.path())
    }

    /// Writes a file, and waits until it is on the disk.
    ///
    /// # Errors
    /// `Unavailable` where there is no room.
    pub(in crate::files) fn write(&self, key: &Key, file: &NewFile) -> Result<()> {
        let (path, side) = (self.path(key), self.side_file(key));
        let told = attributes(&file.original_name, file.content_type, file.content.md5().as_ref());
        place(&side, &Bytes::from(told.to_string()).into()).map_err(fault)?;
        place(&path, &file.content).map_err(fault)
    }

    /// Writes a file that is listed nowhere: it appears whole or not at all, whenever the process ends, and for who reads
    /// at the same time.
    ///
    /// # Errors
    /// `Unavailable` where there is no room.
    pub(in crate::files) fn write_unlisted(&self, key: &Key, file: &NewFile) -> Result<()> {
        let beside = key.folder().file(&format!("{}.tmp", ids::random_lower(15)));
        let beside = beside.ok_or_else(|| Error::internal("a name beside a file is no name"))?;
        let written = self.write(&beside, file).and_then(|()| {
            fs::rename(self.side_file(&beside), self.side_file(key))?;
            Ok(fs::rename(self.path(&beside), self.path(key))?)
        });
        if written.is_err() {
            // What cannot be removed now goes with the folder.
            let _ = self.remove(&beside);
        }
        written
    }

    /// Waits until the names in a folder outlive a power cut, and those of the folders that it is in, which may be new.
    pub(in crate::files) fn seal(&self, folder: &Folder) -> Result<()> {
        let folder = self.folder(folder);
        let within = folder.ancestors().take_while(|folder| folder.starts_with(&self.root));
        for folder in within.chain(self.root.parent()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    /// Opens a file; `None` where it is not there.
    pub(in crate::files) fn open(&self, key: &Key) -> Result<Option<StoredFile>> {
        Ok(self.opened(key, Access::Waiting)?)
    }

    /// Opens a file without waiting for the disk; `None` where it would have to, or goes wrong.
    pub(in crate::files) fn open_at_once(&self, key: &Key) -> Option<Option<StoredFile>> {
        self.opened(key, Access::AtOnce).ok()
    }

    fn opened(&self, key: &Key, access: Access) -> io::Result<Option<StoredFile>> {
        let file = match access.open(&self.path(key)) {
            Ok(file) => file,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let about = file.metadata()?;
        if !about.is_file() {
            return Ok(None);
        }
        let mut size = about.len();
        let modified = about.modified().unwrap_or(UNIX_EPOCH);
        let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        let tag = format!("{size:x}-{:x}", since.as_nanos());
        let source = if size <= SMALL {
            let bytes = access.read(&file, 0, size)?;
            size = bytes.len() as u64;
            Source::Memory(bytes)
        } else {
            Source::Disk(file)
        };
        let content_type = content_type(&self.side_file(key), access)?;
        Ok(Some(StoredFile { key: key.clone(), content_type, modified, size, tag, source }))
    }

    /// Removes one file with what belongs to it, and the folder once it is empty.
    pub(in crate::files) fn remove(&self, key: &Key) -> Result<()> {
        gone(fs::remove_file(self.path(key)))?;
        gone(fs::remove_file(self.side_file(key)))?;
        if let Some(derivatives) = key.derivatives() {
            gone(fs::remove_dir_all(self.folder(&derivatives)))?;
        }
        remove_if_empty(&self.folder(key.folder()));
        Ok(())
    }

    /// Removes a folder with everything in it.
    pub(in crate::files) fn remove_all(&self, folder: &Folder) -> Result<()> {
        let folder = self.folder(folder);
        gone(fs::remove_dir_all(&folder))?;
        if let Some(parent) = folder.parent().filter(|parent| *parent != self.root) {
            remove_if_empty(parent);
        }
        Ok(())
    }

    /// Where what is told of a file is.
    pub(in crate::files) fn side_file(&self, key: &Key) -> PathBuf {
        self.root.join(format!("{}{ATTRIBUTES}", key.path()))
    }
}

/// Puts a content at its place and waits until it is on the disk. A spooled one gets a second name rather than a copy,
/// where both places are on one file system; its handles can still read it. The folder is made where it is missing,
/// again where an empty one was just removed.
fn place(path: &Path, content: &Content) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    let mut attempts = 0;
    loop {
        fs::create_dir_all(folder)?;
        let placed = match content.bearer() {
            Bearer::Memory(bytes) => create(path).and_then(|mut file| {
                file.write_all(bytes)?;
                file.sync_all()
            }),
            Bearer::Disk(spooled) => take_over(spooled, path),
        };
        match placed {
            Err(error) if error.kind() == ErrorKind::NotFound && attempts < 16 => attempts += 1,
            placed => return placed,
        }
    }
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).open(path)
}

fn take_over(spooled: &Path, path: &Path) -> io::Result<()> {
    let mut source = File::open(spooled)?;
    match fs::hard_link(spooled, path) {
        Ok(()) => return source.sync_all(),
        // Nothing may be written through a name that leads to the spooled file.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => fs::remove_file(path)?,
        Err(_) => {}
    }
    let mut file = create(path)?;
    io::copy(&mut source, &mut file)?;
    file.sync_all()
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn gone(result: std::io::Result<()>) -> Result<()> {
    match result {
        Err(error) if !is_absent(&error) => Err(error.into()),
        _ => Ok(()),
    }
}

/// A folder that still holds something stays, which is no failure.
fn remove_if_empty(folder: &Path) {
    let _ = fs::remove_dir(folder);
}

/// What is told of a file beside it.
pub(in crate::files) fn attributes(original_name: &str, content_type: &str, md5: &[u8]) -> Json {
    let original = upload::cut(original_name);
    let metadata = if original.is_empty() { Json::Null } else { json!({"original-filename": original}) };
    json!({
        "user.cache_control": "",
        "user.content_disposition": "",
        "user.content_encoding": "",
        "user.content_language": "",
        "user.content_type": content_type,
        "user.metadata": metadata,
        "md5": BASE64_STANDARD.encode(md5),
    })
}

/// The stored type; without a readable side file it is the one that nothing is known of.
///
/// # Errors
/// It cannot be read at once.
fn content_type(side_file: &Path, access: Access) -> io::Result<String> {
    let read = access.open(side_file).and_then(|file| {
        let size = file.metadata()?.len();
        if size > LARGEST_SIDE_FILE { Ok(Bytes::new()) } else { access.read(&file, 0, size) }
    });
    let side = match read {
        Ok(side) => side,
        Err(error) if access == Access::AtOnce && !is_absent(&error) => return Err(error),
        Err(_) => Bytes::new(),
    };
    let stored: Option<Attributes<'_>> = serde_json::from_slice(&side).ok();
    let found = stored.map(|attributes| attributes.content_type).unwrap_or_default();
    Ok(if found.is_empty() { "application/octet-stream".to_owned() } else { found.into_owned() })
}

/// What is read of a side file.
#[derive(serde::Deserialize)]
struct Attributes<'a> {
    #[serde(rename = "user.content_type", borrow)]
    content_type: Cow<'a, str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key::new("c", "r", name).expect("a place")
    }

    fn new_file(name: &str) -> NewFile {
        NewFile {
            name: name.to_owned(),
            original_name: "Mine.txt".to_owned(),
            content_type: "text/plain; charset=utf-8",
            content: "hello".into(),
        }
    }

    #[tokio::test]
    async fn what_is_written_is_read_with_its_type() {
        let dir = tempfile::tempdir().expect("dir");
        let disk = Disk::new(dir.path().join("storage"));
        disk.write(&key("a.txt"), &new_file("a.txt")).expect("written");
        disk.seal(key("a.txt").folder()).expect("sealed");
        let side = fs::read(dir.path().join("storage/c/r/a.txt.attrs")).expect("a side file");
        let side: Json = serde_json::from_slice(&side).expect("JSON");
        assert_eq!(side["md5"], "XUFAKrxLKna5cZ2REBfFkg==");
        assert_eq!(side["user.metadata"]["original-filename"], "Mine.txt");
        let file = disk.open(&key("a.txt")).expect("open").expect("there");
        assert_eq!((file.size, file.content_type.as_str()), (5, "text/plain; charset=utf-8"));
        assert_eq!(file.bytes().await.expect("read"), b"hello");
        disk.remove(&key("a.txt")).expect("removed");
        assert!(disk.open(&key("a.txt")).expect("open").is_none());
        assert!(!dir.path().join("storage/c/r").exists(), "an empty folder goes too");
    }

    #[tokio::test]
    async fn what_is_listed_nowhere_replaces_what_was_there_and_leaves_nothing_beside_it() {
        let dir = tempfile::tempdir().expect("dir");
        let disk = Disk::new(dir.path().join("storage"));
        for content in ["hello", "hello again"] {
            let file = NewFile { content: content.into(), ..new_file("a.txt") };
            disk.write_unlisted(&key("a.txt"), &file).expect("written");
            let read = disk.open(&key("a.txt")).expect("open").expect("there");
            assert_eq!(read.content_type, "text/plain; charset=utf-8");
            assert_eq!(read.bytes().await.expect("read"), content.as_bytes());
            assert_eq!(fs::read_dir(dir.path().join("storage/c/r")).expect("a folder").count(), 2);
        }
        // Where it cannot be put, nothing stays beside it.
        fs::create_dir_all(dir.path().join("storage/c/r/taken")).expect("a folder");
        assert!(disk.write_unlisted(&key("taken"), &new_file("taken")).is_err());
        let left = fs::read_dir(dir.path().join("storage/c/r")).expect("a folder").flatten();
        assert!(left.into_iter().all(|entry| !entry.file_name().to_string_lossy().contains(".tmp")));
    }

    #[test]
    fn a_missing_side_file_is_fine() {
        let dir = tempfile::tempdir().expect("dir");
        let disk = Disk::new(dir.path().join("storage"));
        disk.write(&key("a.txt"), &new_file("a.txt")).expect("written");
        fs::remove_file(dir.path().join("storage/c/r/a.txt.attrs")).expect("removed");
        let file = disk.open(&key("a.txt")).expect("open").expect("there");
        assert_eq!(file.content_type, "application/octet-stream");
        assert!(disk.open(&Key::new("c", "r", "folder").expect("a place")).expect("open").is_none());
    }

    #[test]
    fn what_is_opened_at_once_is_what_waiting_would_give() {
        let dir = tempfile::tempdir().expect("dir");
        let disk = Disk::new(dir.path().join("storage"));
        for name in ["a.txt", "bare.txt"] {
            disk.write(&key(name), &new_file(name)).expect("written");
        }
        fs::remove_file(dir.path().join("storage/c/r/bare.txt.attrs")).expect("removed");
        fs::create_dir(dir.path().join("storage/c/r/folder")).expect("a folder");
        let about = |file: Option<StoredFile>| file.map(|file| (file.content_type, file.size, file.tag));
        for name in ["a.txt", "bare.txt", "none.txt", "folder"] {
            let waiting = about(disk.open(&key(name)).expect("open"));
            assert_eq!(waiting.is_some(), name.ends_with("a.txt") || name == "bare.txt", "{name}");
            if let Some(found) = disk.open_at_once(&key(name)) {
                assert_eq!(about(found), waiting, "{name}");
            }
        }
    }
}
