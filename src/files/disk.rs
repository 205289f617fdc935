//! The local disk: `<root>/<collection id>/<record id>/<name>` with `<name>.attrs` beside it, in the contract's
//! shape (files, section 9). Everything here blocks.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::{Value as Json, json};

use super::{NewFile, StoredFile};
use crate::error::{Error, Result};

pub(super) const ATTRIBUTES: &str = ".attrs";
const LONGEST_PART: usize = 255;

/// A folder that holds the files of all records.
#[derive(Debug)]
pub(super) struct Disk {
    root: PathBuf,
}

impl Disk {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder of all.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of a collection; `None` where the id is no safe name of a folder.
    pub(super) fn collection(&self, collection_id: &str) -> Option<PathBuf> {
        is_safe(collection_id).then(|| self.root.join(collection_id))
    }

    /// The folder of a record.
    pub(super) fn record(&self, collection_id: &str, record_id: &str) -> Option<PathBuf> {
        let collection = self.collection(collection_id)?;
        is_safe(record_id).then(|| collection.join(record_id))
    }

    /// Writes files into a record's folder, and waits until they are on the disk.
    pub(super) fn write(&self, collection_id: &str, record_id: &str, files: &[NewFile]) -> Result<()> {
        let Some(folder) = self.record(collection_id, record_id) else {
            return Err(Error::bad_request("The record's id cannot hold files."));
        };
        for file in files {
            if !is_safe(&file.name) || is_side_file(&file.name) {
                return Err(Error::internal("a stored name was not made by us"));
            }
            let attributes = attributes(file).to_string();
            create(&folder, &format!("{}{ATTRIBUTES}", file.name), attributes.as_bytes())?;
            create(&folder, &file.name, &file.bytes)?;
        }
        // The names themselves must outlive a power cut: of the files, and of folders that may be new.
        let within = folder.ancestors().take_while(|folder| folder.starts_with(&self.root));
        for folder in within.chain(self.root.parent()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    /// Reads a file; `None` where it is not there.
    pub(super) fn read(&self, collection_id: &str, record_id: &str, name: &str) -> Result<Option<StoredFile>> {
        let Some(folder) = self.record(collection_id, record_id) else { return Ok(None) };
        if !is_safe(name) || is_side_file(name) {
            return Ok(None);
        }
        let mut file = match File::open(folder.join(name)) {
            Ok(file) => file,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let about = file.metadata()?;
        if !about.is_file() {
            return Ok(None);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(about.len()).unwrap_or(0));
        file.read_to_end(&mut bytes)?;
        Ok(Some(StoredFile {
            name: name.to_owned(),
            content_type: content_type(&folder.join(format!("{name}{ATTRIBUTES}"))),
            modified: about.modified().unwrap_or(SystemTime::UNIX_EPOCH),
            bytes,
        }))
    }

    /// Removes one file with what belongs to it, and the folder once it is empty.
    pub(super) fn remove_file(&self, collection_id: &str, record_id: &str, name: &str) -> Result<()> {
        let Some(folder) = self.record(collection_id, record_id) else { return Ok(()) };
        if !is_safe(name) {
            return Ok(());
        }
        gone(fs::remove_file(folder.join(name)))?;
        gone(fs::remove_file(folder.join(format!("{name}{ATTRIBUTES}"))))?;
        gone(fs::remove_dir_all(folder.join(format!("thumbs_{name}"))))?;
        remove_if_empty(&folder);
        Ok(())
    }

    /// Removes a folder with everything in it.
    pub(super) fn remove_folder(&self, folder: &Path) -> Result<()> {
        gone(fs::remove_dir_all(folder))?;
        if let Some(parent) = folder.parent().filter(|parent| *parent != self.root) {
            remove_if_empty(parent);
        }
        Ok(())
    }
}

/// Makes a file and waits until its content is on the disk. The folder is made where it is missing, again where an
/// empty one was just removed.
fn create(folder: &Path, name: &str, content: &[u8]) -> Result<()> {
    let mut attempts = 0;
    let mut file = loop {
        fs::create_dir_all(folder)?;
        match OpenOptions::new().write(true).create(true).truncate(true).open(folder.join(name)) {
            Ok(file) => break file,
            Err(error) if error.kind() == ErrorKind::NotFound && attempts < 16 => attempts += 1,
            Err(error) => return Err(error.into()),
        }
    };
    file.write_all(content)?;
    file.sync_all()?;
    Ok(())
}

/// Whether a name is that of a side file, which no file of a record may have.
pub(super) fn is_side_file(name: &str) -> bool {
    name.ends_with(ATTRIBUTES)
}

/// Whether a text is one part of a path and nothing else.
pub(super) fn is_safe(part: &str) -> bool {
    !matches!(part, "" | "." | "..") && part.len() <= LONGEST_PART && !part.contains(['/', '\\', '\0'])
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

fn attributes(file: &NewFile) -> Json {
    let mut original = file.original_name.as_str();
    while original.len() > LONGEST_PART {
        let last = original.char_indices().next_back().map_or(0, |(at, _)| at);
        original = &original[..last];
    }
    json!({
        "user.cache_control": "",
        "user.content_disposition": "",
        "user.content_encoding": "",
        "user.content_language": "",
        "user.content_type": file.content_type,
        "user.metadata": {"original-filename": original},
    })
}

/// The stored type; without a readable side file it is the one that nothing is known of.
fn content_type(side_file: &Path) -> String {
    let stored = fs::read(side_file).ok().and_then(|bytes| serde_json::from_slice::<Json>(&bytes).ok());
    let found = stored.as_ref().and_then(|json| json["user.content_type"].as_str()).unwrap_or_default();
    if found.is_empty() { "application/octet-stream".to_owned() } else { found.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_file(name: &str) -> NewFile {
        NewFile {
            name: name.to_owned(),
            original_name: "Mine.txt".to_owned(),
            content_type: "text/plain; charset=utf-8",
            bytes: "hello".into(),
        }
    }

    #[test]
    fn what_is_written_is_read_with_its_type() {
        let dir = tempfile::tempdir().expect("dir");
        let disk = Disk::new(dir.path().join("storage"));
        disk.write("c", "r", &[new_file("a.txt")]).expect("written");
        let file = disk.read("c", "r", "a.txt").expect("read").expect("there");
        assert_eq!((file.bytes.as_slice(), file.content_type.as_str()), (&b"hello"[..], "text/plain; charset=utf-8"));
        disk.remove_file("c", "r", "a.txt").expect("removed");
        assert!(disk.read("c", "r", "a.txt").expect("read").is_none());
        assert!(!dir.path().join("storage/c/r").exists(), "an empty folder goes too");
    }

    #[test]
    fn no_part_leaves_the_storage() {
        let dir = tempfile::tempdir().expect("dir");
        fs::write(dir.path().join("secret"), "x").expect("secret");
        let disk = Disk::new(dir.path().join("storage"));
        disk.write("c", "r", &[new_file("a.txt")]).expect("written");
        for (collection, record, name) in
            [("..", ".", "secret"), ("c", "../..", "secret"), ("c", "r", "../../../secret"), ("c", "", "a.txt")]
        {
            assert!(disk.read(collection, record, name).expect("no failure").is_none());
        }
        assert!(disk.write("c", "a/b", &[new_file("a.txt")]).is_err());
        assert!(disk.read("c", "r", "a.txt.attrs").expect("no failure").is_none(), "side files are not served");
    }

    #[test]
    fn a_missing_side_file_is_fine() {
        let dir = tempfile::tempdir().expect("dir");
        let disk = Disk::new(dir.path().to_owned());
        fs::create_dir_all(dir.path().join("c/r")).expect("folder");
        fs::write(dir.path().join("c/r/old.bin"), "x").expect("file");
        let file = disk.read("c", "r", "old.bin").expect("read").expect("there");
        assert_eq!(file.content_type, "application/octet-stream");
    }
}
