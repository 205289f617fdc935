//! A file that came with a request, before and after it has its stored name.

use super::content::Content;
use super::{name, sniff};

/// How much of a client's name is kept.
const LONGEST_KEPT: usize = 255;

/// A file that came with a request.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The part's name: a field, with or without a modifier (`docs`, `docs+`, `+docs`).
    pub key: String,
    /// The client's name of the file.
    pub file_name: String,
    /// The content.
    pub content: Content,
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
    pub content: Content,
}

impl NewFile {
    /// Gives an upload its name and type.
    pub fn from_upload(upload: &Upload) -> Self {
        let kind = sniff::sniff(upload.content.head());
        Self {
            name: name::stored_name(&upload.file_name, kind.extension),
            original_name: upload.file_name.clone(),
            content_type: kind.content_type,
            content: upload.content.clone(),
        }
    }
}

/// The client's name as it is kept beside the content: at most 255 bytes.
pub(super) fn cut(original_name: &str) -> &str {
    &original_name[..original_name.floor_char_boundary(LONGEST_KEPT)]
}
