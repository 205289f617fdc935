//! Copying a whole storage from another directory of the same layout: what is there already is left as it is, and each
//! file gets its name once it is whole, so that a copy that was stopped can be begun again.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};

use super::audit::Measured;
use super::key::ATTRIBUTES;
use super::sniff;
use super::storage::attributes;
use crate::error::{Error, Result};
use crate::ids;

/// How deep folders stand in each other at most: those of collections, records and thumbs do not go deeper, but links may
/// lead in circles.
const DEEPEST: usize = 6;
/// How much of a file is read at once.
const BLOCK: usize = 64 * 1024;

/// What a copy has and its source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CopiedStorage {
    /// What the source has.
    pub there: Measured,
    /// What the copy has of it.
    pub here: Measured,
    /// How many files the source had no more when they were to be copied.
    pub gone: u64,
}

/// Copies all files below a folder, and removes what the source does not have. Files of which the source does not tell
/// the type are looked into. `progress` hears of files, done and in all. Blocks.
///
/// # Errors
/// `Unavailable` where there is no room; what the system says.
pub fn copy_storage(from: &Path, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<CopiedStorage> {
    let wanted = listed(from)?;
    let of_wanted =
        |path: &PathBuf| wanted.contains_key(path) || bearer(path).is_some_and(|of| wanted.contains_key(&of));
    for stale in listed(to)?.keys().filter(|path| !of_wanted(path)) {
        fs::remove_file(to.join(stale))?;
    }
    let mut copied = CopiedStorage { there: measure(&wanted), ..CopiedStorage::default() };
    let mut folder = PathBuf::new();
    for (done, (path, length)) in wanted.iter().enumerate() {
        let (source, target) = (from.join(path), to.join(path));
        if let Some(parent) = target.parent().filter(|parent| *parent != folder) {
            fs::create_dir_all(parent)?;
            folder = parent.to_owned();
        }
        let is_there = fs::metadata(&target).is_ok_and(|there| there.is_file() && there.len() == *length);
        if is_there || copy(&source, &target)? {
            copied.here =
                Measured { bytes: copied.here.bytes + target.metadata()?.len(), files: copied.here.files + 1 };
            tell_type(&wanted, path, &target)?;
        } else {
            copied.gone += 1;
            copied.there = Measured { bytes: copied.there.bytes - length, files: copied.there.files - 1 };
        }
        progress(done as u64 + 1, copied.there.files + copied.gone);
    }
    settle(to)?;
    Ok(copied)
}

/// How much lies below a folder. Blocks.
///
/// # Errors
/// What the system says.
pub fn measure_storage(root: &Path) -> Result<Measured> {
    Ok(measure(&listed(root)?))
}

/// Copies one file with the time of its last change, whatever rights it has; not where it is not there any more.
fn copy(from: &Path, to: &Path) -> Result<bool> {
    let mut source = match File::open(from) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        opened => opened.map_err(|error| not_copied(from, error))?,
    };
    let draft = to.with_file_name(format!("{}.tmp", ids::random_lower(15)));
    let copied = File::create(&draft).and_then(|mut file| {
        io::copy(&mut source, &mut file)?;
        file.set_modified(source.metadata()?.modified()?)?;
        fs::rename(&draft, to)
    });
    copied.map(|()| true).map_err(|error| {
        // What cannot be removed now is removed by the next copy.
        let _ = fs::remove_file(&draft);
        not_copied(from, error)
    })
}

fn not_copied(from: &Path, error: io::Error) -> Error {
    match error.kind() {
        ErrorKind::StorageFull => no_room(error),
        ErrorKind::PermissionDenied => Error::Setup(format!("{} may not be read: {error}.", from.display())),
        _ => Error::Internal(anyhow::Error::new(error).context(format!("{} could not be copied", from.display()))),
    }
}

/// Writes beside a file what it is, where the source does not say it.
fn tell_type(wanted: &BTreeMap<PathBuf, u64>, path: &Path, target: &Path) -> Result<()> {
    let side = |path: &Path| {
        let mut name = path.as_os_str().to_owned();
        name.push(ATTRIBUTES);
        PathBuf::from(name)
    };
    if bearer(path).is_some() || wanted.contains_key(&side(path)) || side(target).exists() {
        return Ok(());
    }
    let mut file = File::open(target)?;
    let (mut digest, mut block, mut kind) = (Md5::new(), vec![0; BLOCK], None);
    loop {
        let length = file.read(&mut block)?;
        kind.get_or_insert_with(|| sniff::sniff(&block[..length]).content_type);
        if length == 0 {
            break;
        }
        digest.update(&block[..length]);
    }
    let told = attributes("", kind.unwrap_or_default(), &digest.finalize());
    fs::write(side(target), told.to_string()).map_err(no_room)
}

/// The file that a side file tells of.
fn bearer(path: &Path) -> Option<PathBuf> {
    path.to_str()?.strip_suffix(ATTRIBUTES).map(PathBuf::from)
}

/// A full disk is told.
pub(super) fn no_room(error: io::Error) -> Error {
    match error.kind() {
        ErrorKind::StorageFull => Error::Unavailable("There is no room for the files.".into()),
        _ => error.into(),
    }
}

/// All files below a folder by their paths, with their lengths. Links count as what they point to.
fn listed(root: &Path) -> Result<BTreeMap<PathBuf, u64>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(root.join(&folder)) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            entries => entries.map_err(|error| not_copied(&root.join(&folder), error))?,
        };
        for entry in entries {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            // It may have gone, or point nowhere.
            let Ok(about) = fs::metadata(entry.path()) else { continue };
            if about.is_dir() {
                folders.extend((path.components().count() < DEEPEST).then_some(path));
            } else if about.is_file() {
                found.insert(path, about.len());
            }
        }
    }
    Ok(found)
}

fn measure(files: &BTreeMap<PathBuf, u64>) -> Measured {
    Measured { bytes: files.values().sum(), files: files.len() as u64 }
}

/// Waits until everything below a folder would survive a power cut.
pub(super) fn settle(root: &Path) -> Result<()> {
    if !root.exists() {
        return Ok(());
    }
    #[cfg(target_os = "linux")]
    {
        rustix::fs::syncfs(File::open(root)?).map_err(io::Error::from)?;
        Ok(())
    }
    #[cfg(not(target_os = "linux"))]
    {
        for path in listed(root)?.keys() {
            File::open(root.join(path))?.sync_all()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_told_of_a_file_is_found_in_it() {
        let dir = tempfile::tempdir().expect("a directory");
        let (from, to) = (dir.path().join("from"), dir.path().join("to"));
        fs::create_dir_all(from.join("c/r")).expect("a folder");
        fs::write(from.join("c/r/a.txt"), "text").expect("written");
        fs::write(from.join("c/r/b.bin"), "text").expect("written");
        fs::write(from.join("c/r/b.bin.attrs"), r#"{"user.content_type":"x/y"}"#).expect("written");
        for _ in 0..2 {
            let copied = copy_storage(&from, &to, &mut |_, _| {}).expect("copied");
            assert_eq!((copied.there, copied.gone), (copied.here, 0));
            let told = fs::read_to_string(to.join("c/r/a.txt.attrs")).expect("a side file");
            assert!(told.contains("text/plain"), "{told}");
            let kept = fs::read_to_string(to.join("c/r/b.bin.attrs")).expect("a side file");
            assert_eq!(kept, r#"{"user.content_type":"x/y"}"#);
        }
        fs::remove_file(from.join("c/r/a.txt")).expect("removed");
        copy_storage(&from, &to, &mut |_, _| {}).expect("copied");
        assert_eq!(fs::read_dir(to.join("c/r")).expect("a folder").count(), 2);
    }
}
