//! Accounts that stay signed in on a connection, and whether they still are.

use std::sync::Arc;

use super::Auth;
use super::token::{TokenKind, without_scheme};
use crate::context::Caller;
use crate::error::Result;
use crate::records;
use crate::schema::Record;

/// An account behind a connection: as rules see it, and what its tokens are signed with.
#[derive(Clone)]
pub struct Session {
    /// The account.
    pub caller: Arc<Caller>,
    token_key: Arc<str>,
    secret: Arc<str>,
}

impl Session {
    /// The session of an account as it is; `None` where its collection is none of accounts.
    fn of(record: &Record) -> Option<Self> {
        Some(Self {
            caller: Arc::new(records::caller_of(record)),
            token_key: record.text("tokenKey").into(),
            secret: record.collection.auth()?.auth_token.secret.as_str().into(),
        })
    }

    /// Whether both are of the same account.
    pub fn is_of(&self, other: &Self) -> bool {
        self.caller.id == other.caller.id && self.caller.collection_id == other.caller.collection_id
    }
}

impl Auth {
    /// The session of the account that an `Authorization` header belongs to; `None` for whatever is not a valid one.
    pub fn session(&self, authorization: &str) -> Option<Session> {
        self.holder(TokenKind::Auth, without_scheme(authorization)).and_then(|(record, _)| Session::of(&record))
    }

    /// A session with its account as it is now; `None` where the account or its collection is gone, or its tokens are no
    /// longer good. A read by key on this thread.
    ///
    /// # Errors
    /// What the engine says.
    pub fn session_now(&self, session: &Session) -> Result<Option<Session>> {
        let Some(collection) = self.parts.schema.current().by_id(&session.caller.collection_id).cloned() else {
            return Ok(None);
        };
        let found = self.parts.store.read_here(|tx| records::load(tx, &collection, &session.caller.id))?;
        let now = found.as_ref().and_then(Session::of);
        Ok(now.filter(|now| now.token_key == session.token_key && now.secret == session.secret))
    }
}
