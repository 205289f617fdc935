//! A stored file on its way out: what is known of it, and its bytes in pieces.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::pin::Pin;
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::task::{JoinHandle, spawn_blocking};

use super::key::Key;
use super::storage::Object;
use crate::error::{Error, Result};

/// How much is read from the disk at once; of each file that is being sent two such pieces are held.
const PIECE: u64 = 256 * 1024;

/// Bytes as they come from the storage.
pub type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// How much of a file its opener is going to read. A storage that is far away need not be asked twice then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// All of it, as far as can be told.
    Whole,
    /// A part, nothing, or whatever turns out.
    Unknown,
}

/// A stored file, ready to be sent.
#[derive(Debug)]
pub struct StoredFile {
    /// Where it lies.
    pub key: Key,
    /// The type found in its content.
    pub content_type: String,
    /// When it was written.
    pub modified: SystemTime,
    /// How many bytes it has.
    pub size: u64,
    /// A text that no other content under this name has.
    pub tag: String,
    pub(super) source: Source,
}

/// Where the bytes are.
#[derive(Debug)]
pub(super) enum Source {
    Memory(Bytes),
    Disk(File),
    Bucket(Object),
}

impl StoredFile {
    /// The bytes of a range, which must lie within the file. Nothing is read before it is asked for.
    pub fn read(self, range: Range<u64>) -> Chunks {
        match self.source {
            Source::Memory(bytes) => {
                let end = usize::try_from(range.end).unwrap_or(usize::MAX).min(bytes.len());
                let start = usize::try_from(range.start).unwrap_or(usize::MAX).min(end);
                Box::pin(stream::iter([Ok(bytes.slice(start..end))]))
            }
            Source::Disk(file) => from_disk(file, range),
            Source::Bucket(object) => object.read(range),
        }
    }

    /// The whole content, for files that are known to be small.
    ///
    /// # Errors
    /// The storage fails in between.
    pub async fn bytes(self) -> Result<Vec<u8>> {
        let mut whole = Vec::with_capacity(usize::try_from(self.size).unwrap_or(0));
        let range = 0..self.size;
        let mut chunks = self.read(range);
        while let Some(chunk) = chunks.next().await {
            whole.extend_from_slice(&chunk?);
        }
        Ok(whole)
    }
}

/// A step of reading from the disk.
enum Step {
    Start(File, Range<u64>),
    /// The piece that is being read, and how much is left with it.
    Ahead(JoinHandle<Result<(File, Bytes)>>, u64),
    End,
}

/// Reads piece by piece; the next one is read while this one is sent.
fn from_disk(file: File, range: Range<u64>) -> Chunks {
    Box::pin(stream::try_unfold(Step::Start(file, range), |step| async {
        let (piece, left) = match step {
            Step::Start(file, range) if !range.is_empty() => {
                let left = range.end - range.start;
                let first = move || {
                    (&file).seek(SeekFrom::Start(range.start))?;
                    next_piece(file, left)
                };
                (spawn_blocking(first), left)
            }
            Step::Ahead(piece, left) => (piece, left),
            Step::Start(..) | Step::End => return Ok(None),
        };
        let (file, piece) = piece.await.map_err(|error| Error::Internal(error.into()))??;
        let left = left - piece.len() as u64;
        let step = match left {
            0 => Step::End,
            _ => Step::Ahead(spawn_blocking(move || next_piece(file, left)), left),
        };
        Ok(Some((piece, step)))
    }))
}

fn next_piece(file: File, left: u64) -> Result<(File, Bytes)> {
    let size = left.min(PIECE);
    let mut piece = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    (&file).take(size).read_to_end(&mut piece)?;
    if piece.is_empty() {
        return Err(Error::internal("a stored file was cut while it was read"));
    }
    Ok((file, piece.into()))
}
