//! Signing in: by password, tokens, refresh, and the set-up link of the first superuser.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::context::{Caller, RequestContext};
use crate::crypto::passwords::Passwords;
use crate::error::Result;
use crate::records::Records;
use crate::schema::Published;
use crate::store::Store;

/// The room of sign-in.
#[derive(Clone)]
pub struct Auth {}

impl Auth {
    /// The room, from the parts that it uses.
    pub fn new(_store: Store, _schema: Arc<Published>, _records: Records, _passwords: Passwords) -> Self {
        todo!()
    }

    /// Who a token of the `Authorization` header belongs to; `None` for whatever is not a valid one.
    pub async fn caller(&self, _authorization: &str) -> Option<Arc<Caller>> {
        todo!()
    }

    /// Signs in by identity and password.
    pub async fn with_password(
        &self,
        _context: &RequestContext,
        _collection: &str,
        _body: Map<String, Json>,
    ) -> Result<SignedIn> {
        todo!()
    }
}

/// The answer to a sign-in.
#[derive(Debug)]
pub struct SignedIn {
    /// The token.
    pub token: String,
    /// The record as it sees itself: a JSON object.
    pub record: Vec<u8>,
}
