//! Thumbs of images (contract: files, section 6): made when they are first asked for, and stored beside the image,
//! with which they go.
//!
//! `size.rs` says what is asked for, `picture/` computes it, `joint.rs` sees to it that it is computed once, and
//! `capacity.rs` bounds what is done at a time.

mod capacity;
mod joint;
mod picture;
mod size;

use std::time::Duration;

use bytes::Bytes;
use quick_cache::sync::Cache;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::removals::Removal;
use super::{Files, Key, NewFile, StoredFile};
use crate::error::Result;
use capacity::Capacity;
use joint::{Joint, Waiting};
use picture::{Picture, Thumb, Unmade};
use size::Size;

/// The stored types of images that have thumbs.
const TYPES: [&str; 5] = ["image/png", "image/jpg", "image/jpeg", "image/gif", "image/webp"];
/// The largest file that a thumb is made of: it is held in memory meanwhile.
const LARGEST_FILE: u64 = 64 << 20;
/// How long a request waits for a thumb whose turn has come.
const LONGEST: Duration = Duration::from_secs(60);
/// How many thumbs that cannot be made are remembered.
const HOPELESS: usize = 10_000;

/// What making thumbs needs and remembers.
pub(super) struct Thumbs {
    capacity: Capacity,
    joint: Joint<Key>,
    /// Thumbs that cannot be made. What lies under a name never changes, so that it need not be tried again.
    hopeless: Cache<Key, ()>,
}

impl Thumbs {
    /// With the capacity that the environment says.
    pub(super) fn new() -> Self {
        Self::with(Capacity::from_environment())
    }

    fn with(capacity: Capacity) -> Self {
        Self { capacity, joint: Joint::new(), hopeless: Cache::new(HOPELESS) }
    }

    fn can_be_made_of(&self, image: &StoredFile, thumb: &Key) -> bool {
        TYPES.contains(&image.content_type.as_str()) && image.size <= LARGEST_FILE && self.hopeless.get(thumb).is_none()
    }
}

impl Files {
    /// Opens a thumb of an image, which is made where it is not there yet; the image itself where it has no thumbs, the
    /// size is none, or no thumb can be made (in time); `None` where there is no image.
    ///
    /// `is_held` says whether a record still has the image. It is asked after the thumb is stored: of an image that goes
    /// at the same time, either it or the removal of the image finds the thumb.
    ///
    /// # Errors
    /// The storage cannot be read.
    pub async fn open_thumb<H, F>(&self, image: &Key, size: &str, is_held: H) -> Result<Option<StoredFile>>
    where
        H: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<bool>> + Send,
    {
        let Some((thumb, size)) = image.derived(size).zip(Size::parse(size)) else {
            return self.open(image).await;
        };
        if let Some(stored) = self.open(&thumb).await? {
            return Ok(Some(stored));
        }
        let Some(original) = self.open(image).await? else { return Ok(None) };
        let thumbs = &self.parts.thumbs;
        if !thumbs.can_be_made_of(&original, &thumb) {
            return Ok(Some(original));
        }
        let making = thumbs.joint.run(&thumb, |waiting| {
            let (files, image, thumb) = (self.clone(), image.clone(), thumb.clone());
            async move {
                let Some(_turn) = files.parts.thumbs.capacity.turn().await else {
                    return tracing::warn!("no turn to make a thumb became free in time; the image is served instead");
                };
                if let Err(error) = files.make_thumb(&image, &thumb, size, &waiting, is_held).await {
                    tracing::warn!(%error, thumb = thumb.path(), "a thumb could not be stored");
                }
            }
        });
        // Where it takes too long, the thumb will be there for somebody else.
        let _ = timeout(thumbs.capacity.wait + LONGEST, making).await;
        Ok(self.open(&thumb).await?.or(Some(original)))
    }

    /// Makes and stores a thumb. Whether there is one now is told by the storage.
    async fn make_thumb<H, F>(&self, image: &Key, thumb: &Key, size: Size, waiting: &Waiting, is_held: H) -> Result<()>
    where
        H: FnOnce() -> F,
        F: Future<Output = Result<bool>>,
    {
        // Somebody may have made it between the look at the storage and the turn.
        if waiting.are_gone() || self.open(thumb).await?.is_some() {
            return Ok(());
        }
        let Some(original) = self.open(image).await? else { return Ok(()) };
        let made = match self.compute(original.bytes().await?, size).await {
            Ok(made) => made,
            Err(reason) => {
                tracing::debug!(%reason, thumb = thumb.path(), "there can be no thumb");
                self.parts.thumbs.hopeless.insert(thumb.clone(), ());
                return Ok(());
            }
        };
        let file = NewFile {
            name: thumb.name().to_owned(),
            original_name: String::new(),
            content_type: made.content_type,
            content: Bytes::from(made.bytes).into(),
        };
        self.parts.storages.current()?.write_unlisted(thumb.clone(), file).await?;
        if !is_held().await? {
            self.parts.removals.add(Removal::Files(vec![image.clone()]));
        }
        Ok(())
    }

    async fn compute(&self, file: Vec<u8>, size: Size) -> std::result::Result<Thumb, Unmade> {
        let memory = self.parts.thumbs.capacity.memory();
        let work = spawn_blocking(move || {
            let picture = Picture::open(&file, size)?;
            memory.with(picture.memory(), || picture.thumb())
        });
        // A decoder that panics has met a file that it cannot read, whatever it thought of it.
        work.await.unwrap_or_else(|_| Err(Unmade::Panicked))
    }
}
