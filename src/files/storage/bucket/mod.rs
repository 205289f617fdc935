//! A bucket of an S3-compatible service: `<collection id>/<record id>/<name>`, the type as the object's, the client's
//! name as metadata (contract: files, section 9).

mod archives;

use std::fmt::{self, Display};
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, BackoffConfig, ClientOptions, Error as Fault, GetOptions, GetRange, ObjectStore,
    ObjectStoreExt, PutMultipartOptions, PutOptions, RetryConfig, WriteMultipart,
};
use tokio::sync::Semaphore;
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::error::{Error, Result};
use crate::files::content::{Bearer, Content};
use crate::files::key::{Folder, Key};
use crate::files::stored::{Chunks, Expected, Source};
use crate::files::{NewFile, StoredFile, blocking, upload};
use crate::ids;
use crate::settings::S3;

/// What goes in one request; larger contents go in parts of this size.
const PART: u64 = 6 * 1024 * 1024;
/// How many parts of one content are on their way at once.
const PARTS_AT_ONCE: usize = 5;
/// How many contents go in parts at once: each holds [`PARTS_AT_ONCE`] of them in memory.
const LARGE_AT_ONCE: usize = 2;
/// How many contents are read from the disk at once to go in one request: each is held as a whole.
const WHOLE_AT_ONCE: usize = 16;
/// How long a connection may take to be made, and how long one may bring nothing.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(30));
/// How often a request is tried again, and until when.
const RETRIES: (usize, Duration) = (2, Duration::from_secs(10));

/// A bucket.
#[derive(Debug)]
pub(in crate::files) struct Bucket {
    store: Arc<dyn ObjectStore>,
    large: Semaphore,
    whole: Semaphore,
}

/// An object to read.
pub(in crate::files) struct Object {
    store: Arc<dyn ObjectStore>,
    path: Path,
    size: u64,
    /// What it must still be when it is read.
    tag: Option<String>,
    /// Its bytes, where they come already.
    coming: Option<Chunks>,
}

/// A file that is being fetched.
pub(in crate::files) struct Fetched {
    pub(in crate::files) content_type: String,
    pub(in crate::files) original_name: String,
    pub(in crate::files) chunks: Chunks,
}

impl Bucket {
    /// The bucket that settings name; nobody is asked yet.
    ///
    /// # Errors
    /// They name none.
    pub(in crate::files) fn new(s3: &S3) -> std::result::Result<Self, Fault> {
        Ok(Self::over(Arc::new(client(s3)?)))
    }

    fn over(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, large: Semaphore::new(LARGE_AT_ONCE), whole: Semaphore::new(WHOLE_AT_ONCE) }
    }

    /// Writes a file; nothing of it is there where that fails.
    pub(in crate::files) async fn write(&self, key: &Key, file: &NewFile) -> Result<()> {
        let path = path(&key.path())?;
        let mut attributes = Attributes::new();
        attributes.insert(Attribute::ContentType, file.content_type.into());
        if !file.original_name.is_empty() {
            let name = Attribute::Metadata("original-filename".into());
            attributes.insert(name, encoded(upload::cut(&file.original_name)).into());
        }
        if file.content.size() > PART {
            return self.write_parts(&path, attributes, &file.content).await;
        }
        let (_turn, bytes) = match file.content.bearer() {
            Bearer::Memory(bytes) => (None, bytes.clone()),
            Bearer::Disk(spooled) => {
                let (turn, spooled) = (self.whole.acquire().await.ok(), spooled.to_owned());
                (turn, blocking(move || Ok(std::fs::read(spooled)?.into())).await?)
            }
        };
        let written = self.store.put_opts(&path, bytes.into(), PutOptions::from(attributes)).await;
        written.map(|_| ()).map_err(unreachable)
    }

    async fn write_parts(&self, path: &Path, attributes: Attributes, content: &Content) -> Result<()> {
        let _turn = self.large.acquire().await;
        let options = PutMultipartOptions::from(attributes);
        let upload = self.store.put_multipart_opts(path, options).await.map_err(unreachable)?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, usize::try_from(PART).unwrap_or(usize::MAX));
        match send_parts(&mut upload, content).await {
            // One that cannot be finished is aborted there.
            Ok(()) => upload.finish().await.map(|_| ()).map_err(unreachable),
            Err(error) => {
                if let Err(abort) = upload.abort().await {
                    tracing::warn!(error = %abort, %path, "parts of a failed upload stay in the bucket");
                }
                Err(error)
            }
        }
    }

    /// Asks for a file; `None` where it is not there. Where it is expected to be read as a whole, its bytes come with the
    /// answer; otherwise they are asked for when they are read.
    pub(in crate::files) async fn open(&self, key: &Key, expected: Expected) -> Result<Option<StoredFile>> {
        let path = path(&key.path())?;
        let is_whole = expected == Expected::Whole;
        let found = match self.store.get_opts(&path, GetOptions::new().with_head(!is_whole)).await {
            Ok(found) => found,
            Err(Fault::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(unreachable(error)),
        };
        let content_type = found.attributes.get(&Attribute::ContentType).map(|kind| kind.to_string());
        let (modified, size) = (found.meta.last_modified, found.meta.size);
        let e_tag = found.meta.e_tag.clone();
        let tag = match &e_tag {
            Some(tag) => tag.trim_start_matches("W/").trim_matches('"').to_owned(),
            None => format!("{size:x}-{:x}", modified.timestamp_millis()),
        };
        let coming: Option<Chunks> = is_whole.then(|| found.into_stream().map_err(unreachable).boxed());
        let object = Object { store: Arc::clone(&self.store), path, size, tag: e_tag, coming };
        Ok(Some(StoredFile {
            key: key.clone(),
            content_type: content_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
            modified: modified.into(),
            size,
            tag,
            source: Source::Bucket(object),
        }))
    }

    /// Removes one file with what is derived from it.
    pub(in crate::files) async fn remove(&self, key: &Key) -> Result<()> {
        let file = path(&key.path())?;
        self.delete(stream::once(async { Ok(file) }).boxed()).await?;
        match key.derivatives() {
            Some(derivatives) => self.remove_all(&derivatives).await,
            None => Ok(()),
        }
    }

    /// Removes everything below a folder.
    pub(in crate::files) async fn remove_all(&self, folder: &Folder) -> Result<()> {
        let found = self.store.list(Some(&path(folder.as_str())?));
        self.delete(found.map_ok(|object| object.location).boxed()).await
    }

    /// The paths of everything below a folder, each with when it was written.
    ///
    /// # Errors
    /// `Unavailable` with a sentence for who runs the server, here or in the stream.
    pub(in crate::files) fn list(&self, folder: &Folder) -> Result<BoxStream<'static, Result<(String, SystemTime)>>> {
        let found = self.store.list(Some(&path(folder.as_str())?));
        let found = found.map_ok(|object| (object.location.to_string(), object.last_modified.into()));
        Ok(found.map_err(unlistable).boxed())
    }

    /// The paths of everything below a folder, each with its size.
    ///
    /// # Errors
    /// As [`Bucket::list`].
    pub(in crate::files) fn list_sizes(&self, folder: &Folder) -> Result<BoxStream<'static, Result<(String, u64)>>> {
        let found = self.store.list(Some(&path(folder.as_str())?));
        Ok(found.map_ok(|object| (object.location.to_string(), object.size)).map_err(unlistable).boxed())
    }

    /// A file with all that is told of it; `None` where it is not there.
    ///
    /// # Errors
    /// `Unavailable` where the service does not answer.
    pub(in crate::files) async fn fetch(&self, key: &Key) -> Result<Option<Fetched>> {
        let found = match self.store.get_opts(&path(&key.path())?, GetOptions::new()).await {
            Ok(found) => found,
            Err(Fault::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(unreachable(error)),
        };
        let told = |attribute: Attribute| found.attributes.get(&attribute).map(|value| value.to_string());
        let content_type = told(Attribute::ContentType).unwrap_or_default();
        let original_name = told(Attribute::Metadata("original-filename".into())).unwrap_or_default();
        let original_name = decoded(&original_name);
        Ok(Some(Fetched { content_type, original_name, chunks: found.into_stream().map_err(unreachable).boxed() }))
    }

    /// Removes objects by their paths.
    pub(in crate::files) async fn remove_objects(&self, paths: Vec<String>) -> Result<()> {
        let paths = paths.into_iter().map(|path| Path::parse(path).map_err(Fault::from));
        self.delete(stream::iter(paths.collect::<Vec<_>>()).boxed()).await
    }

    async fn delete(&self, paths: BoxStream<'static, std::result::Result<Path, Fault>>) -> Result<()> {
        let mut deleted = self.store.delete_stream(paths);
        while let Some(one) = deleted.next().await {
            match one {
                Ok(_) | Err(Fault::NotFound { .. }) => {}
                Err(error) => return Err(unreachable(error)),
            }
        }
        Ok(())
    }

    /// Asks the service for an object that nobody has: nothing is written.
    ///
    /// # Errors
    /// What the service says.
    pub(in crate::files) async fn reach(&self) -> std::result::Result<(), Fault> {
        self.store.list(Some(&Path::from("tuckbox_test_"))).try_next().await.map(drop)
    }

    /// Whether objects can be written, listed and deleted: done with one of a name that nobody else has.
    ///
    /// # Errors
    /// What the service says.
    pub(in crate::files) async fn probe(&self) -> std::result::Result<(), Fault> {
        let folder = Path::from(format!("tuckbox_test_{}", ids::random_lower(10)));
        let object = folder.clone().join("test.txt");
        self.store.put(&object, Bytes::from_static(b"test").into()).await?;
        let found: Vec<Path> = self.store.list(Some(&folder)).map_ok(|found| found.location).try_collect().await?;
        for path in found {
            self.store.delete(&path).await?;
        }
        Ok(())
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Object {
    /// The bytes of a range.
    pub(in crate::files) fn read(self, range: Range<u64>) -> Chunks {
        if range.is_empty() {
            return Box::pin(stream::empty());
        }
        if let Some(coming) = self.coming.filter(|_| range == (0..self.size)) {
            return coming;
        }
        let asked = async move {
            let options = GetOptions::new().with_if_match(self.tag).with_range(Some(GetRange::Bounded(range)));
            let found = self.store.get_opts(&self.path, options).await.map_err(unreachable)?;
            Ok::<_, Error>(found.into_stream().map_err(unreachable))
        };
        Box::pin(stream::once(asked).try_flatten())
    }
}

fn client(s3: &S3) -> std::result::Result<AmazonS3, Fault> {
    let (scheme, host) = s3.endpoint.split_once("://").unwrap_or(("https", &s3.endpoint));
    let host = host.trim_end_matches('/');
    let endpoint = match s3.force_path_style {
        true => format!("{scheme}://{host}"),
        false => format!("{scheme}://{}.{host}", s3.bucket),
    };
    // Requests take for granted that it is an address.
    if let Err(error) = Url::parse(&endpoint) {
        let hint = "an endpoint that is an IP address needs forcePathStyle";
        return Err(Fault::Generic {
            store: "S3",
            source: format!("{endpoint} is no address ({error}); {hint}").into(),
        });
    }
    let options = ClientOptions::new()
        .with_allow_http(scheme == "http")
        .with_connect_timeout(PATIENCE.0)
        .with_read_timeout(PATIENCE.1)
        .with_timeout_disabled();
    let backoff = BackoffConfig { max_backoff: Duration::from_secs(1), ..BackoffConfig::default() };
    AmazonS3Builder::new()
        .with_bucket_name(&s3.bucket)
        .with_region(&s3.region)
        .with_endpoint(endpoint)
        .with_virtual_hosted_style_request(!s3.force_path_style)
        .with_access_key_id(&s3.access_key)
        .with_secret_access_key(&s3.secret)
        // Not every service knows how to delete many at once.
        .with_config(AmazonS3ConfigKey::DisableBulkDelete, "true")
        .with_client_options(options)
        .with_retry(RetryConfig { backoff, max_retries: RETRIES.0, retry_timeout: RETRIES.1 })
        .build()
}

/// Names stay as they are: they are checked, and requests encode what must be.
fn path(text: &str) -> Result<Path> {
    Path::parse(text).map_err(|error| Error::Internal(error.into()))
}

async fn send_parts(upload: &mut WriteMultipart, content: &Content) -> Result<()> {
    let mut source = match content.bearer() {
        Bearer::Memory(bytes) => {
            upload.put(bytes.clone());
            return Ok(());
        }
        Bearer::Disk(spooled) => {
            let spooled = spooled.to_owned();
            blocking(move || Ok(File::open(spooled)?)).await?
        }
    };
    loop {
        upload.wait_for_capacity(PARTS_AT_ONCE).await.map_err(unreachable)?;
        let read = move || {
            let mut part = Vec::new();
            (&source).take(PART).read_to_end(&mut part)?;
            Ok((source, part))
        };
        let (file, part) = blocking(read).await?;
        if part.is_empty() {
            return Ok(());
        }
        source = file;
        upload.put(part.into());
    }
}

/// A text as metadata may have it.
fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// A text of metadata as it was.
fn decoded(text: &str) -> String {
    // `+` stands for itself there.
    let pair = format!("={}", text.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, text)| text.into_owned()).unwrap_or_default()
}

/// A bucket cannot be listed, for who runs the server. Which of the reasons it is, object_store tells in words alone,
/// which are for the log.
fn unlistable(cause: impl Display) -> Error {
    tracing::warn!(%cause, "the bucket of files cannot be listed");
    let reasons = "it is away, does not exist, or refuses the key of the settings";
    Error::Unavailable(format!("The bucket of files cannot be listed: {reasons}.").into())
}

/// The storage does not do what it should; why is for the log.
fn unreachable(cause: impl Display) -> Error {
    tracing::warn!(%cause, "the bucket of files failed");
    Error::Unavailable("The storage of files cannot be reached.".into())
}

#[cfg(test)]
mod tests;
