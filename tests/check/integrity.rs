//! Damage of the file.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};

use super::Directory;
use crate::support::{TestServer, notes};

/// Writes nonsense over the page where a table begins.
fn overwrite(directory: &Directory, table: &str) {
    let database = directory.database();
    let number = |query: &str| database.value(query).parse::<u64>().unwrap();
    let page = number(&format!("SELECT rootpage FROM sqlite_schema WHERE name = '{table}'"));
    let size = number("PRAGMA page_size");
    drop(database);
    let mut file = OpenOptions::new().write(true).open(directory.server.dir().join("data.db")).unwrap();
    file.seek(SeekFrom::Start((page - 1) * size)).unwrap();
    file.write_all(&[0xA5; 512]).unwrap();
}

#[tokio::test]
async fn damaged_pages_are_told_with_what_to_do() {
    let directory = Directory::with(notes()).await;
    overwrite(&directory, "notes");
    let output = directory.server.run(&["check"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("integrity    ") && said.contains(" finding"), "{said}");
    assert!(said.contains("The file is damaged: restore a backup"), "{said}");
    assert!(said.contains("could not be checked: ") && said.contains("malformed"), "{said}");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panic"));
}

#[tokio::test]
async fn a_directory_whose_collections_cannot_be_read_is_not_checked() {
    let directory = Directory::with(notes()).await;
    overwrite(&directory, "_collections");
    let output = directory.server.run(&["check"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("malformed") && said.contains("restore a backup"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[tokio::test]
async fn any_byte_may_be_wrong() {
    let server = TestServer::with(notes()).await;
    let directory = Directory::of(server);
    let path = directory.server.dir().join("data.db");
    let sound = std::fs::read(&path).unwrap();
    for step in 0..25 {
        let mut bytes = sound.clone();
        let at = step * (bytes.len() / 25) + step * 13;
        let end = (at + 64).min(bytes.len());
        for byte in &mut bytes[at..end] {
            *byte = !*byte;
        }
        std::fs::write(&path, &bytes).unwrap();
        let output = directory.server.run(&["check", "--json"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(matches!(output.status.code(), Some(0..=2)) && !said.contains("panicked"), "{at}: {said}");
    }
}
