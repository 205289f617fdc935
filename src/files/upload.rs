//! A file that came with a request and has no stored name yet.

use bytes::Bytes;

/// A file that came with a request.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The part's name: a field, with or without a modifier (`docs`, `docs+`, `+docs`).
    pub key: String,
    /// The client's name of the file.
    pub file_name: String,
    /// The content.
    pub bytes: Bytes,
}
