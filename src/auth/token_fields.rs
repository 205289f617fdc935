//! Tokens that come back from mails, as fields of forms: whose they are, or which of the contract's codes tells what
//! is wrong with them (contract: auth, sections 7.4 to 7.6).

use super::Auth;
use super::token::TokenKind;
use crate::crypto::tokens::{self, Claims};
use crate::error::Fault;
use crate::schema::{Collection, Record};

/// A good token of a form.
pub(super) struct Presented {
    /// Whose it is, as it was when the token was looked at.
    pub(super) record: Record,
    /// What it says.
    pub(super) claims: Claims,
}

impl Auth {
    /// Looks at a token that was sent to a collection.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn presented(&self, kind: TokenKind, collection: &Collection, token: &str) -> Result<Presented, Fault> {
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
    /// Whether the token is still good for a record that was loaded since: each use that may happen only once, and
    /// each change of the address, gives the record another key.
    pub(super) fn still_holds(&self, record: &Record) -> bool {
        record.text("tokenKey") == self.record.text("tokenKey")
    }
}

/// The fault of a token that is not good, whatever the reason.
pub(super) fn invalid_token() -> Fault {
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
    payload.is_some_and(|payload| payload.get(claim).and_then(|value| value.as_str()).is_some_and(|text| !text.is_empty()))
}
