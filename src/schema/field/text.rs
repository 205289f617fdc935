//! Text fields.

/// Options of a text field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextOptions {
    /// The least number of characters; 0 is none.
    pub min: i64,
    /// The greatest number of characters; 0 stands for 5000.
    pub max: i64,
    /// A regular expression that values must match; empty is none.
    pub pattern: String,
    /// A regular expression that describes generated values; empty is none.
    pub autogenerate_pattern: String,
    /// Whether this is the record's id.
    pub primary_key: bool,
}
