//! A service that fails in the middle.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};

use async_trait::async_trait;
use futures_util::future::join_all;
use futures_util::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::{
    CopyOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, PutPayload, PutResult, UploadPart,
};

use super::*;
use crate::files::Intake;
use crate::files::spool::Spools;

type Told<T> = std::result::Result<T, Fault>;

/// Takes in so many bytes and fails from then on.
#[derive(Debug, Clone)]
struct Failing {
    inner: Arc<InMemory>,
    left: Arc<AtomicI64>,
    aborted: Arc<AtomicBool>,
    /// How many contents it takes in now, and how many it took in at once.
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct FailingUpload {
    inner: Box<dyn MultipartUpload>,
    service: Failing,
}

impl Failing {
    fn after(bytes: u64) -> Self {
        let left = Arc::new(AtomicI64::new(i64::try_from(bytes).expect("a number")));
        let (now, most) = (Arc::default(), Arc::default());
        Self { inner: Arc::default(), left, aborted: Arc::default(), now, most }
    }

    fn take(&self, payload: &PutPayload) -> Told<()> {
        let bytes = i64::try_from(payload.content_length()).expect("a number");
        match self.left.fetch_sub(bytes, Ordering::Relaxed) >= bytes {
            true => Ok(()),
            false => Err(Fault::Generic { store: "test", source: "no room".into() }),
        }
    }
}

impl std::fmt::Display for Failing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a failing service")
    }
}

#[async_trait]
impl ObjectStore for Failing {
    async fn put_opts(&self, path: &Path, payload: PutPayload, options: PutOptions) -> Told<PutResult> {
        self.take(&payload)?;
        self.most.fetch_max(self.now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        self.now.fetch_sub(1, Ordering::Relaxed);
        self.inner.put_opts(path, payload, options).await
    }

    async fn put_multipart_opts(&self, path: &Path, options: PutMultipartOptions) -> Told<Box<dyn MultipartUpload>> {
        let inner = self.inner.put_multipart_opts(path, options).await?;
        Ok(Box::new(FailingUpload { inner, service: self.clone() }))
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Told<GetResult> {
        self.inner.get_opts(path, options).await
    }

    fn delete_stream(&self, paths: BoxStream<'static, Told<Path>>) -> BoxStream<'static, Told<Path>> {
        self.inner.delete_stream(paths)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Told<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Told<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Told<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

#[async_trait]
impl MultipartUpload for FailingUpload {
    fn put_part(&mut self, payload: PutPayload) -> UploadPart {
        match self.service.take(&payload) {
            Ok(()) => self.inner.put_part(payload),
            Err(error) => Box::pin(async { Err(error) }),
        }
    }

    async fn complete(&mut self) -> Told<PutResult> {
        self.inner.complete().await
    }

    async fn abort(&mut self) -> Told<()> {
        self.service.aborted.store(true, Ordering::Relaxed);
        self.inner.abort().await
    }
}

async fn content(dir: &tempfile::TempDir, size: usize) -> Content {
    let mut intake = Intake::new(Arc::new(Spools::new(dir.path().to_owned())));
    let mut incoming = intake.begin();
    for piece in vec![7; size].chunks(100_000) {
        incoming.push(piece).await.expect("taken");
    }
    incoming.finish().await.expect("finished")
}

async fn write(service: &Failing, size: usize) -> Result<Vec<u8>> {
    let dir = tempfile::tempdir().expect("dir");
    let bucket = Bucket::over(Arc::new(service.clone()));
    let key = Key::new("c", "r", "a.bin").expect("a place");
    let file = NewFile {
        name: "a.bin".into(),
        original_name: "Mine.bin".into(),
        content_type: "application/octet-stream",
        content: content(&dir, size).await,
    };
    let written = bucket.write(&key, &file).await;
    let found = bucket.open(&key, Expected::Whole).await.expect("asked");
    match written {
        Ok(()) => found.expect("it is there").bytes().await,
        Err(error) => {
            assert!(found.is_none(), "nothing is there");
            Err(error)
        }
    }
}

#[tokio::test]
async fn what_is_written_is_read_in_one_part_or_many() {
    let part = usize::try_from(PART).expect("a number");
    for size in [0, 10, 100_000, part, part + 1, 3 * part + 17] {
        let service = Failing::after(u64::MAX >> 1);
        assert!(write(&service, size).await.expect("written") == vec![7; size], "{size}");
        assert!(!service.aborted.load(Ordering::Relaxed));
    }
}

#[tokio::test]
async fn a_service_that_fails_after_some_bytes_keeps_nothing() {
    for (room, size) in [(5, 10), (99_999, 100_000), (0, 20 << 20), (PART, 20 << 20), (3 * PART, 20 << 20)] {
        let service = Failing::after(room);
        let failed = write(&service, size).await;
        assert!(matches!(failed, Err(Error::Unavailable(_))), "after {room} of {size}: {failed:?}");
        assert_eq!(service.aborted.load(Ordering::Relaxed), size as u64 > PART, "after {room} of {size}");
    }
}

#[tokio::test]
async fn only_some_contents_are_read_into_the_memory_at_once() {
    let dir = tempfile::tempdir().expect("dir");
    let service = Failing::after(u64::MAX >> 1);
    let bucket = Bucket::over(Arc::new(service.clone()));
    let content = content(&dir, 100_000).await;
    let written = join_all((0..3 * WHOLE_AT_ONCE).map(|number| {
        let (name, content) = (format!("{number}.bin"), content.clone());
        let file = NewFile { name, original_name: String::new(), content_type: "image/png", content };
        let (bucket, key) = (&bucket, Key::new("c", "r", &file.name).expect("a place"));
        async move { bucket.write(&key, &file).await }
    }));
    assert!(written.await.iter().all(Result::is_ok));
    let most = service.most.load(Ordering::Relaxed);
    assert!((2..=WHOLE_AT_ONCE).contains(&most), "{most} at once");
}

#[tokio::test]
async fn removing_takes_what_is_derived_along_and_nothing_else() {
    let bucket = Bucket::over(Arc::new(InMemory::new()));
    let key = |name| Key::new("c", "r", name).expect("a place");
    let thumb = key("a.png").derived("100x100").expect("a place");
    for key in [key("a.png"), thumb.clone(), key("a.png2"), Key::new("c", "r2", "a.png").expect("a place")] {
        let file = NewFile {
            name: key.name().to_owned(),
            original_name: String::new(),
            content_type: "image/png",
            content: "x".into(),
        };
        bucket.write(&key, &file).await.expect("written");
    }
    bucket.remove(&key("a.png")).await.expect("removed");
    bucket.remove(&key("a.png")).await.expect("what is gone is gone");
    let is_there = async |key: &Key| bucket.open(key, Expected::Unknown).await.expect("asked").is_some();
    assert!(!is_there(&key("a.png")).await && !is_there(&thumb).await);
    bucket.remove_all(key("a.png").folder()).await.expect("removed");
    assert!(!is_there(&key("a.png2")).await && is_there(&Key::new("c", "r2", "a.png").expect("a place")).await);
}
