//! An archive as another program sees it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use serde_json::Value as Json;
use tempfile::TempDir;

use crate::support::Database;

/// What is in an archive.
pub struct Archive {
    /// The entries, by their names.
    pub entries: BTreeMap<String, Vec<u8>>,
    dir: TempDir,
}

impl Archive {
    pub fn open(path: &Path) -> Self {
        let mut bytes = Vec::new();
        File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).read_to_end(&mut bytes).unwrap();
        Self::read(bytes)
    }

    pub fn read(bytes: Vec<u8>) -> Self {
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
        let mut entries = BTreeMap::new();
        for at in 0..zip.len() {
            let mut entry = zip.by_index(at).expect("an entry");
            let name = entry.name().expect("a name").into_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).expect("a checksum that fits");
            entries.insert(name, content);
        }
        Self { entries, dir: tempfile::tempdir().unwrap() }
    }

    /// The manifest.
    pub fn manifest(&self) -> Json {
        serde_json::from_slice(&self.entries["tuckbox_backup.json"]).expect("JSON")
    }

    /// The database in it.
    pub fn database(&self) -> Database {
        let path = self.dir.path().join("data.db");
        std::fs::write(&path, &self.entries["data.db"]).unwrap();
        Database::open_file(&path)
    }

    /// The names of files, without what is told of them.
    pub fn files(&self) -> Vec<&str> {
        let files = self.entries.keys().filter(|name| name.starts_with("storage/") && !name.ends_with(".attrs"));
        files.map(String::as_str).collect()
    }
}
