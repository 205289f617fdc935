//! A page of a list.

/// A page of an answer. The items are rendered already: a list is read, shaped and written in one pass.
#[derive(Debug, Clone)]
pub struct Page {
    /// A JSON array.
    pub items: Vec<u8>,
    /// The page's number, from 1.
    pub page: i64,
    /// How many items a page has at most.
    pub per_page: i64,
    /// How many items there are in all; `None` where the count was skipped.
    pub total: Option<u64>,
}
