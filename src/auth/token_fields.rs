//! Tokens that come back from mails, as fields of forms: whose they are, or which of the contract's codes tells what
//! is wrong with them (contract: auth, sections 7.4 to 7.6).

use super::Auth;
use super::form::{Form, invalid};
use super::token::TokenKind;
use crate::crypto::tokens::{self, Claims};
use crate::error::{Fault, Result};
use crate::records;
use crate::schema::{Collection, Record};
use crate::store::Tx;

/// A good token of a form.
pub(super) struct Presented {
    /// Whose it is, as it was when the token was looked at.
    pub(super) record: Record,
    /// What it says.
    pub(super) claims: Claims,
}

impl Auth {
    /// The token of a form that was sent to a collection; what is wrong with it is noted.
    ///
    /// # Errors
    /// `Invalid`, without a field, where it is no text.
    pub(super) fn token_field(
        &self,
        form: &mut Form,
        kind: TokenKind,
        collection: &Collection,
    ) -> Result<Option<Presented>> {
        let token = form.text("token")?;
        let presented =
            if token.is_empty() { Err(Fault::required()) } else { self.presented(kind, collection, &token) };
        Ok(presented.map_err(|fault| form.fault("token", fault)).ok())
    }

    fn presented(&self, kind: TokenKind, collection: &Collection, token: &str) -> Result<Presented, Fault> {
        if let Some((claim, fault)) = needed_claim(kind)
            && !says(token, claim)
        {
            return Err(fault);
        }
        let (record, claims) = self.holder(kind, token).ok_or_else(invalid_token)?;
        if record.collection.id != collection.id {
            return Err(Fault::new(
                "validation_token_collection_mismatch",
                "The provided token is for another collection.",
            ));
        }
        // The key of the other kinds ends with the address.
        if kind == TokenKind::Verification && claims.text("email") != Some(record.text("email")) {
            return Err(Fault::new(
                "validation_token_email_mismatch",
                "The record's email is not the one that the token was made for.",
            ));
        }
        Ok(Presented { record, claims })
    }
}

impl Presented {
    /// The record as it is in this transaction. Each use that may happen only once, and each change of the address,
    /// gave it another key: of two forms with one token the second finds it used.
    ///
    /// # Errors
    /// `Invalid` where the token is no longer good.
    pub(super) fn again(&self, auth: &Auth, tx: &mut Tx<'_>) -> Result<Record> {
        let schema = auth.parts.schema.current();
        let record = match schema.by_id(&self.record.collection.id) {
            Some(collection) => records::load(tx, collection, self.record.id())?,
            None => None,
        };
        let good = record.filter(|record| record.text("tokenKey") == self.record.text("tokenKey"));
        good.ok_or_else(|| invalid("token", invalid_token()))
    }
}

/// The fault of a token that is not good, whatever the reason.
fn invalid_token() -> Fault {
    Fault::new("validation_invalid_token", "Invalid or expired token.")
}

/// What a token of this kind always says, and the fault of one that does not.
fn needed_claim(kind: TokenKind) -> Option<(&'static str, Fault)> {
    match kind {
        TokenKind::Verification => {
            Some(("email", Fault::new("validation_invalid_token_claims", "Missing email token claim.")))
        }
        TokenKind::EmailChange => {
            Some(("newEmail", Fault::new("validation_invalid_token_payload", "Invalid token payload.")))
        }
        _ => None,
    }
}

fn says(token: &str, claim: &str) -> bool {
    let payload = tokens::payload(token);
    payload
        .is_some_and(|payload| payload.get(claim).and_then(|value| value.as_str()).is_some_and(|text| !text.is_empty()))
}
