//! The standard output of commands that answer data. Whoever reads it may stop reading: that is no failure.

use std::io::{self, ErrorKind, Write};

/// Writes bytes.
///
/// # Errors
/// The output cannot be written.
pub(super) fn bytes(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Writes bytes and ends the line.
///
/// # Errors
/// As [`bytes`].
pub(super) fn line(text: &[u8]) -> io::Result<()> {
    bytes(&[text, b"\n"].concat())
}
