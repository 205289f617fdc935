//! Select fields.

/// Options of a select field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SelectOptions {
    /// The texts to choose from.
    pub values: Vec<String>,
    /// How many may be chosen; over 1 makes the field multiple.
    pub max_select: i64,
}
