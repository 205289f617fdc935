//! Password fields.

/// Options of a password field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PasswordOptions {
    /// The least number of characters; 0 is none.
    pub min: i64,
    /// The greatest number of characters; 0 stands for 71.
    pub max: i64,
    /// A regular expression that values must match; empty is none.
    pub pattern: String,
    /// The contract's bcrypt cost; kept and answered, though new hashes are argon2id.
    pub cost: i64,
}
