//! Date fields.

/// Options of a date field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DateOptions {
    /// The earliest instant in the wire format; empty is none.
    pub min: String,
    /// The latest instant in the wire format; empty is none.
    pub max: String,
}
