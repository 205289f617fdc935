//! The content of a file that came: small ones in memory, others in a spooled file.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use md5::{Digest, Md5};

use super::spool::Spooled;

/// How much of a spooled content stays in memory, to tell its type.
pub(super) const HEAD: usize = 8 * 1024;

/// The content of a file. Clones share it; a spooled one goes from the disk with the last of them.
#[derive(Debug, Clone)]
pub struct Content(Arc<Held>);

#[derive(Debug)]
struct Held {
    size: u64,
    md5: [u8; 16],
    /// The whole of it, or the beginning of a spooled one.
    head: Bytes,
    spooled: Option<Spooled>,
}

/// Where the bytes of a content are.
pub(super) enum Bearer<'c> {
    Memory(&'c Bytes),
    Disk(&'c Path),
}

impl Content {
    /// A spooled content.
    pub(super) fn spooled(spooled: Spooled, size: u64, md5: [u8; 16], head: Bytes) -> Self {
        Self(Arc::new(Held { size, md5, head, spooled: Some(spooled) }))
    }

    /// How many bytes it has.
    pub fn size(&self) -> u64 {
        self.0.size
    }

    /// What it begins with: enough to tell its type.
    pub fn head(&self) -> &Bytes {
        &self.0.head
    }

    /// Its MD5.
    pub fn md5(&self) -> [u8; 16] {
        self.0.md5
    }

    /// The file that it lies in until the last handle goes; `None` where it is in memory.
    pub fn path(&self) -> Option<&Path> {
        self.0.spooled.as_ref().map(Spooled::path)
    }

    /// Where the bytes are.
    pub(super) fn bearer(&self) -> Bearer<'_> {
        match &self.0.spooled {
            None => Bearer::Memory(&self.0.head),
            Some(spooled) => Bearer::Disk(spooled.path()),
        }
    }
}

/// A content in memory.
impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        let md5 = Md5::digest(&bytes).into();
        Self(Arc::new(Held { size: bytes.len() as u64, md5, head: bytes, spooled: None }))
    }
}

impl From<&'static str> for Content {
    fn from(text: &'static str) -> Self {
        Bytes::from(text).into()
    }
}
