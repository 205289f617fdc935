//! What a take-over did, with counts of both sides.

/// What came.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// The collections that have records.
    pub collections: Vec<Copied>,
    /// The files.
    pub files: FilesReport,
    /// What does not work as before, or did not come, in sentences.
    pub notes: Vec<String>,
}

/// Records of a collection.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Copied {
    /// The collection.
    pub name: String,
    /// How many there are in the source.
    pub there: u64,
    /// How many there are here.
    pub here: u64,
    /// How many of them had values that were put right.
    pub put_right: u64,
}

/// Files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FilesReport {
    /// How many the source has.
    pub there: u64,
    /// Their bytes.
    pub there_bytes: u64,
    /// How many there are here.
    pub here: u64,
    /// Their bytes.
    pub here_bytes: u64,
}

impl Report {
    /// Whether everything came.
    pub fn is_whole(&self) -> bool {
        let FilesReport { there, there_bytes, here, here_bytes } = self.files;
        self.collections.iter().all(|one| one.there == one.here) && (there, there_bytes) == (here, here_bytes)
    }
}
