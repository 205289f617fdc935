//! File fields.

/// Options of a file field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FileOptions {
    /// The greatest size of one file in bytes; 0 stands for 5 MiB.
    pub max_size: i64,
    /// How many files; over 1 makes the field multiple.
    pub max_select: i64,
    /// The types that are accepted, empty for all; `None` where never set.
    pub mime_types: Option<Vec<String>>,
    /// The sizes of thumbnails to offer; `None` where never set.
    pub thumbs: Option<Vec<String>>,
    /// Whether the view rule guards downloads.
    pub protected: bool,
}
