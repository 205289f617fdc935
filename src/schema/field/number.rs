//! Number fields.

/// Options of a number field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NumberOptions {
    /// The least value; not applied to 0.
    pub min: Option<f64>,
    /// The greatest value; not applied to 0.
    pub max: Option<f64>,
    /// Whether fractions are refused.
    pub only_int: bool,
}
