//! Files that come with a request, taken in piece by piece: a small one stays in memory, a larger one goes to a file
//! in the data directory while it comes. Such a file is removed with the last handle to its content, and what a
//! crash leaves is swept at the next start.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use md5::{Digest, Md5};
use tokio::task::JoinHandle;

use super::content::{Content, HEAD};
use super::{blocking, fault};
use crate::error::{Error, Result};
use crate::ids;

/// How large a file may be that stays in memory.
const SMALL: usize = 64 * 1024;
/// How much of all files of one request stays in memory.
const ROOM: usize = 1024 * 1024;
/// How much goes to the disk at once.
const PIECE: usize = 256 * 1024;

/// The folder of spooled files.
#[derive(Debug)]
pub(super) struct Spools {
    folder: PathBuf,
}

/// A spooled file, which is removed when this goes.
#[derive(Debug)]
pub(super) struct Spooled(PathBuf);

impl Spooled {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        // What cannot be removed now is swept at the next start.
        let _ = fs::remove_file(&self.0);
    }
}

impl Spools {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Removes what an earlier run has left.
    pub(super) fn sweep(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten() {
            if let Err(error) = fs::remove_file(entry.path()) {
                tracing::warn!(%error, path = %entry.path().display(), "a file of an upload could not be removed");
            }
        }
    }

    fn make(&self) -> std::io::Result<Spooling> {
        fs::create_dir_all(&self.folder)?;
        let path = self.folder.join(ids::random_lower(20));
        let file = File::create_new(&path)?;
        Ok(Spooling { spooled: Spooled(path), file, md5: Md5::new(), size: 0 })
    }
}

/// The files of one request, which share its part of the memory.
#[derive(Debug)]
pub struct Intake {
    spools: Arc<Spools>,
    room: usize,
}

impl Intake {
    pub(super) fn new(spools: Arc<Spools>) -> Self {
        Self { spools, room: ROOM }
    }

    /// For files that all go to the disk.
    pub(super) fn to_disk(spools: Arc<Spools>) -> Self {
        Self { spools, room: 0 }
    }

    /// Takes in another file.
    pub fn begin(&mut self) -> Incoming<'_> {
        let small = self.room.min(SMALL);
        Incoming { intake: self, small, waiting: BytesMut::new(), head: Bytes::new(), disk: None }
    }
}

/// A file that is coming.
pub struct Incoming<'i> {
    intake: &'i mut Intake,
    /// How large it may become in memory.
    small: usize,
    waiting: BytesMut,
    head: Bytes,
    /// What went to the disk: one piece is written while the next one comes.
    disk: Option<JoinHandle<Result<Spooling>>>,
}

/// A file that is being spooled.
struct Spooling {
    spooled: Spooled,
    file: File,
    md5: Md5,
    size: u64,
}

impl Spooling {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<()> {
        self.file.write_all(piece)?;
        self.md5.update(piece);
        self.size += piece.len() as u64;
        Ok(())
    }
}

impl Incoming<'_> {
    /// Takes in the next piece; how many bytes went from memory to the disk for it.
    ///
    /// # Errors
    /// `Unavailable` where the disk has no room.
    pub async fn push(&mut self, piece: &[u8]) -> Result<usize> {
        self.waiting.extend_from_slice(piece);
        let most = if self.disk.is_none() { self.small } else { PIECE };
        if self.waiting.len() <= most { Ok(0) } else { self.write().await }
    }

    /// The whole content.
    ///
    /// # Errors
    /// As [`Incoming::push`].
    pub async fn finish(mut self) -> Result<Content> {
        if self.disk.is_none() {
            self.intake.room -= self.waiting.len();
            return Ok(self.waiting.freeze().into());
        }
        self.write().await?;
        let Some(Spooling { spooled, md5, size, .. }) = self.written().await? else {
            return Err(Error::internal("a spooled file has no content"));
        };
        Ok(Content::spooled(spooled, size, md5.finalize().into(), self.head))
    }

    /// Sends what waits to the disk, once the piece before it is there.
    async fn write(&mut self) -> Result<usize> {
        let piece = self.waiting.split().freeze();
        let mut spooling = match self.written().await? {
            Some(spooling) => spooling,
            None => {
                self.head = Bytes::copy_from_slice(&piece[..piece.len().min(HEAD)]);
                let spools = Arc::clone(&self.intake.spools);
                blocking(move || spools.make().map_err(fault)).await?
            }
        };
        let size = piece.len();
        self.disk = Some(tokio::task::spawn_blocking(move || {
            spooling.write(&piece).map_err(fault)?;
            Ok(spooling)
        }));
        Ok(size)
    }

    /// Waits for the piece that is being written.
    async fn written(&mut self) -> Result<Option<Spooling>> {
        match self.disk.take() {
            None => Ok(None),
            Some(task) => task.await.map_err(|error| Error::Internal(error.into()))?.map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::content::Bearer;

    fn intake() -> (tempfile::TempDir, Intake) {
        let dir = tempfile::tempdir().expect("dir");
        let intake = Intake::new(Arc::new(Spools::new(dir.path().join("uploads"))));
        (dir, intake)
    }

    fn spooled_in(dir: &tempfile::TempDir) -> usize {
        fs::read_dir(dir.path().join("uploads")).map_or(0, Iterator::count)
    }

    async fn take(intake: &mut Intake, content: &[u8]) -> Content {
        let mut incoming = intake.begin();
        for piece in content.chunks(1000) {
            incoming.push(piece).await.expect("taken");
        }
        incoming.finish().await.expect("finished")
    }

    #[tokio::test]
    async fn large_contents_lie_on_the_disk_until_the_last_handle_goes() {
        let (dir, mut intake) = intake();
        for size in [0, 1, SMALL, SMALL + 1, PIECE + SMALL, 3 * PIECE + 17] {
            let whole: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
            let content = take(&mut intake, &whole).await;
            assert_eq!((content.size(), content.md5()), (size as u64, Md5::digest(&whole).into()), "{size}");
            assert!(whole.starts_with(content.head()), "{size}");
            match content.bearer() {
                Bearer::Memory(bytes) => assert!(size <= SMALL && bytes[..] == whole, "{size}"),
                Bearer::Disk(path) => assert!(size > SMALL && fs::read(path).expect("read") == whole, "{size}"),
            }
            let other = content.clone();
            drop(content);
            assert_eq!(spooled_in(&dir), usize::from(size > SMALL));
            drop(other);
            assert_eq!(spooled_in(&dir), 0);
        }
    }

    #[tokio::test]
    async fn many_small_files_do_not_fill_the_memory() {
        let (dir, mut intake) = intake();
        let small = vec![1; SMALL];
        let mut contents = Vec::new();
        for _ in 0..ROOM / SMALL + 3 {
            contents.push(take(&mut intake, &small).await);
        }
        assert_eq!(spooled_in(&dir), 3);
    }

    #[tokio::test]
    async fn a_file_that_stops_coming_leaves_nothing() {
        let (dir, mut intake) = intake();
        let mut incoming = intake.begin();
        incoming.push(&vec![1; 2 * SMALL]).await.expect("taken");
        incoming.push(&vec![1; 2 * PIECE]).await.expect("taken");
        drop(incoming.written().await);
        drop(incoming);
        assert_eq!(spooled_in(&dir), 0);
    }

    #[tokio::test]
    async fn what_a_crash_left_is_swept() {
        let (dir, intake) = intake();
        fs::create_dir(dir.path().join("uploads")).expect("folder");
        fs::write(dir.path().join("uploads/left"), "x").expect("file");
        intake.spools.sweep();
        assert_eq!(spooled_in(&dir), 0);
    }
}
