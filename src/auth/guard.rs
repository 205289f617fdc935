//! Who must be signed in, and to what (contract: auth, section 2).

use super::Auth;
use super::token::{TokenKind, without_scheme};
use crate::context::RequestContext;
use crate::crypto::tokens::Claims;
use crate::error::{Error, Result};
use crate::schema::{CollectionRef, Record};

impl Auth {
    /// The collection of this name or id, if its records can sign in.
    ///
    /// # Errors
    /// `NotFound` otherwise.
    pub(super) fn auth_collection(&self, collection: &str) -> Result<CollectionRef> {
        let schema = self.parts.schema.current();
        let found = schema.find(collection).filter(|collection| collection.is_auth());
        found.cloned().ok_or_else(|| Error::NotFound("Missing or invalid auth collection context.".into()))
    }

    /// The record behind the `Authorization` header, and what its token says.
    ///
    /// # Errors
    /// `Unauthorized` without a valid token.
    pub(super) fn signed_in(&self, authorization: Option<&str>) -> Result<(Record, Claims)> {
        authorization
            .and_then(|authorization| self.holder(TokenKind::Auth, without_scheme(authorization)))
            .ok_or(Error::Unauthorized("The request requires valid record authorization token.".into()))
    }

    /// The same, of a record of this collection. Superusers are no exception.
    ///
    /// # Errors
    /// `NotFound` where the collection does not exist, `Unauthorized` without a valid token, `Forbidden` for a token
    /// of another collection.
    pub(super) fn signed_in_to(&self, collection: &str, authorization: Option<&str>) -> Result<(Record, Claims)> {
        let asked = self.parts.schema.current().find(collection).cloned().ok_or_else(Error::not_found)?;
        let (record, claims) = self.signed_in(authorization)?;
        if record.collection.id != asked.id {
            return Err(Error::Forbidden("The authorized record is not allowed to perform this action.".into()));
        }
        Ok((record, claims))
    }

    /// Whether an account may be used from where a request comes: superusers may be kept to some addresses.
    pub(super) fn may_come_from(&self, context: &RequestContext, account: &Record) -> bool {
        !account.collection.is_superusers() || self.parts.settings.current().admit_superusers_from(context.ip)
    }
}
