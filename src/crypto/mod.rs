//! Passwords, tokens and seals: hashing in a bounded pool, signing and verifying, encrypting what lies on the disk.

pub mod passwords;
pub mod seal;
pub mod tokens;
