//! Short-lived tokens that stand in the addresses of protected files.

use super::Auth;
use super::token::{TokenKind, issue};
use crate::error::Result;

impl Auth {
    /// A token for protected files that the caller may see.
    ///
    /// # Errors
    /// `Unauthorized` without a valid token.
    pub async fn file_token(&self, authorization: Option<&str>) -> Result<String> {
        let (record, _) = self.signed_in(authorization)?;
        issue(&record, TokenKind::File, None, [])
    }
}
