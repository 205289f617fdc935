//! What commands print. Whoever reads it may stop reading: that is no failure.

use std::io::{self, ErrorKind, Write};

/// Writes bytes to the standard output.
///
/// # Errors
/// The output cannot be written.
pub(super) fn bytes(bytes: &[u8]) -> io::Result<()> {
    taken(io::stdout().lock(), bytes)
}

/// Writes bytes to the standard output and ends the line.
///
/// # Errors
/// As [`bytes`].
pub(super) fn line(text: &[u8]) -> io::Result<()> {
    bytes(&[text, b"\n"].concat())
}

/// Writes a line to the standard error. Where that fails there is nobody left to tell.
pub(super) fn remark(text: &str) {
    let _ = taken(io::stderr().lock(), format!("{text}\n").as_bytes());
}

fn taken(mut out: impl Write, bytes: &[u8]) -> io::Result<()> {
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
