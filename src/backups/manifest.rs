//! The format of a backup: a zip with both databases, the files of records, and a manifest that says what must be in
//! it. Other tools find `data.db`, `auxiliary.db` and `storage/<collection>/<record>/<file>` where they expect them.
//!
//! The manifest is the last entry of an archive. It holds a checksum of each database, and one over all other entries
//! together, so that it stays small however many files there are.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// The entry of the manifest.
pub const MANIFEST: &str = "tuckbox_backup.json";
/// The entry of the database.
pub const DATABASE: &str = "data.db";
/// The entry of the logs, where there are any.
pub const LOGS: &str = "auxiliary.db";
/// What the entries of files begin with.
pub const STORAGE: &str = "storage/";
/// The format that this program writes; it reads all formats up to it.
pub const FORMAT: u32 = 1;
/// The most bytes that a manifest may have.
pub const MOST_BYTES: u64 = 16 << 20;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The format of the archive.
    pub format: u32,
    /// The version of the program that wrote it.
    pub tuckbox: String,
    /// The last step of the system tables.
    pub migration: i64,
    /// When its state was taken, in the wire format of times.
    pub created: String,
    /// The last change of the feed.
    pub position: i64,
    /// The databases by their entries.
    pub databases: BTreeMap<String, Database>,
    /// The files of records.
    pub files: Files,
}

/// A database of a backup.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Database {
    /// How many bytes it has.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// How many rows each of its tables has.
    pub rows: BTreeMap<String, u64>,
}

/// The files of a backup.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Files {
    /// How many are in it, side files not counted.
    pub count: u64,
    /// How many bytes they have together.
    pub bytes: u64,
    /// How many were named by records and lay nowhere.
    pub missing: u64,
    /// How many lie in a bucket, and are not part of it.
    pub elsewhere: u64,
    /// What [`EntriesDigest`] comes to.
    pub sha256: String,
}

/// One checksum over all entries below `storage/`, side files included, in their order in the archive.
#[derive(Default)]
pub struct EntriesDigest(Sha256);

impl EntriesDigest {
    /// Adds an entry: its name, how many bytes it has, and their CRC-32.
    pub fn add(&mut self, name: &str, bytes: u64, crc32: u32) {
        self.0.update(format!("{name}\0{bytes}\0{crc32:08x}\n"));
    }

    /// The checksum, in hexadecimal digits.
    pub fn finish(self) -> String {
        hexadecimal(&self.0.finalize())
    }
}

/// Bytes in hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// One sentence where it is none, or one of a newer program.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
            tuckbox: String,
        }
        let broken = |_| Error::bad_request("The manifest of the backup cannot be read.");
        let head: Head = serde_json::from_slice(bytes).map_err(broken)?;
        if head.format > FORMAT {
            return Err(Error::bad_request(format!(
                "The backup was made by a newer Tuckbox ({}), and this one does not know its format.",
                head.tuckbox.escape_debug().take(40).collect::<String>()
            )));
        }
        serde_json::from_slice(bytes).map_err(broken)
    }

    /// The text of it.
    ///
    /// # Errors
    /// `Internal`, which does not happen.
    pub fn write(&self) -> Result<Vec<u8>> {
        serde_json::to_vec_pretty(self).map_err(|error| Error::Internal(error.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            format: FORMAT,
            tuckbox: "0.1.0".into(),
            migration: 5,
            created: "2026-01-01 00:00:00.000Z".into(),
            position: 7,
            databases: BTreeMap::from([(DATABASE.to_owned(), Database { bytes: 4096, ..Database::default() })]),
            files: Files { sha256: EntriesDigest::default().finish(), ..Files::default() },
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        assert_eq!(Manifest::read(&manifest().write().unwrap()).unwrap(), manifest());
    }

    #[test]
    fn a_newer_format_is_told_whatever_else_it_holds() {
        let refused = Manifest::read(br#"{"format": 2, "tuckbox": "9.0", "more": []}"#).unwrap_err();
        assert!(refused.to_string().contains("newer Tuckbox (9.0)"), "{refused}");
        for text in ["", "[]", "{}", r#"{"format": 1, "tuckbox": "x"}"#, r#"{"format": -1, "tuckbox": ""}"#] {
            let refused = Manifest::read(text.as_bytes()).unwrap_err();
            assert!(refused.to_string().contains("cannot be read"), "{text}: {refused}");
        }
    }

    #[test]
    fn the_checksum_of_entries_tells_names_sizes_and_contents_apart() {
        let of = |entries: &[(&str, u64, u32)]| {
            let mut digest = EntriesDigest::default();
            entries.iter().for_each(|(name, bytes, crc32)| digest.add(name, *bytes, *crc32));
            digest.finish()
        };
        let all = [of(&[]), of(&[("a", 1, 2)]), of(&[("a", 12, 0)]), of(&[("a", 1, 20)]), of(&[("b", 1, 2)])];
        for (at, one) in all.iter().enumerate() {
            assert_eq!(one.len(), 64);
            assert!(!all[at + 1..].contains(one));
        }
    }
}
