//! A fresh token for one that is still good.

use super::token::{TokenKind, issue_auth, without_scheme};
use super::{Auth, SignedIn};
use crate::context::RequestContext;
use crate::error::{Error, Result};

impl Auth {
    /// Answers the caller's record with a new token, or with the same one where it is not refreshable.
    ///
    /// # Errors
    /// `NotFound` where the collection does not exist, `Unauthorized` without a valid token, `Forbidden` for a token
    /// of another collection, or where the auth rule refuses.
    pub async fn refresh(
        &self,
        context: &RequestContext,
        collection: &str,
        authorization: Option<&str>,
    ) -> Result<SignedIn> {
        let asked = self.parts.schema.current().find(collection).cloned().ok_or_else(Error::not_found)?;
        let (record, claims) = authorization
            .and_then(|authorization| self.holder(TokenKind::Auth, without_scheme(authorization)))
            .ok_or(Error::Unauthorized("The request requires valid record authorization token.".into()))?;
        if record.collection.id != asked.id {
            return Err(Error::Forbidden("The authorized record is not allowed to perform this action.".into()));
        }
        self.admit(context, &record).await?;
        let token = match (claims.is_refreshable(), authorization) {
            (false, Some(same)) => without_scheme(same).to_owned(),
            _ => issue_auth(&record, None, true)?,
        };
        self.answer(context, &record, token, None).await
    }
}
