use std::io::Cursor;
use std::sync::LazyLock;

use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::backups::manifest::{Database, FORMAT, Files};

/// What an archive is made of.
struct Making {
    zip: ZipWriter<Cursor<Vec<u8>>>,
    manifest: Manifest,
    digest: EntriesDigest,
}

impl Making {
    fn begin() -> Self {
        let manifest = Manifest {
            format: FORMAT,
            tuckbox: "0.1.0".into(),
            migration: 1,
            created: "2026-01-01 00:00:00.000Z".into(),
            position: 0,
            databases: BTreeMap::new(),
            files: Files::default(),
        };
        Self { zip: ZipWriter::new(Cursor::new(Vec::new())), manifest, digest: EntriesDigest::default() }
    }

    /// Puts an entry into it, and nothing about it into the manifest.
    fn entry(mut self, name: &str, content: &[u8]) -> Self {
        self.zip.start_file(name, SimpleFileOptions::default()).unwrap();
        self.zip.write_all(content).unwrap();
        self
    }

    fn database(mut self, name: &str, content: &[u8]) -> Self {
        let sha256 = hexadecimal(&Sha256::digest(content));
        let database = Database { bytes: content.len() as u64, sha256, rows: BTreeMap::new() };
        self.manifest.databases.insert(name.to_owned(), database);
        self.entry(name, content)
    }

    fn file(mut self, name: &str, content: &[u8]) -> Self {
        self.digest.add(name, content.len() as u64, crc32fast::hash(content));
        self.entry(name, content)
    }

    fn end(mut self, change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
        self.manifest.files.sha256 = std::mem::take(&mut self.digest).finish();
        change(&mut self.manifest);
        let manifest = self.manifest.write().unwrap();
        self.entry(MANIFEST, &manifest).bare()
    }

    /// Without a manifest.
    fn bare(self) -> Vec<u8> {
        self.zip.finish().unwrap().into_inner()
    }
}

fn good() -> Making {
    Making::begin()
        .database("data.db", &b"a database ".repeat(1000))
        .database("auxiliary.db", b"logs")
        .file("storage/c/r/a.txt", b"hello")
        .file("storage/c/r/a.txt.attrs", b"{}")
}

/// Unpacks it into a fresh folder; what is there then.
fn unpack(archive: &[u8]) -> Result<BTreeMap<String, Vec<u8>>> {
    let dir = tempfile::tempdir().unwrap();
    let into = dir.path().join("in/to");
    fs::create_dir_all(&into).unwrap();
    let unpacked = Archive::open(Cursor::new(archive)).and_then(|mut archive| {
        let manifest = archive.manifest()?.ok_or_else(|| refused("no manifest"))?;
        archive.unpack(&manifest, &into, &mut |_| Ok(()))
    });
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&into).expect("nothing is written outside").to_str().unwrap().to_owned();
            found.insert(name, fs::read(path).unwrap());
        }
    }
    unpacked.map(|()| found)
}

#[track_caller]
fn is_refused(archive: &[u8], why: &str) {
    let refused = unpack(archive).expect_err("it must be refused");
    assert!(matches!(refused, Error::Invalid(_)), "{refused:?}");
    assert!(refused.to_string().contains(why), "{refused}");
}

#[test]
fn a_good_archive_comes_out_as_it_went_in() {
    let found = unpack(&good().end(|_| {})).unwrap();
    assert_eq!(found["storage/c/r/a.txt"], b"hello");
    assert_eq!(found["data.db"], b"a database ".repeat(1000));
    assert_eq!(found.len(), 4);
}

#[test]
fn entries_that_would_lie_elsewhere_are_refused() {
    for name in [
        "../evil",
        "/etc/evil",
        "storage/../../evil",
        "storage/c/r/../../../evil",
        "storage/c/r/..\\evil",
        "C:\\evil",
        "lock",
        "instance.key",
        "restore.json",
        "backups/evil.zip",
        "storage/c/r/s/evil",
        "data.db/evil",
    ] {
        is_refused(&good().file(name, b"x").end(|_| {}), "is no part of a backup");
    }
}

#[test]
fn links_are_refused() {
    let mut making = good();
    making.zip.add_symlink("storage/c/r/b.txt", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    is_refused(&making.end(|_| {}), "is no part of a backup");
}

#[test]
fn two_entries_of_one_name_are_refused() {
    let archive = good().file("storage/c/r/b.txt", b"x").end(|_| {});
    // The writer makes none; a name is changed where it lies, in both directories.
    let doubled = replaced(&archive, b"storage/c/r/b.txt", b"storage/c/r/a.txt");
    is_refused(&doubled, "the same name");
}

#[test]
fn what_is_cut_short_is_refused_wherever_it_ends() {
    let archive = good().end(|_| {});
    for end in (0..archive.len()).step_by(7) {
        assert!(unpack(&archive[..end]).is_err(), "{end} of {} bytes", archive.len());
    }
}

#[test]
fn what_was_tampered_with_is_refused() {
    let stored = |name: &str, content: &[u8]| {
        let mut making = good();
        making.digest.add(name, content.len() as u64, crc32fast::hash(content));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        making.zip.start_file(name, options).unwrap();
        making.zip.write_all(content).unwrap();
        making.end(|_| {})
    };
    let archive = stored("storage/c/r/b.txt", b"a stored content");
    is_refused(&replaced(&archive, b"a stored content", b"b stored content"), "damaged");
    // With right checksums of the archive itself.
    is_refused(&good().entry("storage/c/r/b.txt", b"more").end(|_| {}), "files are not those");
    is_refused(
        &good().end(|manifest| manifest.databases.get_mut("data.db").unwrap().sha256 = "0".repeat(64)),
        "is not what it was",
    );
    is_refused(&good().end(|manifest| manifest.files.sha256.clear()), "files are not those");
}

#[test]
fn what_the_manifest_does_not_say_is_refused() {
    let missing = |name: &str| {
        let name = name.to_owned();
        good().end(move |manifest| drop(manifest.databases.remove(&name)))
    };
    is_refused(&missing("data.db"), "databases are not those");
    is_refused(&missing("auxiliary.db"), "databases are not those");
    is_refused(&good().entry("data.db-wal", b"x").end(|_| {}), "databases are not those");
    is_refused(&Making::begin().file("storage/c/r/a.txt", b"x").end(|_| {}), "databases are not those");
    let bytes = |bytes| good().end(move |manifest| manifest.databases.get_mut("data.db").unwrap().bytes = bytes);
    is_refused(&bytes(1), "databases are not those");
    is_refused(&bytes(u64::MAX), "databases are not those");
}

#[test]
fn another_format_is_told() {
    is_refused(&good().end(|manifest| manifest.format = FORMAT + 1), "newer Tuckbox");
    is_refused(&good().entry(MANIFEST, b"{").bare(), "manifest");
    is_refused(b"", "no ZIP archive");
    is_refused(b"PK\x05\x06", "no ZIP archive");
}

#[test]
fn what_would_not_fit_is_refused_before_it_is_written() {
    let archive = good().end(|_| {});
    let mut archive = Archive::open(Cursor::new(&archive)).unwrap();
    archive.entries[0].bytes = u64::MAX / 2;
    let dir = tempfile::tempdir().unwrap();
    let manifest = archive.manifest();
    assert!(manifest.is_err(), "the manifest says another size");
    if cfg!(target_os = "linux") {
        let refused = room::refuse_more_than_there_is(dir.path(), archive.bytes()).unwrap_err();
        assert!(refused.to_string().contains("the disk has"), "{refused}");
    }
    archive.entries[1].bytes = u64::MAX;
    assert_eq!(archive.bytes(), None);
}

#[test]
fn no_more_is_written_than_was_announced() {
    // Both directories and the manifest say less than comes out.
    let content = vec![0; 1 << 20];
    let archive = Making::begin().database("data.db", &content).end(|manifest| {
        manifest.databases.get_mut("data.db").unwrap().bytes = 10;
    });
    let lying = replaced(&archive, &(1_u32 << 20).to_le_bytes(), &10_u32.to_le_bytes());
    let refused = unpack(&lying).unwrap_err();
    assert!(matches!(refused, Error::Invalid(_)), "{refused:?}");
}

#[test]
fn work_that_is_stopped_ends() {
    let archive = good().end(|_| {});
    let mut archive = Archive::open(Cursor::new(&archive)).unwrap();
    let manifest = archive.manifest().unwrap().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut stop = |_| Err(Error::Unavailable("stopped".into()));
    assert!(matches!(archive.unpack(&manifest, dir.path(), &mut stop), Err(Error::Unavailable(_))));
}

/// The same bytes with others in their place, wherever they are.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut out = bytes.to_vec();
    let mut found = 0;
    for at in 0..=bytes.len() - from.len() {
        if &bytes[at..at + from.len()] == from {
            out[at..at + to.len()].copy_from_slice(to);
            found += 1;
        }
    }
    assert!(found > 0, "there is nothing to replace");
    out
}

static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| good().end(|_| {}));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is done to an archive, it comes out right or is refused, and never panics.
    #[test]
    fn mutated_archives_are_right_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
        more in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut bytes = GOOD.clone();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        bytes.extend(more);
        if let Ok(found) = unpack(&bytes) {
            prop_assert_eq!(found, unpack(&GOOD).unwrap());
        }
    }

    #[test]
    fn bytes_that_are_no_archive_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(unpack(&bytes).is_err());
    }
}
