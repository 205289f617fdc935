//! Autodate fields.

/// Options of an autodate field: when the server sets it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AutodateOptions {
    /// When the record is created.
    pub on_create: bool,
    /// When the record is updated.
    pub on_update: bool,
}
