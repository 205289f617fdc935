//! Password hashes: argon2id (RFC 9106), m = 19 MiB, t = 2, p = 1, in a bounded pool.

use crate::error::Result;

/// Threads that hash and verify, with a bounded queue before them.
#[derive(Clone)]
pub struct Passwords {}

impl Passwords {
    /// A pool with this many threads.
    pub fn new(_threads: usize) -> Self {
        todo!()
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// `TooMany` where too many passwords wait.
    pub async fn hash(&self, _plain: String) -> Result<String> {
        todo!()
    }

    /// Whether a password belongs to a hash; an empty or unreadable hash belongs to none, at the same cost.
    ///
    /// # Errors
    /// `TooMany` where too many passwords wait.
    pub async fn verify(&self, _plain: String, _hash: String) -> Result<bool> {
        todo!()
    }
}
