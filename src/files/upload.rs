//! A file that came with a request, before and after it has its stored name.

use bytes::Bytes;

use super::{name, sniff};

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

/// An uploaded file with the name that it is stored under.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// The stored name: fresh for each upload.
    pub name: String,
    /// The client's name.
    pub original_name: String,
    /// The type found in the content.
    pub content_type: &'static str,
    /// The content.
    pub bytes: Bytes,
}

impl NewFile {
    /// Gives an upload its name and type.
    pub fn from_upload(upload: &Upload) -> Self {
        let kind = sniff::sniff(&upload.bytes);
        Self {
            name: name::stored_name(&upload.file_name, kind.extension),
            original_name: upload.file_name.clone(),
            content_type: kind.content_type,
            bytes: upload.bytes.clone(),
        }
    }
}
