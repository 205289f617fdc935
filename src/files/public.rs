//! The folder of public files: what lies at a path in it. Nothing is written here, and no record knows of it.

use std::fs::{self, File, Metadata};
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::key::Key;
use super::sniff::sniff;
use super::storage::Access;
use super::stored::{Source, StoredFile};
use super::{blocking, content};
use crate::error::Result;

/// What is looked for in a folder that is asked for.
pub const INDEX: &str = "index.html";

/// A folder whose files everybody may read.
#[derive(Debug, Clone)]
pub struct PublicFolder {
    root: PathBuf,
}

/// What lies at a path.
#[derive(Debug)]
pub enum PublicEntry {
    /// A file.
    File(StoredFile),
    /// A folder, with the index in it where there is one.
    Folder(Option<StoredFile>),
}

impl PublicFolder {
    /// The folder at a place, where it need not be.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// What lies at a path with slashes; `None` where nothing does that could be read, and where the path leaves the
    /// folder.
    ///
    /// # Errors
    /// The server ends meanwhile.
    pub async fn find(&self, path: &str) -> Result<Option<PublicEntry>> {
        let Some(path) = within(&self.root, path) else { return Ok(None) };
        blocking(move || Ok(entry(&path))).await
    }
}

/// The place of a path below a folder; parts that go up are followed as long as they stay in it.
fn within(root: &Path, path: &str) -> Option<PathBuf> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            // On some systems other texts lead elsewhere, too: `C:`, or what has a backslash in it.
            part => {
                let mut components = Path::new(part).components();
                let is_plain = matches!(components.next(), Some(Component::Normal(name)) if name == part);
                if !is_plain || components.next().is_some() || part.contains(['\\', '\0']) {
                    return None;
                }
                parts.push(part);
            }
        }
    }
    Some(parts.iter().fold(root.to_owned(), |place, part| place.join(part)))
}

fn entry(path: &Path) -> Option<PublicEntry> {
    let about = look_at(path)?;
    if about.is_dir() {
        let index = path.join(INDEX);
        return Some(PublicEntry::Folder(look_at(&index).and_then(|about| open(&index, &about))));
    }
    open(path, &about).map(PublicEntry::File)
}

fn look_at(path: &Path) -> Option<Metadata> {
    fs::metadata(path).inspect_err(|error| tell(path, error)).ok()
}

/// Opens what is a file; pipes and devices would keep whoever opens them waiting.
fn open(path: &Path, about: &Metadata) -> Option<StoredFile> {
    let name = path.file_name()?.to_str()?;
    let key = Key::alone(name).filter(|_| about.is_file())?;
    let opened = File::open(path).and_then(|file| {
        // Of what is open now: another file may have got the name meanwhile.
        let about = file.metadata()?;
        let content_type = content_type(name, &file)?;
        let size = about.len();
        let modified = about.modified().unwrap_or(UNIX_EPOCH);
        let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        let tag = format!("{size:x}-{:x}", since.as_nanos());
        Ok(StoredFile { key, content_type, modified, size, tag, source: Source::Disk(file) })
    });
    opened.inspect_err(|error| tell(path, error)).ok()
}

/// The type by the name's ending, else by the content.
fn content_type(name: &str, file: &File) -> std::io::Result<String> {
    let Some(guessed) = mime_guess::from_path(name).first_raw() else {
        let head = Access::Waiting.read(file, 0, content::HEAD as u64)?;
        return Ok(sniff(&head).content_type.to_owned());
    };
    Ok(match guessed.starts_with("text/") {
        true => format!("{guessed}; charset=utf-8"),
        false => guessed.to_owned(),
    })
}

/// What may not be read is as good as missing for who asks, but not for who put it there.
fn tell(path: &Path, error: &std::io::Error) {
    if error.kind() == ErrorKind::PermissionDenied {
        tracing::warn!(path = %path.display(), %error, "a public file cannot be read");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_folder() {
        let root = Path::new("root");
        for (path, place) in [
            ("", Some("root")),
            ("/", Some("root")),
            ("a/b.txt", Some("root/a/b.txt")),
            ("a//./b", Some("root/a/b")),
            ("a/../b", Some("root/b")),
            ("a/..", Some("root")),
            (".well-known/x", Some("root/.well-known/x")),
            ("...", Some("root/...")),
            ("..", None),
            ("../root/a", None),
            ("a/../../b", None),
            ("a\\..\\..\\b", None),
            ("a\0b", None),
        ] {
            assert_eq!(within(root, path).as_deref(), place.map(Path::new), "{path:?}");
        }
    }

    #[tokio::test]
    async fn types_come_from_endings_and_else_from_contents() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = PublicFolder::new(dir.path());
        for (name, bytes, expected) in [
            ("a.html", &b"x"[..], "text/html; charset=utf-8"),
            ("a.js", b"", "text/javascript; charset=utf-8"),
            ("a.css", b"", "text/css; charset=utf-8"),
            ("a.svg", b"", "image/svg+xml"),
            ("a.json", b"", "application/json"),
            ("a.wasm", b"", "application/wasm"),
            ("a.woff2", b"", "font/woff2"),
            ("a.webmanifest", b"{}", "application/manifest+json"),
            ("none", b"plain words", "text/plain; charset=utf-8"),
            ("page", b"<!DOCTYPE html><html></html>", "text/html; charset=utf-8"),
            ("none.qqq", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        ] {
            std::fs::write(dir.path().join(name), bytes).expect("written");
            match folder.find(name).await.expect("looked for") {
                Some(PublicEntry::File(file)) => assert_eq!(file.content_type, expected, "{name}"),
                other => panic!("{name}: {other:?}"),
            }
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_is_no_file_keeps_nobody_waiting() {
        let dir = tempfile::tempdir().expect("a folder");
        let pipe = dir.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
        assert!(made.success());
        let folder = PublicFolder::new(dir.path());
        assert!(folder.find("pipe").await.expect("looked for").is_none());
        assert!(folder.find("pipe/x").await.expect("looked for").is_none());
        std::fs::create_dir(dir.path().join("index.html")).expect("a folder of that name");
        assert!(matches!(folder.find("").await, Ok(Some(PublicEntry::Folder(None)))));
        assert!(PublicFolder::new(dir.path().join("none")).find("").await.expect("looked for").is_none());
    }
}
