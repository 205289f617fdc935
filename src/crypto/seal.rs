//! Sealing what must not lie readable on the disk: AES-256-GCM, as the text of base64 over nonce, ciphertext and tag
//! (contract: settings, section 3).
//!
//! The key is given from outside, or it is the instance's own: a file in the data directory, made when something is
//! sealed for the first time.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use parking_lot::Mutex;

use crate::error::{Error, Result};

/// How many bytes a key has.
pub const KEY_LENGTH: usize = 32;
/// How many bytes a nonce has.
const NONCE_LENGTH: usize = 12;

/// Seals and opens with one key.
pub struct Sealer {
    source: Source,
}

enum Source {
    Given(Box<Aes256Gcm>),
    File { path: PathBuf, cipher: Mutex<Option<Box<Aes256Gcm>>> },
}

impl Sealer {
    /// With a key that was given.
    pub fn with_key(key: &[u8; KEY_LENGTH]) -> Self {
        Self { source: Source::Given(cipher(key)) }
    }

    /// With the key in a file, which is made at the first need.
    pub fn with_key_file(path: impl Into<PathBuf>) -> Self {
        Self { source: Source::File { path: path.into(), cipher: Mutex::default() } }
    }

    /// Seals something; the same twice gives two texts.
    ///
    /// # Errors
    /// `Internal` where the key's file can neither be read nor made.
    pub fn seal(&self, plain: &[u8]) -> Result<String> {
        let nonce = rand::random::<[u8; NONCE_LENGTH]>();
        let sealed = self.with_cipher(|cipher| cipher.encrypt(&Nonce::from(nonce), plain))?;
        let sealed = sealed.map_err(|_| Error::internal("something too large to be sealed"))?;
        Ok(BASE64_STANDARD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what was sealed with this key.
    ///
    /// # Errors
    /// `Internal` where it was sealed with another key, was changed since, or the key's file cannot be read.
    pub fn open(&self, sealed: &str) -> Result<Vec<u8>> {
        let unreadable = || Error::internal("what is sealed cannot be opened with this key");
        let bytes = BASE64_STANDARD.decode(sealed).map_err(|_| unreadable())?;
        let (nonce, rest) = bytes.split_first_chunk::<NONCE_LENGTH>().ok_or_else(unreadable)?;
        self.with_cipher(|cipher| cipher.decrypt(&Nonce::from(*nonce), rest))?.map_err(|_| unreadable())
    }

    fn with_cipher<T>(&self, work: impl FnOnce(&Aes256Gcm) -> T) -> Result<T> {
        match &self.source {
            Source::Given(cipher) => Ok(work(cipher)),
            Source::File { path, cipher: kept } => {
                let mut kept = kept.lock();
                let ready = match kept.take() {
                    Some(ready) => ready,
                    None => cipher(&key_in(path)?),
                };
                Ok(work(kept.insert(ready)))
            }
        }
    }
}

fn cipher(key: &[u8; KEY_LENGTH]) -> Box<Aes256Gcm> {
    Box::new(Aes256Gcm::new(&(*key).into()))
}

/// The key in a file, made where there is none.
fn key_in(path: &Path) -> Result<[u8; KEY_LENGTH]> {
    let failed = |error: io::Error| Error::internal(format!("the key {} cannot be used: {error}", path.display()));
    if !path.exists() {
        make(path).map_err(failed)?;
    }
    let bytes = fs::read(path).map_err(failed)?;
    bytes.try_into().map_err(|_| failed(io::Error::other(format!("it has not {KEY_LENGTH} bytes"))))
}

/// Makes the file whole or not at all: it is written under another name, and takes its own only where no other
/// process was quicker.
fn make(path: &Path) -> io::Result<()> {
    let draft = path.with_extension(format!("key-{}", crate::ids::random_lower(10)));
    let made = write_new(&draft, &rand::random::<[u8; KEY_LENGTH]>()).and_then(|()| fs::hard_link(&draft, path));
    // Gone already where it could not be made.
    let _ = fs::remove_file(&draft);
    match made {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.and_then(|()| keep_directory(path)),
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// What is sealed with a key must not survive a power cut that the key's name does not.
fn keep_directory(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if cfg!(unix) => File::open(parent)?.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_alone() {
        let (sealer, other) = (Sealer::with_key(&[1; 32]), Sealer::with_key(&[2; 32]));
        for plain in ["", "short", &"long ".repeat(10_000)] {
            let sealed = sealer.seal(plain.as_bytes()).expect("sealed");
            assert_eq!(sealer.open(&sealed).expect("opened"), plain.as_bytes());
            assert!(other.open(&sealed).is_err());
            assert_ne!(sealer.seal(plain.as_bytes()).expect("sealed"), sealed);
        }
    }

    #[test]
    fn a_text_that_another_program_sealed_opens() {
        // AES-256-GCM over `{"a":1}`, nonce of the bytes 0 to 11, key of 32 times `k`, no additional data.
        let sealed = "AAECAwQFBgcICQoLEf+VDD7h+/HybI4gJe2M8VkiuSI3XTo=";
        assert_eq!(Sealer::with_key(&[b'k'; 32]).open(sealed).expect("opened"), b"{\"a\":1}");
    }

    #[test]
    fn what_was_changed_does_not_open() {
        let sealer = Sealer::with_key(&[1; 32]);
        let mut bytes = BASE64_STANDARD.decode(sealer.seal(b"text").expect("sealed")).expect("base64");
        for at in [0, NONCE_LENGTH, bytes.len() - 1] {
            bytes[at] ^= 1;
            assert!(sealer.open(&BASE64_STANDARD.encode(&bytes)).is_err(), "byte {at}");
            bytes[at] ^= 1;
        }
        for broken in ["", "{}", "AAAA", "*", &BASE64_STANDARD.encode([0; 12])] {
            assert!(sealer.open(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn the_file_of_the_key_is_made_once_and_for_its_owner_alone() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("instance.key");
        let sealed = std::thread::scope(|scope| {
            let seal = || Sealer::with_key_file(&path).seal(b"text").expect("sealed");
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(seal)).collect();
            threads.into_iter().map(|thread| thread.join().expect("ended")).collect::<Vec<_>>()
        });
        let later = Sealer::with_key_file(&path);
        assert!(sealed.iter().all(|sealed| later.open(sealed).is_ok_and(|plain| plain == b"text")));
        assert_eq!(fs::read_dir(dir.path()).expect("a directory").count(), 1, "no draft is left");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&path).expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_key_file_is_told() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("instance.key");
        fs::write(&path, b"short").expect("written");
        let error = Sealer::with_key_file(&path).seal(b"text").expect_err("no key");
        assert!(error.to_string().contains("instance.key"), "{error}");
    }
}
