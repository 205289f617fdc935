//! Which entries an archive may have. Everything else is refused, whatever it is called: nothing is written under a
//! name that is not known to be one of ours.

use crate::backups::manifest::{DATABASE, LOGS, MANIFEST, STORAGE};
use crate::files::Key;

/// What side files end with.
const SIDE_FILE: &str = ".attrs";

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// What says what must be there.
    Manifest,
    /// A database.
    Database,
    /// What an engine keeps beside a database.
    BesideDatabase,
    /// A file of a record, or its side file.
    File,
}

/// What an entry of this name is; `None` where we have none of such a name.
pub(super) fn entry(name: &str) -> Option<Entry> {
    match name {
        MANIFEST => Some(Entry::Manifest),
        DATABASE | LOGS => Some(Entry::Database),
        "data.db-wal" | "data.db-shm" | "auxiliary.db-wal" | "auxiliary.db-shm" => Some(Entry::BesideDatabase),
        _ => is_file(name.strip_prefix(STORAGE)?).then_some(Entry::File),
    }
}

/// Whether a path below the storage is that of a file of a record.
fn is_file(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let [collection, record, name] = parts[..] else { return false };
    let name = name.strip_suffix(SIDE_FILE).unwrap_or(name);
    // A backup has every file that a record may have, whatever it is called; there a colon leads elsewhere.
    !(cfg!(windows) && path.contains(':')) && Key::new(collection, record, name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_backup_consists_of_is_known_by_name() {
        for (name, expected) in [
            ("tuckbox_backup.json", Entry::Manifest),
            ("data.db", Entry::Database),
            ("auxiliary.db", Entry::Database),
            ("data.db-wal", Entry::BesideDatabase),
            ("storage/c/r/a.txt", Entry::File),
            ("storage/c/r/a.txt.attrs", Entry::File),
            ("storage/c/r/ü b.txt", Entry::File),
            ("storage/c/r/a\nb.txt", Entry::File),
        ] {
            assert_eq!(entry(name), Some(expected), "{name}");
        }
    }

    #[test]
    fn nothing_else_is_written_anywhere() {
        for name in [
            "",
            "/data.db",
            "./data.db",
            "../data.db",
            "DATA.DB",
            "instance.key",
            "lock",
            "restore.json",
            "backups/x.zip",
            "storage",
            "storage/",
            "storage/c",
            "storage/c/r",
            "storage/c/r/",
            "storage/c//a.txt",
            "storage/../r/a.txt",
            "storage/c/../a.txt",
            "storage/c/r/..",
            "storage/c/r/../../../etc/passwd",
            "storage/c/r/deeper/a.txt",
            "storage/c/r/a\\..\\b.txt",
            "storage\\c\\r\\a.txt",
            "storage/c/r/a\0.txt",
            "storage/c/r/.attrs",
            "storage//etc/passwd",
            "C:\\data.db",
        ] {
            assert_eq!(entry(name), None, "{name:?}");
        }
        assert_eq!(entry(&format!("storage/c/r/{}", "x".repeat(256))), None);
    }
}
