//! Short-lived tokens that stand in the addresses of protected files.

use std::sync::Arc;

use super::Auth;
use super::token::{TokenKind, issue};
use crate::context::{Caller, RequestContext};
use crate::error::Result;
use crate::records::caller_of;

impl Auth {
    /// A token for protected files that the caller may see.
    ///
    /// # Errors
    /// `Unauthorized` without a valid token.
    pub async fn file_token(&self, authorization: Option<&str>) -> Result<String> {
        let (record, _) = self.signed_in(authorization)?;
        issue(&record, TokenKind::File, None, [])
    }

    /// On whose behalf a protected file is asked for: the record of the query's file token. Without a good one, and
    /// for superusers from where they may not come from, it is a guest.
    pub fn file_caller(&self, context: &RequestContext) -> Option<Arc<Caller>> {
        let (record, _) = self.holder(TokenKind::File, context.query_value("token")?)?;
        self.may_come_from(context, &record).then(|| Arc::new(caller_of(&record)))
    }
}
