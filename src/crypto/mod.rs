//! Passwords and tokens: hashing in a bounded pool, signing and verifying.

pub mod passwords;
pub mod tokens;
