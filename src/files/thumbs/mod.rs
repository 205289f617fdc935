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

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;
    use image::{ImageFormat, RgbImage};
    use tokio::sync::watch;

    use super::*;

    /// The room over a directory, with one turn that nobody waits for, and an image in it.
    async fn house(dir: &Path, content: Vec<u8>) -> (Files, Key) {
        let mut files = Files::new(dir, watch::channel(Arc::default()).1);
        let parts = Arc::get_mut(&mut files.parts).expect("the only handle");
        parts.thumbs = Thumbs::with(Capacity::new(1, Duration::ZERO));
        let key = Key::new("c", "r", "a.png").expect("a place");
        let file = NewFile {
            name: key.name().to_owned(),
            original_name: String::new(),
            content_type: "image/png",
            content: Bytes::from(content).into(),
        };
        files.parts.storages.current().expect("a disk").write(vec![(key.clone(), file)]).await.expect("written");
        (files, key)
    }

    fn png() -> Vec<u8> {
        let mut file = std::io::Cursor::new(Vec::new());
        RgbImage::new(50, 40).write_to(&mut file, ImageFormat::Png).expect("written");
        file.into_inner()
    }

    /// The name of what is answered where a thumb is asked for, of an image that is held.
    async fn answered(files: &Files, key: &Key, asked: &Arc<AtomicUsize>) -> String {
        let asked = Arc::clone(asked);
        let is_held = move || async move {
            asked.fetch_add(1, Ordering::SeqCst);
            Ok(true)
        };
        let file = files.open_thumb(key, "5x5", is_held).await.expect("no failure").expect("a file");
        file.key.name().to_owned()
    }

    #[tokio::test]
    async fn who_gets_no_turn_in_time_gets_the_image() {
        let dir = tempfile::tempdir().expect("dir");
        let ((files, key), asked) = (house(dir.path(), png()).await, Arc::default());
        let turn = files.parts.thumbs.capacity.turn().await;
        assert_eq!(answered(&files, &key, &asked).await, "a.png");
        drop(turn);
        assert_eq!(answered(&files, &key, &asked).await, "5x5_a.png");
    }

    #[tokio::test]
    async fn a_thumb_is_made_once_for_all_who_ask() {
        let dir = tempfile::tempdir().expect("dir");
        let ((files, key), asked) = (house(dir.path(), png()).await, Arc::default());
        let answers = join_all((0..20).map(|_| answered(&files, &key, &asked))).await;
        assert!(answers.iter().all(|name| name == "5x5_a.png"), "{answers:?}");
        assert_eq!(answered(&files, &key, &asked).await, "5x5_a.png");
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn what_cannot_be_made_is_not_tried_again() {
        let dir = tempfile::tempdir().expect("dir");
        let ((files, key), asked) =
            (house(dir.path(), b"\x89PNG\r\n\x1a\n and no more".to_vec()).await, Arc::default());
        assert_eq!(answered(&files, &key, &asked).await, "a.png");
        // Another try would take the turn, and find an image now.
        std::fs::write(dir.path().join("storage/c/r/a.png"), png()).expect("written");
        assert_eq!(answered(&files, &key, &asked).await, "a.png");
        assert_eq!(asked.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn of_an_image_that_no_record_holds_any_more_nothing_stays() {
        let dir = tempfile::tempdir().expect("dir");
        let (files, key) = house(dir.path(), png()).await;
        files.open_thumb(&key, "5x5", || async { Ok(false) }).await.expect("no failure");
        let folder = dir.path().join("storage/c/r");
        for _ in 0..4000 {
            if !folder.exists() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("still there");
    }
}
