//! A fresh token for one that is still good.

use super::token::{issue_auth, without_scheme};
use super::{Auth, SignedIn};
use crate::context::RequestContext;
use crate::error::Result;

impl Auth {
    /// Answers the caller's record with a new token, or with the same one where it is not refreshable.
    ///
    /// # Errors
    /// `NotFound` where the collection does not exist, `Unauthorized` without a valid token, `Forbidden` for a token
    /// of another collection, for superusers from where they may not come from, or where the auth rule refuses.
    pub async fn refresh(
        &self,
        context: &RequestContext,
        collection: &str,
        authorization: Option<&str>,
    ) -> Result<SignedIn> {
        let (record, claims) = self.signed_in_to(collection, authorization)?;
        self.admit(context, &record).await?;
        let token = match (claims.is_refreshable(), authorization) {
            (false, Some(same)) => without_scheme(same).to_owned(),
            _ => issue_auth(&record, None, true)?,
        };
        self.answer(context, &record, token, None).await
    }
}
