//! Bytes of a file: buffered, with a look ahead and something put back; and counted, for those who watch.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many bytes are read at once.
const BUFFER: usize = 256 << 10;

/// A buffered stream of bytes.
pub struct Reading {
    inner: BufReader<Box<dyn Read + Send>>,
}

impl Reading {
    pub(super) fn new(source: Box<dyn Read + Send>) -> Self {
        Self { inner: BufReader::with_capacity(BUFFER, source) }
    }

    /// The first bytes, up to `most` of them however small the pieces are that they come in; and the stream with them
    /// still in it.
    pub(super) fn look(mut self, most: u64) -> (Vec<u8>, Self) {
        let mut start = Vec::new();
        let rest: Box<dyn Read + Send> = match (&mut self).take(most).read_to_end(&mut start) {
            Ok(_) => Box::new(self),
            Err(error) => Box::new(Failed(Some(error))),
        };
        (start.clone(), Self::new(Box::new(Cursor::new(start).chain(rest))))
    }

    /// The stream with bytes before it that were read already.
    pub(super) fn behind(self, bytes: Vec<u8>) -> Self {
        Self::new(Box::new(Cursor::new(bytes).chain(self)))
    }
}

/// What is left of a stream that failed.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

impl Read for Reading {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.inner.read(into)
    }
}

impl BufRead for Reading {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        loop {
            match self.inner.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(_) => break,
            }
        }
        // What is there already is not read again.
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
    }
}

/// A stream whose bytes are counted.
pub struct Counted<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R> Counted<R> {
    /// Counts into `bytes`.
    pub fn new(inner: R, bytes: Arc<AtomicU64>) -> Self {
        Self { inner, bytes }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
