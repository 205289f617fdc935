//! Files of records: names, types by content, and where the bytes lie (`storage/<collectionId>/<recordId>/<name>`,
//! with `<name>.attrs` beside it).

mod upload;

use std::path::PathBuf;

pub use upload::Upload;

use crate::error::Result;

/// The room of files: the local disk.
#[derive(Clone)]
pub struct Files {}

impl Files {
    /// The room, over a folder.
    pub fn new(_storage: PathBuf) -> Self {
        todo!()
    }

    /// Removes everything of a collection, in the background; failures are logged.
    pub fn remove_collection(&self, _collection_id: &str) {
        todo!()
    }

    /// Removes everything of a record, in the background; failures are logged.
    pub fn remove_record(&self, _collection_id: &str, _record_id: &str) {
        todo!()
    }
}

/// A stored file, ready to be sent.
#[derive(Debug)]
pub struct StoredFile {
    /// The name to give it.
    pub name: String,
    /// The type found in its content.
    pub content_type: String,
    /// The content.
    pub bytes: Vec<u8>,
}

impl Files {
    /// Reads a stored file; `None` where it is not there.
    pub async fn read(&self, _collection_id: &str, _record_id: &str, _name: &str) -> Result<Option<StoredFile>> {
        todo!()
    }
}
