//! Copying a whole storage from another directory of the same layout: what is there already is left as it is, and each
//! file gets its name once it is whole, so that a copy that was stopped can be begun again.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::audit::Measured;
use crate::error::{Error, Result};
use crate::ids;

/// What a copy has and its source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CopiedStorage {
    /// What the source has.
    pub there: Measured,
    /// What the copy has.
    pub here: Measured,
}

/// Copies all files below a folder, and removes what the source does not have. `progress` hears of files, done and in
/// all. Blocks.
///
/// # Errors
/// `Unavailable` where there is no room; what the system says.
pub fn copy_storage(from: &Path, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<CopiedStorage> {
    let wanted = listed(from)?;
    let total = wanted.len() as u64;
    for gone in listed(to)?.keys().filter(|path| !wanted.contains_key(*path)) {
        fs::remove_file(to.join(gone))?;
    }
    let mut folder = PathBuf::new();
    for (done, (path, length)) in wanted.iter().enumerate() {
        let target = to.join(path);
        if let Some(parent) = target.parent().filter(|parent| *parent != folder) {
            fs::create_dir_all(parent)?;
            folder = parent.to_owned();
        }
        if !fs::metadata(&target).is_ok_and(|there| there.is_file() && there.len() == *length) {
            copy(&from.join(path), &target)?;
        }
        progress(done as u64 + 1, total);
    }
    settle(to)?;
    Ok(CopiedStorage { there: measure(&wanted), here: measure(&listed(to)?) })
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let draft = to.with_file_name(format!("{}.tmp", ids::random_lower(15)));
    let modified = fs::metadata(from)?.modified().ok();
    let copied = fs::copy(from, &draft).and_then(|_| {
        let file = File::options().write(true).open(&draft)?;
        modified.map_or(Ok(()), |modified| file.set_modified(modified))?;
        fs::rename(&draft, to)
    });
    copied.map_err(|error| {
        // What cannot be removed now is removed by the next copy.
        let _ = fs::remove_file(&draft);
        match error.kind() {
            ErrorKind::StorageFull => Error::Unavailable("There is no room for the files.".into()),
            _ => Error::Internal(anyhow::Error::new(error).context(format!("{} could not be copied", from.display()))),
        }
    })
}

/// All files below a folder by their paths, with their lengths. Links are followed once, to what they point to.
fn listed(root: &Path) -> Result<BTreeMap<PathBuf, u64>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(root.join(&folder)) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            let about = fs::metadata(entry.path())?;
            match about.is_dir() {
                true => folders.push(path),
                false => _ = found.insert(path, about.len()),
            }
        }
    }
    Ok(found)
}

fn measure(files: &BTreeMap<PathBuf, u64>) -> Measured {
    Measured { bytes: files.values().sum(), files: files.len() as u64 }
}

/// Waits until everything below a folder would survive a power cut.
fn settle(root: &Path) -> Result<()> {
    if !root.exists() {
        return Ok(());
    }
    #[cfg(target_os = "linux")]
    {
        rustix::fs::syncfs(File::open(root)?).map_err(std::io::Error::from)?;
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
