//! Database files that cannot be used and whose content can be done without: they are set aside, so that a new one
//! can be made in their place and nothing is lost.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::sqlite;

/// What a look at a file tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It is ours, or there is nothing in it yet. It may still fail to open.
    Usable,
    /// Another program's database.
    Foreign,
    /// No database, or a damaged one.
    Damaged,
}

/// Looks at a file.
pub fn look_at(path: &Path) -> Found {
    sqlite::found(path)
}

/// Renames a database, and what the engine keeps beside it, so that it can be opened under its new name: the old one
/// with `end` behind it. Nobody may have it open.
///
/// # Errors
/// What the system says.
pub fn set_aside(path: &Path, end: &str) -> io::Result<PathBuf> {
    let aside = sqlite::beside(path, end);
    fs::rename(path, &aside)?;
    for part in ["-wal", "-shm"] {
        match fs::rename(sqlite::beside(path, part), sqlite::beside(&aside, part)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(aside)
}
