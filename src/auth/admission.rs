//! What every way to sign in ends with: a record whose credentials are proven is let in or not (contract: auth,
//! section 6), and gets its answer.

use std::sync::Arc;

use serde_json::Value as Json;

use super::token::issue_auth;
use super::{Auth, SignedIn};
use crate::context::{Occasion, RequestContext};
use crate::error::{Error, Result};
use crate::records::caller_of;
use crate::schema::Record;

/// A way to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// By identity and password.
    Password,
    /// Through another service.
    OAuth2,
    /// By one-time password.
    Otp,
}

impl Method {
    /// Where rules are evaluated during such a sign-in.
    pub(super) fn occasion(self) -> Occasion {
        match self {
            Self::Password => Occasion::Password,
            Self::OAuth2 => Occasion::OAuth2,
            Self::Otp => Occasion::Otp,
        }
    }

    /// The contract's word for it, in `_mfas` too.
    pub(super) fn as_str(self) -> &'static str {
        self.occasion().as_str()
    }
}

/// A record whose credentials are proven, and which nobody has let in yet.
pub(super) struct Proven {
    /// The record.
    pub(super) record: Record,
    /// How it was proven.
    pub(super) method: Method,
    /// What another service told of the user, for the answer.
    pub(super) meta: Option<Json>,
}

impl Auth {
    /// Lets a record in, with a new token, in the contract's order: address, rule, second factor, answer, place.
    ///
    /// # Errors
    /// `Forbidden` where the auth rule refuses, and for superusers from where they may not come from; `SecondFactor`
    /// where a second factor is needed, and `Invalid` where the one that was named is not acceptable.
    pub(super) async fn let_in(&self, context: &RequestContext, proven: Proven) -> Result<SignedIn> {
        let Proven { record, method, meta } = proven;
        let during = context.on(method.occasion());
        self.admit(&during, &record).await?;
        self.second_factor(&during, &record, method).await?;
        let token = issue_auth(&record, None, true)?;
        let signed_in = self.answer(context, &record, token, meta).await?;
        self.note_place(context, &record).await;
        Ok(signed_in)
    }

    /// Refuses a record whose credentials are proven, but which comes from where superusers may not come from, or
    /// which the auth rule of its collection does not let in. The rule is asked on behalf of whoever sent the request.
    ///
    /// # Errors
    /// `Forbidden` in both cases.
    pub(super) async fn admit(&self, context: &RequestContext, record: &Record) -> Result<()> {
        if !self.may_come_from(context, record) {
            return Err(Error::Forbidden("Superusers may not sign in from this address.".into()));
        }
        let rule = record.collection.auth().and_then(|options| options.auth_rule.as_deref());
        let admitted = match rule {
            _ if context.is_superuser() => true,
            Some(rule) => self.parts.records.satisfies(context, record, rule).await?,
            None => false,
        };
        if admitted { Ok(()) } else { Err(Error::Forbidden("The record is not allowed to sign in.".into())) }
    }

    /// The answer to a record that is let in: its token, and the record as it sees itself.
    pub(super) async fn answer(
        &self,
        context: &RequestContext,
        record: &Record,
        token: String,
        meta: Option<Json>,
    ) -> Result<SignedIn> {
        let caller = Some(Arc::new(caller_of(record)));
        let context = RequestContext { caller, occasion: Occasion::Default, ..context.clone() };
        let record = self.parts.records.render(&context, record).await?.0;
        Ok(SignedIn { token, record, meta })
    }
}
