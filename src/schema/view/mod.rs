//! View collections: what can be said about the columns of a SELECT by its text and the other collections. Whether
//! the engine accepts it, the room `collections` asks.

mod depth;
mod infer;
mod sources;

pub use depth::deepest;
pub use infer::infer;
pub use sources::{Columns, Origin, Reading};

/// The options of a view collection.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ViewOptions {
    /// The SELECT.
    pub query: String,
}

/// A query without the blanks around it and the semicolons at its end.
pub fn trimmed(query: &str) -> &str {
    query.trim().trim_end_matches(|c: char| c == ';' || c.is_whitespace())
}
