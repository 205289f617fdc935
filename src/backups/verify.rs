//! Reading an archive back: every entry to its end, and the databases in it.
//!
//! It may be an archive that somebody uploaded: nothing of it is believed. No entry is read beyond the size that its
//! directory gives, no name becomes a path, and nothing but the databases is written anywhere.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::manifest::{self, DATABASE, EntriesDigest, LOGS, MANIFEST, MOST_BYTES, Manifest, STORAGE, hexadecimal};
use super::watch::{Stage, Watch, fault};
use super::workspace::Workspace;
use crate::changes;
use crate::error::{Error, Result};
use crate::store::copied::{self, Copied};
use crate::store::damage;

/// How much is read at once.
const PIECE: usize = 128 * 1024;

/// A database of more bytes than this is not written anywhere where it was shrunk by more than that.
const SUSPICIOUS: u64 = 1 << 30;
const MOST_SHRUNK: u64 = 200;

/// What keeps an archive from being a good backup.
enum Flaw {
    /// It is not what it should be, in one sentence.
    Of(String),
    /// It could not be looked at: there is no room, or the work was stopped.
    Looking(Error),
}

impl From<Error> for Flaw {
    fn from(error: Error) -> Self {
        Self::Looking(error)
    }
}

fn flaw<T>(sentence: impl Into<String>) -> std::result::Result<T, Flaw> {
    Err(Flaw::Of(sentence.into()))
}

/// Reads an archive; `Some` sentence where it is no good backup. Blocks.
///
/// # Errors
/// It could not be looked at.
pub(super) fn verify(archive: File, workspace: &Workspace, watch: &Watch) -> Result<Option<String>> {
    match look(archive, workspace, watch) {
        Ok(()) => Ok(None),
        Err(Flaw::Of(sentence)) => Ok(Some(sentence)),
        Err(Flaw::Looking(error)) => Err(error),
    }
}

fn look(archive: File, workspace: &Workspace, watch: &Watch) -> std::result::Result<(), Flaw> {
    let Ok(mut zip) = ZipArchive::new(BufReader::with_capacity(PIECE, archive)) else {
        return flaw("It is no zip archive, or its end is missing.");
    };
    let manifest = read_manifest(&mut zip)?;
    let total = zip.decompressed_size().and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
    let mut reading = Reading { workspace, watch, manifest: &manifest, total, done: 0 };
    let mut found = manifest::Files::default();
    let mut digest = EntriesDigest::default();
    for at in 0..zip.len() {
        let Ok(mut entry) = zip.by_index(at) else { return flaw("An entry cannot be read.") };
        let name = match entry.name() {
            Ok(name) => name.into_owned(),
            Err(_) => return flaw("An entry has a name that cannot be read."),
        };
        let (size, crc32) = (entry.size(), entry.crc32());
        if name == MANIFEST {
            continue;
        }
        if manifest.databases.contains_key(&name) {
            if is_immense(size, entry.compressed_size()) {
                return flaw(format!("{name} would become far larger than any database does."));
            }
            reading.database(&name, &mut entry, size)?;
            continue;
        }
        if !name.starts_with(STORAGE) {
            return flaw(format!("It has an entry that is no part of a backup: {}.", shown(&name)));
        }
        reading.drain(&name, &mut entry, size, |_| Ok(()))?;
        digest.add(&name, size, crc32);
        if !name.ends_with(".attrs") {
            found.count += 1;
            found.bytes += size;
        }
    }
    let files = &manifest.files;
    if (found.count, found.bytes) != (files.count, files.bytes) {
        return flaw(format!("It has {} files, and its manifest says {}.", found.count, files.count));
    }
    if digest.finish() != files.sha256 {
        return flaw("Its files are not those that its manifest speaks of.");
    }
    for (name, database) in &manifest.databases {
        check_database(&workspace.file(name), name, database, &manifest, watch)?;
    }
    Ok(())
}

fn read_manifest(zip: &mut ZipArchive<BufReader<File>>) -> std::result::Result<Manifest, Flaw> {
    let Ok(entry) = zip.by_name(MANIFEST) else {
        return flaw("It has no manifest: another program made it, and it cannot be verified.");
    };
    let mut text = Vec::new();
    match entry.take(MOST_BYTES + 1).read_to_end(&mut text) {
        Ok(_) if text.len() as u64 <= MOST_BYTES => {}
        _ => return flaw("Its manifest cannot be read."),
    }
    let manifest = Manifest::read(&text).or_else(|error| flaw(error.to_string()))?;
    if let Some(other) = manifest.databases.keys().find(|name| ![DATABASE, LOGS].contains(&name.as_str())) {
        return flaw(format!("Its manifest names a database that is no part of a backup: {}.", shown(other)));
    }
    match manifest.databases.contains_key(DATABASE) {
        true => Ok(manifest),
        false => flaw("Its manifest names no database."),
    }
}

/// An archive that is being read.
struct Reading<'r> {
    workspace: &'r Workspace,
    watch: &'r Watch,
    manifest: &'r Manifest,
    total: u64,
    done: u64,
}

impl Reading<'_> {
    /// Writes a database of it into the workspace.
    fn database(&mut self, name: &str, entry: &mut impl Read, size: u64) -> std::result::Result<(), Flaw> {
        let said = self.manifest.databases.get(name).map_or(0, |database| database.bytes);
        if said != size {
            return flaw(format!("{name} has {size} bytes, and its manifest says {said}."));
        }
        let mut file = self.workspace.create(name).map_err(|error| Flaw::Looking(fault(error)))?;
        let mut sha256 = Sha256::new();
        self.drain(name, entry, size, |piece| {
            sha256.update(piece);
            file.write_all(piece).map_err(fault)
        })?;
        let same = self.manifest.databases.get(name).is_some_and(|one| one.sha256 == hexadecimal(&sha256.finalize()));
        if same { Ok(()) } else { flaw(format!("{name} is not what its manifest speaks of.")) }
    }

    /// Reads an entry to its end, where its checksum is compared.
    fn drain(
        &mut self,
        name: &str,
        entry: &mut impl Read,
        size: u64,
        mut take: impl FnMut(&[u8]) -> Result<()>,
    ) -> std::result::Result<(), Flaw> {
        let mut piece = vec![0; PIECE];
        let mut bytes = 0;
        loop {
            let read = match entry.read(&mut piece) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) => return flaw(format!("{} is damaged: {error}.", shown(name))),
            };
            bytes += read as u64;
            if bytes > size {
                return flaw(format!("{} is larger than its directory says.", shown(name)));
            }
            take(&piece[..read])?;
            self.done += read as u64;
            self.watch.tell(Stage::Verifying, self.done, self.total)?;
        }
        if bytes == size { Ok(()) } else { flaw(format!("{} is cut off.", shown(name))) }
    }
}

/// Reads every page of the databases of an archive that was unpacked into a folder. Blocks.
///
/// # Errors
/// `Invalid` where one of them is not what the manifest speaks of; they could not be looked at.
pub(super) fn check_databases(folder: &Path, manifest: &Manifest, watch: &Watch) -> Result<()> {
    for (name, database) in &manifest.databases {
        check_database(&folder.join(name), name, database, manifest, watch).map_err(|flaw| match flaw {
            Flaw::Of(sentence) => Error::bad_request(sentence),
            Flaw::Looking(error) => error,
        })?;
    }
    Ok(())
}

fn check_database(
    path: &Path,
    name: &str,
    said: &manifest::Database,
    manifest: &Manifest,
    watch: &Watch,
) -> std::result::Result<(), Flaw> {
    if !path.is_file() {
        return flaw(format!("{} is missing.", shown(name)));
    }
    let Ok(copy) = Copied::open(path) else { return flaw(format!("{name} is no database.")) };
    let looked = copy.read(watch.stopped(), |tx| {
        let damages = damage::find(tx)?;
        if !damages.is_empty() {
            return Ok((damages, BTreeMap::new(), (0, 0)));
        }
        let rows = copied::rows_of_tables(tx)?;
        let marks = if name == DATABASE { (copied::last_step(tx)?, changes::newest(tx)?) } else { (0, 0) };
        Ok((damages, rows, marks))
    });
    let (damages, rows, marks) = match watch.ended(looked) {
        Ok(looked) => looked,
        Err(error @ Error::Unavailable(_)) => return Err(Flaw::Looking(error)),
        Err(error) => return flaw(format!("{name} cannot be read: {error}.")),
    };
    if let Some(damage) = damages.first() {
        return flaw(format!("{name} is damaged: {damage}."));
    }
    if let Some(table) = differing(&rows, &said.rows) {
        let count = |of: &BTreeMap<String, u64>| of.get(table).copied().unwrap_or(0);
        return flaw(format!(
            "The table {} of {name} has {} rows, and the manifest says {}.",
            shown(table),
            count(&rows),
            count(&said.rows)
        ));
    }
    if name == DATABASE && marks != (manifest.migration, manifest.position) {
        return flaw("The database is of another time than its manifest.");
    }
    Ok(())
}

/// A table whose number of rows is not the same.
fn differing<'r>(rows: &'r BTreeMap<String, u64>, others: &'r BTreeMap<String, u64>) -> Option<&'r str> {
    rows.keys().chain(others.keys()).find(|table| rows.get(*table) != others.get(*table)).map(String::as_str)
}

/// A name from an archive, for a person.
fn shown(name: &str) -> String {
    name.escape_debug().take(100).collect()
}

/// Whether what unpacks to so much is meant to fill the disk.
fn is_immense(size: u64, packed: u64) -> bool {
    size > SUSPICIOUS && size / packed.max(1) > MOST_SHRUNK
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_fill_the_disk_is_told_from_large_databases() {
        for (size, packed, expected) in
            [(100 << 30, 20 << 30, false), (1 << 30, 1 << 20, false), (10 << 30, 10 << 20, true), (u64::MAX, 0, true)]
        {
            assert_eq!(is_immense(size, packed), expected, "{size} of {packed}");
        }
    }
}
