//! Tokens of records: making them, and who one belongs to.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::Auth;
use crate::context::Caller;
use crate::crypto::tokens::{self, Claims, Key};
use crate::error::{Error, Result};
use crate::records;
use crate::schema::Record;
use crate::schema::auth_options::{AuthOptions, TokenOptions};

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// Signs requests.
    Auth,
    /// Verifies an address.
    Verification,
    /// Sets a new password.
    PasswordReset,
    /// Sets a new address.
    EmailChange,
    /// Opens protected files.
    File,
}

impl TokenKind {
    /// The `type` claim.
    fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Verification => "verification",
            Self::PasswordReset => "passwordReset",
            Self::EmailChange => "emailChange",
            Self::File => "file",
        }
    }

    /// How such tokens are made.
    fn options(self, options: &AuthOptions) -> &TokenOptions {
        match self {
            Self::Auth => &options.auth_token,
            Self::Verification => &options.verification_token,
            Self::PasswordReset => &options.password_reset_token,
            Self::EmailChange => &options.email_change_token,
            Self::File => &options.file_token,
        }
    }
}

impl Auth {
    /// Who a token of the `Authorization` header belongs to; `None` for whatever is not a valid one.
    pub fn caller(&self, authorization: &str) -> Option<Arc<Caller>> {
        self.holder(TokenKind::Auth, without_scheme(authorization))
            .map(|(record, _)| Arc::new(records::caller_of(&record)))
    }

    /// The record that a token of this kind belongs to, and what the token says; `None` for whatever is not a valid
    /// one. A read by key on this thread.
    pub(super) fn holder(&self, kind: TokenKind, token: &str) -> Option<(Record, Claims)> {
        let now = crate::time::now().timestamp_millis() as f64 / 1000.0;
        let token = tokens::decode(token, now)?;
        if token.claims.kind != kind.as_str() {
            return None;
        }
        let collection = self.parts.schema.current().by_id(&token.claims.collection_id)?.clone();
        let options = collection.auth()?;
        let found = self.parts.store.read_here(|tx| records::load(tx, &collection, &token.claims.id));
        let record = match found {
            Ok(record) => record?,
            Err(error) => {
                tracing::error!(%error, "the record of a token could not be read; the token counts for nothing");
                return None;
            }
        };
        let key = Key::new(record.text("tokenKey"), &kind.options(options).secret)?;
        token.is_signed_with(&key).then_some((record, token.claims))
    }
}

/// A new token for a record of an auth collection, good for `seconds`, or for as long as its collection says. `rest`
/// is what it says beside record, kind and expiry.
///
/// # Errors
/// `Internal` for a record that cannot sign in, or without a key.
pub(super) fn issue(
    record: &Record,
    kind: TokenKind,
    seconds: Option<i64>,
    rest: impl IntoIterator<Item = (&'static str, Json)>,
) -> Result<String> {
    let options =
        record.collection.auth().ok_or_else(|| Error::internal("a token for a record that cannot sign in"))?;
    let options = kind.options(options);
    let key = Key::new(record.text("tokenKey"), &options.secret)
        .ok_or_else(|| Error::internal("a record or its collection has no key for tokens"))?;
    let claims = Claims {
        id: record.id().to_owned(),
        collection_id: record.collection.id.clone(),
        kind: kind.as_str().to_owned(),
        rest: rest.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>(),
    };
    let expires = crate::time::now().timestamp().saturating_add(seconds.unwrap_or(options.duration));
    tokens::sign(&claims, expires, &key)
}

/// A new token for the `Authorization` header.
///
/// # Errors
/// As [`issue`].
pub(super) fn issue_auth(record: &Record, seconds: Option<i64>, refreshable: bool) -> Result<String> {
    issue(record, TokenKind::Auth, seconds, [("refreshable", Json::from(refreshable))])
}

/// The token without `Bearer`: any case, exactly one space, only where something follows.
pub(super) fn without_scheme(authorization: &str) -> &str {
    match authorization.split_at_checked("Bearer ".len()) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer ") && !token.is_empty() => token,
        _ => authorization,
    }
}

#[cfg(test)]
mod tests {
    use super::without_scheme;

    #[test]
    fn the_scheme_is_optional_and_of_any_case() {
        for (header, token) in [
            ("a.b.c", "a.b.c"),
            ("Bearer a.b.c", "a.b.c"),
            ("bEaReR a.b.c", "a.b.c"),
            ("Bearer  a.b.c", " a.b.c"),
            ("Bearer ", "Bearer "),
            ("Basic a", "Basic a"),
            ("Bearé", "Bearé"),
        ] {
            assert_eq!(without_scheme(header), token);
        }
    }
}
