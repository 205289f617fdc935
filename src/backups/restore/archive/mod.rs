//! Reading an archive that anybody may have made. What it says of itself is checked before anything is written; what
//! is written goes into a fresh folder, under names that we know, and never more of it than was announced.
//!
//! What cannot be: entries that leave the folder, links, two of one name, entries that share bytes (by which a small
//! archive becomes a huge one; without that, what comes out is at most 1032 times what goes in), more bytes than the
//! manifest says or the disk has room for, and contents that differ from the checksums.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::names::{self, Entry};
use super::room;
use crate::backups::manifest::{self, DATABASE, EntriesDigest, MANIFEST, Manifest, hexadecimal};
use crate::error::{Error, Result};

/// How much is copied at once.
const PIECE: usize = 256 * 1024;

/// An archive whose directory was read.
pub(super) struct Archive<R> {
    zip: ZipArchive<R>,
    entries: Vec<Listed>,
}

/// An entry that may be unpacked.
struct Listed {
    name: String,
    kind: Entry,
    bytes: u64,
    crc32: u32,
}

/// Told how many bytes were written; an error of it ends the work.
pub(super) type OnBytes<'p> = &'p mut dyn FnMut(u64) -> Result<()>;

impl<R: Read + Seek> Archive<R> {
    /// Reads the directory of an archive and refuses what no backup has.
    ///
    /// # Errors
    /// One sentence where it is no archive, is cut short, or has an entry that cannot be ours.
    pub(super) fn open(reader: R) -> Result<Self> {
        let mut zip = ZipArchive::new(reader).map_err(|error| match error {
            ZipError::Io(error) if error.kind() != ErrorKind::UnexpectedEof => error.into(),
            _ => refused("It is no ZIP archive, or not the whole of one."),
        })?;
        if zip.has_duplicate_names() {
            return Err(refused("Two of its entries have the same name."));
        }
        let mut entries = Vec::with_capacity(zip.len());
        for at in 0..zip.len() {
            let entry = zip.by_index_data(at).map_err(broken)?;
            let name = std::str::from_utf8(entry.name_raw()).unwrap_or_default();
            let Some(kind) = names::entry(name).filter(|_| entry.is_file()) else {
                // Folders come into being with what is in them.
                if entry.is_dir() && !entry.is_symlink() && entry.size() == 0 {
                    continue;
                }
                let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
                return Err(refused(format!("{} is no part of a backup.", shown(&name))));
            };
            let packed = entry.compression();
            if entry.encrypted() || !matches!(packed, CompressionMethod::Stored | CompressionMethod::Deflated) {
                return Err(refused(format!("{} is packed in a way that no backup is.", shown(name))));
            }
            entries.push(Listed { name: name.to_owned(), kind, bytes: entry.size(), crc32: entry.crc32() });
        }
        if zip.has_overlapping_entries().map_err(broken)? {
            return Err(refused("Some of its entries share their bytes."));
        }
        Ok(Self { zip, entries })
    }

    /// What it says of itself; `None` where it says nothing.
    ///
    /// # Errors
    /// One sentence where that cannot be read, is of a newer program, or is not what is there.
    pub(super) fn manifest(&mut self) -> Result<Option<Manifest>> {
        let Some(listed) = self.entries.iter().find(|listed| listed.kind == Entry::Manifest) else { return Ok(None) };
        if listed.bytes > manifest::MOST_BYTES {
            return Err(refused("Its manifest is too large to be one."));
        }
        let mut bytes = Vec::new();
        let entry = self.zip.by_name(MANIFEST).map_err(broken)?;
        entry.take(manifest::MOST_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        let manifest = Manifest::read(&bytes)?;
        self.is_as_announced(&manifest)?;
        Ok(Some(manifest))
    }

    /// Holds what is there against the manifest, as far as that can be told without unpacking.
    fn is_as_announced(&self, manifest: &Manifest) -> Result<()> {
        let mut databases = BTreeMap::new();
        let mut digest = EntriesDigest::default();
        for listed in &self.entries {
            match listed.kind {
                Entry::Manifest => {}
                Entry::Database | Entry::BesideDatabase => drop(databases.insert(listed.name.as_str(), listed.bytes)),
                Entry::File => digest.add(&listed.name, listed.bytes, listed.crc32),
            }
        }
        let announced = manifest.databases.iter().map(|(name, database)| (name.as_str(), database.bytes));
        if !databases.contains_key(DATABASE) || databases != announced.collect() {
            return Err(refused("Its databases are not those that its manifest names."));
        }
        if digest.finish() != manifest.files.sha256 {
            return Err(refused("Its files are not those that its manifest names."));
        }
        Ok(())
    }

    /// Whether it has an entry.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|listed| listed.name == name)
    }

    /// How many bytes come out of it; `None` where nobody could have so many.
    pub(super) fn bytes(&self) -> Option<u64> {
        self.entries.iter().try_fold(0_u64, |sum, listed| sum.checked_add(listed.bytes))
    }

    /// Unpacks everything into an empty folder, and holds it against the manifest. What is written is on the disk when
    /// this comes back.
    ///
    /// # Errors
    /// One sentence where something is not as it was announced, or there is no room for it; what was written stays, for
    /// the caller to remove.
    pub(super) fn unpack(&mut self, manifest: &Manifest, into: &Path, on_bytes: OnBytes<'_>) -> Result<()> {
        room::refuse_more_than_there_is(into, self.bytes())?;
        for at in 0..self.entries.len() {
            let listed = &self.entries[at];
            if listed.kind == Entry::Manifest {
                continue;
            }
            let sha256 = manifest.databases.get(&listed.name).map(|database| database.sha256.as_str());
            let hash = extract(&mut self.zip, listed, into, sha256.is_some(), on_bytes)?;
            if let (Some(hash), Some(sha256)) = (hash, sha256)
                && hash != *sha256
            {
                return Err(refused(format!("{} is not what it was when the backup was made.", shown(&listed.name))));
            }
        }
        room::settle(into)
    }

    /// Unpacks the database alone, with its log, to see whose it is.
    ///
    /// # Errors
    /// As [`Archive::unpack`].
    pub(super) fn unpack_database(&mut self, into: &Path, on_bytes: OnBytes<'_>) -> Result<()> {
        let wanted = |listed: &&Listed| matches!(listed.name.as_str(), DATABASE | "data.db-wal");
        let bytes = self.entries.iter().filter(wanted).try_fold(0_u64, |sum, listed| sum.checked_add(listed.bytes));
        room::refuse_more_than_there_is(into, bytes)?;
        for listed in self.entries.iter().filter(wanted) {
            extract(&mut self.zip, listed, into, false, on_bytes)?;
        }
        Ok(())
    }
}

/// Unpacks one entry; its SHA-256 where that is asked for.
fn extract<R: Read + Seek>(
    zip: &mut ZipArchive<R>,
    listed: &Listed,
    into: &Path,
    hashed: bool,
    on_bytes: OnBytes<'_>,
) -> Result<Option<String>> {
    let path = into.join(&listed.name);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(room::fault)?;
    }
    let mut file = new_file(&path).map_err(room::fault)?;
    let mut entry = zip.by_name(&listed.name).map_err(broken)?;
    let mut hash = hashed.then(Sha256::new);
    let (mut piece, mut written) = (vec![0; PIECE.min(usize::try_from(listed.bytes).unwrap_or(PIECE) + 1)], 0);
    loop {
        // The checksum of the entry is compared where it ends.
        let read = entry.read(&mut piece).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        written += read as u64;
        if written > listed.bytes {
            return Err(refused(format!("{} is larger than it says.", shown(&listed.name))));
        }
        file.write_all(&piece[..read]).map_err(room::fault)?;
        if let Some(hash) = &mut hash {
            hash.update(&piece[..read]);
        }
        on_bytes(read as u64)?;
    }
    if written != listed.bytes {
        return Err(refused(format!("{} is smaller than it says.", shown(&listed.name))));
    }
    if room::is_settled_one_by_one() {
        file.sync_all().map_err(room::fault)?;
    }
    Ok(hash.map(|hash| hexadecimal(&hash.finalize())))
}

/// A file that was not there, nobody else's to read.
fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A name as a sentence can have it.
fn shown(name: &str) -> String {
    const MOST: usize = 120;
    let mut text: String = name.chars().take(MOST).flat_map(char::escape_debug).collect();
    if name.chars().count() > MOST {
        text.push('…');
    }
    format!("\"{text}\"")
}

fn refused(sentence: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::bad_request(sentence)
}

fn broken(error: ZipError) -> Error {
    match error {
        ZipError::Io(error) => unreadable(error),
        error => refused(format!("It cannot be unpacked: {error}.")),
    }
}

/// Where the archive itself is at fault, its reader says so by these kinds; all else is the disk's.
fn unreadable(error: io::Error) -> Error {
    match error.kind() {
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof | ErrorKind::Other => {
            refused(format!("It is damaged: {error}."))
        }
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests;
