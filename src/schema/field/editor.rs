//! Editor fields: HTML text.

/// Options of an editor field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EditorOptions {
    /// The greatest size in bytes; 0 stands for 5 MiB.
    pub max_size: i64,
    /// A hint for the dashboard's editor.
    pub convert_urls: bool,
}
