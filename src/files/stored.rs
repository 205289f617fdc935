//! A stored file on its way out: what is known of it, and its bytes in pieces.

use std::fs::File;
use std::ops::Range;
use std::pin::Pin;
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::task::{JoinHandle, spawn_blocking};

use super::key::Key;
use super::storage::{Access, Object};
use crate::error::{Error, Result};

/// How much is read from the disk at once; of each file that is being sent two such pieces are held.
const PIECE: u64 = 256 * 1024;
/// How much is read at once of what lies in the system's memory: little enough for the processor's own.
const CACHED_PIECE: u64 = 64 * 1024;

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
    /// What is left of the range lies in the system's memory, as far as is known.
    AtOnce(File, Range<u64>),
    /// The piece that is being read on a thread that may wait, and what is left with it.
    Ahead(JoinHandle<Result<(File, Bytes)>>, Range<u64>),
}

/// Reads piece by piece: at once as long as that is possible; from then on the next piece is read while this one is
/// sent.
fn from_disk(file: File, range: Range<u64>) -> Chunks {
    Box::pin(stream::try_unfold(Some(Step::AtOnce(file, range)), |step| async {
        let (piece, left) = match step {
            None => return Ok(None),
            Some(Step::AtOnce(_, left)) if left.is_empty() => return Ok(None),
            Some(Step::AtOnce(file, left)) => {
                let size = (left.end - left.start).min(CACHED_PIECE);
                if let Ok(piece) = Access::AtOnce.read(&file, left.start, size) {
                    return Ok(Some((piece, Some(Step::AtOnce(file, left.start + size..left.end)))));
                }
                (ahead(file, left.clone()), left)
            }
            Some(Step::Ahead(piece, left)) => (piece, left),
        };
        let (file, piece) = piece.await.map_err(|error| Error::Internal(error.into()))??;
        let left = left.start + piece.len() as u64..left.end;
        let step = (!left.is_empty()).then(|| Step::Ahead(ahead(file, left.clone()), left));
        Ok(Some((piece, step)))
    }))
}

/// Begins to read the first piece of a range.
fn ahead(file: File, range: Range<u64>) -> JoinHandle<Result<(File, Bytes)>> {
    spawn_blocking(move || {
        let piece = Access::Waiting.read(&file, range.start, (range.end - range.start).min(PIECE))?;
        if piece.is_empty() {
            return Err(Error::internal("a stored file was cut while it was read"));
        }
        Ok((file, piece))
    })
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, SeekFrom};

    use futures_util::TryStreamExt;

    use super::*;

    fn file(size: usize) -> (File, Vec<u8>) {
        let content: Vec<u8> = (0..size).map(|at| (at / 251 + at % 251) as u8).collect();
        let mut file = tempfile::tempfile().expect("a file");
        std::io::Write::write_all(&mut file, &content).expect("written");
        (file, content)
    }

    #[tokio::test]
    async fn a_range_is_read_whole_whichever_way_it_is_read() {
        let (file, content) = file(3 * PIECE as usize + 17);
        for range in [0..content.len(), 0..0, 5..6, 1000..2 * PIECE as usize, 7..content.len()] {
            let wide = range.start as u64..range.end as u64;
            let again = file.try_clone().expect("a handle");
            let read: Vec<Bytes> = from_disk(again, wide.clone()).try_collect().await.expect("read");
            assert!(read.concat() == content[range.clone()], "{range:?}");
            // As if nothing lay in memory.
            let (mut read, mut left) = (Vec::new(), wide);
            while !left.is_empty() {
                let again = file.try_clone().expect("a handle");
                let (_, piece) = ahead(again, left.clone()).await.expect("ended").expect("read");
                left.start += piece.len() as u64;
                read.extend_from_slice(&piece);
            }
            assert!(read == content[range.clone()], "{range:?}");
        }
    }

    #[tokio::test]
    async fn a_file_that_was_cut_ends_in_an_error() {
        let (mut file, content) = file(1000);
        file.seek(SeekFrom::Start(0)).expect("a place");
        let read: Result<Vec<Bytes>> = from_disk(file, 0..content.len() as u64 + 1).try_collect().await;
        assert!(read.is_err());
    }
}
