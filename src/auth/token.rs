//! Tokens of the `Authorization` header: who one belongs to, and making one.

use std::sync::Arc;

use super::{Auth, caller_of};
use crate::context::Caller;
use crate::crypto::tokens::{self, Claims, Key};
use crate::error::{Error, Result};
use crate::records;
use crate::schema::Record;

/// The `type` claim of tokens that sign requests.
const AUTH: &str = "auth";

impl Auth {
    /// Who a token of the `Authorization` header belongs to; `None` for whatever is not a valid one.
    pub async fn caller(&self, authorization: &str) -> Option<Arc<Caller>> {
        self.holder(authorization).map(|(record, _)| Arc::new(caller_of(&record)))
    }

    /// The record that a token belongs to, and what the token says. A read by key on this thread.
    pub(super) fn holder(&self, authorization: &str) -> Option<(Record, Claims)> {
        let now = crate::time::now().timestamp_millis() as f64 / 1000.0;
        let token = tokens::decode(without_scheme(authorization), now)?;
        if token.claims.kind != AUTH {
            return None;
        }
        let collection = self.parts.schema.current().by_id(&token.claims.collection_id)?.clone();
        let options = collection.auth()?;
        let found = self.parts.store.read_here(|tx| records::load(tx, &collection, &token.claims.id));
        let record = match found {
            Ok(record) => record?,
            Err(error) => {
                tracing::error!(%error, "the record of a token could not be read; the request goes on as a guest's");
                return None;
            }
        };
        let key = Key::new(record.text("tokenKey"), &options.auth_token.secret)?;
        token.is_signed_with(&key).then_some((record, token.claims))
    }
}

/// A new token for a record of an auth collection, good for `seconds`, or for as long as its collection says.
pub(super) fn issue(record: &Record, seconds: Option<i64>, refreshable: bool) -> Result<String> {
    let options =
        record.collection.auth().ok_or_else(|| Error::internal("a token for a record that cannot sign in"))?;
    let key = Key::new(record.text("tokenKey"), &options.auth_token.secret)
        .ok_or_else(|| Error::internal("a record or its collection has no key for tokens"))?;
    let claims = Claims {
        id: record.id().to_owned(),
        collection_id: record.collection.id.clone(),
        kind: AUTH.to_owned(),
        refreshable,
    };
    let expires = crate::time::now().timestamp().saturating_add(seconds.unwrap_or(options.auth_token.duration));
    tokens::sign(&claims, expires, &key)
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
