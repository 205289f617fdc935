//! Where the data of an import is, and how often it can be read: a file any number of times, what comes once only
//! after it was taken in.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::spool::{Spool, Spools};
use crate::error::{Error, Result};

/// Where the data is.
pub enum Source {
    /// A file, which is read twice where the collection must be inferred.
    File(PathBuf),
    /// What comes once: a pipe, the body of a request.
    Stream(Box<dyn Read + Send>),
}

/// Data on its way to be read.
pub(super) enum Data {
    /// A file.
    File(PathBuf),
    /// What came once and was taken in.
    Spooled(Spool),
    /// What comes once, until it is read.
    Once(Option<Box<dyn Read + Send>>),
}

impl Data {
    /// What comes once, where it must be taken in before it can be read twice. A pipe has a name too.
    ///
    /// # Errors
    /// One sentence where it cannot be opened.
    pub(super) fn coming_once(&mut self) -> Result<Option<Box<dyn Read + Send>>> {
        match self {
            Self::File(path) if !path.is_file() => Ok(Some(Box::new(open(path)?))),
            Self::Once(stream) => Ok(stream.take()),
            Self::File(_) | Self::Spooled(_) => Ok(None),
        }
    }

    /// Takes in what comes once.
    ///
    /// # Errors
    /// One sentence where the stream fails, or there is no room.
    pub(super) fn take_in(spools: &Spools, source: impl Read) -> Result<Self> {
        let taken = spools.take_in(source);
        taken
            .map(Self::Spooled)
            .map_err(|error| Error::bad_request(format!("The data could not be taken in: {error}.")))
    }

    /// The data from its beginning. What comes once is read for the first and last time.
    ///
    /// # Errors
    /// One sentence where it cannot be opened.
    pub(super) fn read(&mut self) -> Result<Box<dyn Read + Send>> {
        match self {
            Self::File(path) => Ok(Box::new(open(path)?)),
            Self::Spooled(spool) => Ok(Box::new(spool.read()?)),
            Self::Once(stream) => stream.take().ok_or_else(|| Error::internal("what comes once was read already")),
        }
    }
}

impl From<Source> for Data {
    fn from(source: Source) -> Self {
        match source {
            Source::File(path) => Self::File(path),
            Source::Stream(stream) => Self::Once(Some(stream)),
        }
    }
}

fn open(path: &Path) -> Result<File> {
    if path.is_dir() {
        return Err(Error::bad_request(format!("{} is a folder; name a file.", path.display())));
    }
    File::open(path).map_err(|error| Error::bad_request(format!("{} cannot be read: {error}.", path.display())))
}

/// A stream that ends with an error once nobody wants it any more.
pub(super) struct Cancellable<R> {
    inner: R,
    cancelled: Arc<AtomicBool>,
}

impl<R> Cancellable<R> {
    /// The stream, until `cancelled` is true.
    pub(super) fn new(inner: R, cancelled: &Arc<AtomicBool>) -> Self {
        Self { inner, cancelled: Arc::clone(cancelled) }
    }
}

impl<R: Read> Read for Cancellable<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(io::Error::other("the import was given up"));
        }
        self.inner.read(into)
    }
}
