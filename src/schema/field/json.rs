//! Json fields.

/// Options of a json field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JsonOptions {
    /// The greatest size of the stored text in bytes; 0 stands for 1 MiB.
    pub max_size: i64,
}
