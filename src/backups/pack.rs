//! Packing what was taken of an instant into an archive: databases, the files that the state names, the manifest.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::instant::Taken;
use super::manifest::{self, DATABASE, EntriesDigest, FORMAT, LOGS, MANIFEST, Manifest, STORAGE, hexadecimal};
use super::watch::{Stage, Watch, fault};
use super::workspace::Workspace;
use crate::error::{Error, Result};
use crate::files::{Files, Key};
use crate::schema::{Collection, Field, FieldKind};
use crate::store::copied::{self, Copied};
use crate::store::{Sql, Tx};
use crate::{changes, collections};

/// The archive while it is made.
pub(super) const ARCHIVE: &str = "archive.zip";

/// How much is read at once.
const PIECE: usize = 128 * 1024;

/// How hard is tried to make things small: quick, since the server works beside it.
const EFFORT: i64 = 1;

/// Sizes from here on need the larger fields of the format.
const LARGE: u64 = u32::MAX as u64 - (1 << 20);

/// The endings of what is small already.
const SMALL_ALREADY: [&str; 30] = [
    "7z", "aac", "avif", "br", "bz2", "docx", "epub", "flac", "gif", "gz", "heic", "jpeg", "jpg", "m4a", "mkv", "mov",
    "mp3", "mp4", "odt", "ogg", "pdf", "png", "pptx", "rar", "webm", "webp", "woff2", "xlsx", "xz", "zip",
];

/// The file of the archive. The writer of the zip ends it when it is dropped, also where that makes no sense any more,
/// and panics where it finds itself before the entry that it is in: after a failure it only counts what is written, says
/// that all is well, and that it is at the end, wherever the writer wanted to go.
struct Target<W: Write + Seek> {
    file: BufWriter<W>,
    failed: bool,
    place: u64,
    end: u64,
}

impl Target<File> {
    fn finish(self) -> std::io::Result<()> {
        self.file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
    }
}

impl<W: Write + Seek> Target<W> {
    fn new(file: W) -> Self {
        Self { file: BufWriter::with_capacity(PIECE, file), failed: false, place: 0, end: 0 }
    }

    fn noted<T>(&mut self, result: std::io::Result<T>) -> std::io::Result<T> {
        self.failed |= result.is_err();
        result
    }
}

impl<W: Write + Seek> Write for Target<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.failed {
            self.end += bytes.len() as u64;
            return Ok(bytes.len());
        }
        let result = self.file.write(bytes);
        let written = self.noted(result)?;
        self.place += written as u64;
        self.end = self.end.max(self.place);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if self.failed {
            return Ok(());
        }
        let flushed = self.file.flush();
        self.noted(flushed)
    }
}

impl<W: Write + Seek> Seek for Target<W> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        if self.failed {
            return Ok(self.end);
        }
        let place = self.file.seek(to);
        self.place = self.noted(place)?;
        Ok(self.place)
    }
}

/// Packs what was taken; the archive is [`ARCHIVE`] of the workspace. Blocks.
pub(super) fn pack(files: &Files, taken: &Taken, workspace: &Workspace, watch: &Watch) -> Result<Manifest> {
    let archive = workspace.create(ARCHIVE).map_err(fault)?;
    let target = Target::new(archive);
    let mut packing = Packing { zip: ZipWriter::new(target), watch, done: 0 };
    let copy = Copied::open(&taken.database)?;
    let of_copy = watch.ended(copy.read(watch.stopped(), |tx| {
        let rows = copied::rows_of_tables(tx)?;
        Ok((rows, copied::last_step(tx)?, changes::newest(tx)?, collections::load(tx)?))
    }));
    let (rows, migration, position, collections) = of_copy?;
    let mut databases = BTreeMap::from([(DATABASE.to_owned(), packing.database(DATABASE, &taken.database, rows)?)]);
    if let Some(logs) = &taken.logs {
        let copy = Copied::open(logs)?;
        let rows = watch.ended(copy.read(watch.stopped(), copied::rows_of_tables))?;
        databases.insert(LOGS.to_owned(), packing.database(LOGS, logs, rows)?);
    }
    let packed = watch.ended(copy.read(watch.stopped(), |tx| packing.files(tx, files, &collections)))?;
    let manifest = Manifest {
        format: FORMAT,
        tuckbox: env!("CARGO_PKG_VERSION").to_owned(),
        migration,
        created: taken.created.clone(),
        position,
        databases,
        files: packed,
    };
    packing.text(MANIFEST, &manifest.write()?)?;
    packing.zip.finish().map_err(zip_fault)?.finish().map_err(fault)?;
    Ok(manifest)
}

/// An archive that is being written.
struct Packing<'w> {
    zip: ZipWriter<Target<File>>,
    watch: &'w Watch,
    done: u64,
}

/// What was put into an entry.
struct Entry {
    bytes: u64,
    crc32: u32,
    sha256: Sha256,
}

impl Packing<'_> {
    fn database(&mut self, name: &str, path: &Path, rows: BTreeMap<String, u64>) -> Result<manifest::Database> {
        let entry = self.entry(name, File::open(path)?, true)?;
        Ok(manifest::Database { bytes: entry.bytes, sha256: hexadecimal(&entry.sha256.finalize()), rows })
    }

    /// Puts all files into it that records name.
    fn files(&mut self, tx: &mut Tx<'_>, files: &Files, collections: &[Collection]) -> Result<manifest::Files> {
        let mut packed = manifest::Files::default();
        let mut digest = EntriesDigest::default();
        let elsewhere = files.are_in_bucket();
        for collection in collections.iter().filter(|collection| !collection.is_view()) {
            named_files(tx, collection, |record, name| {
                let found = match Key::new(&collection.id, record, name) {
                    Some(key) => self.file(files, &key, &mut digest)?,
                    None => None,
                };
                match found {
                    Some(bytes) => {
                        packed.count += 1;
                        packed.bytes += bytes;
                    }
                    None if elsewhere => packed.elsewhere += 1,
                    None => packed.missing += 1,
                }
                Ok(())
            })?;
        }
        if packed.missing > 0 {
            tracing::warn!(
                files = packed.missing,
                "records name files that are not there; the backup has none of them"
            );
        }
        packed.sha256 = digest.finish();
        Ok(packed)
    }

    /// Puts a file into it, with what is told of it; `None` where it is not there.
    fn file(&mut self, files: &Files, key: &Key, digest: &mut EntriesDigest) -> Result<Option<u64>> {
        let (path, side) = files.on_disk(key);
        let Some(file) = open(&path)? else { return Ok(None) };
        let name = format!("{STORAGE}{}/{}", key.folder().as_str(), key.name());
        let entry = self.entry(&name, file, !is_small_already(key.name()))?;
        digest.add(&name, entry.bytes, entry.crc32);
        if let Some(side) = open(&side)? {
            let name = format!("{name}.attrs");
            let entry = self.entry(&name, side, true)?;
            digest.add(&name, entry.bytes, entry.crc32);
        }
        Ok(Some(entry.bytes))
    }

    fn entry(&mut self, name: &str, mut file: File, shrink: bool) -> Result<Entry> {
        let size = file.metadata()?.len();
        self.zip.start_file(name, options(size, shrink)).map_err(zip_fault)?;
        let mut entry = Entry { bytes: 0, crc32: 0, sha256: Sha256::new() };
        let mut crc32 = crc32fast::Hasher::new();
        let mut piece = vec![0; PIECE];
        loop {
            let read = file.read(&mut piece)?;
            if read == 0 {
                break;
            }
            let piece = &piece[..read];
            crc32.update(piece);
            if !name.starts_with(STORAGE) {
                entry.sha256.update(piece);
            }
            self.zip.write_all(piece).map_err(fault)?;
            entry.bytes += read as u64;
            self.done += read as u64;
            self.watch.tell(Stage::Packing, self.done, 0)?;
        }
        if entry.bytes != size {
            return Err(Error::internal(format!("{name} changed while it was read")));
        }
        entry.crc32 = crc32.finalize();
        Ok(entry)
    }

    fn text(&mut self, name: &str, text: &[u8]) -> Result<()> {
        self.zip.start_file(name, options(text.len() as u64, true)).map_err(zip_fault)?;
        self.zip.write_all(text).map_err(fault)
    }
}

/// Tells of each file that records of a collection name, with the record's id.
fn named_files(tx: &mut Tx<'_>, collection: &Collection, mut each: impl FnMut(&str, &str) -> Result<()>) -> Result<()> {
    let fields: Vec<&Field> =
        collection.fields.iter().filter(|field| matches!(field.kind, FieldKind::File(_))).collect();
    if fields.is_empty() {
        return Ok(());
    }
    let mut query = Sql::raw("SELECT ");
    query.column(&collection.name, "id");
    for field in &fields {
        query.push(", ").column(&collection.name, &field.name);
    }
    query.push(" FROM ").name(&collection.name);
    tx.rows(&query, |row| {
        let record = row.get(0).as_text();
        let mut seen = HashSet::new();
        for (at, field) in fields.iter().enumerate() {
            for name in field.elements(row.get(at + 1)) {
                if seen.insert(name.clone()) {
                    each(record, &name)?;
                }
            }
        }
        Ok(())
    })
}

fn options(size: u64, shrink: bool) -> SimpleFileOptions {
    let options = SimpleFileOptions::default().unix_permissions(0o600).large_file(size >= LARGE);
    match shrink {
        true => options.compression_method(CompressionMethod::Deflated).compression_level(Some(EFFORT)),
        false => options.compression_method(CompressionMethod::Stored),
    }
}

fn is_small_already(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    SMALL_ALREADY.iter().any(|small| small.eq_ignore_ascii_case(ending))
}

fn open(path: &Path) -> Result<Option<File>> {
    match File::open(path) {
        Ok(file) if file.metadata()?.is_file() => Ok(Some(file)),
        Ok(_) => Ok(None),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn zip_fault(error: zip::result::ZipError) -> Error {
    match error {
        zip::result::ZipError::Io(error) => fault(error),
        other => Error::Internal(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::io::{self, Cursor};

    use super::*;

    /// A disk that takes so many writes, wherever they go: one that copies what it writes may be full for a few bytes
    /// in the middle as well.
    struct Limited<'d> {
        content: Cursor<Vec<u8>>,
        left: &'d Cell<usize>,
    }

    impl Write for Limited<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let left = self.left.get().checked_sub(1).ok_or(ErrorKind::StorageFull)?;
            self.left.set(left);
            self.content.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for Limited<'_> {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.content.seek(to)
        }
    }

    /// Writes some entries on a disk.
    fn packed(left: &Cell<usize>) -> Result<()> {
        let mut state = 1_u32;
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        });
        let noise: Vec<u8> = noise.take(PIECE + 5000).collect();
        let mut zip = ZipWriter::new(Target::new(Limited { content: Cursor::default(), left }));
        for (name, shrink) in [("a", true), ("b", false), ("c", true), ("d", false)] {
            zip.start_file(name, options(noise.len() as u64, shrink)).map_err(zip_fault)?;
            for piece in noise.chunks(PIECE / 3) {
                zip.write_all(piece).map_err(fault)?;
            }
        }
        zip.finish().map_err(zip_fault)?.flush().map_err(fault)
    }

    #[test]
    fn a_disk_that_is_full_is_told_whichever_write_it_is() {
        let most = 10_000;
        let left = Cell::new(most);
        packed(&left).unwrap();
        let writes = most - left.get();
        assert!(writes > 8, "{writes} writes");
        for taken in 0..writes {
            let full = packed(&Cell::new(taken)).unwrap_err();
            assert!(matches!(full, Error::Unavailable(_)), "{taken} of {writes} writes: {full:?}");
        }
    }
}
