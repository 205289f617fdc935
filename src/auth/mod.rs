//! Signing in: by password, tokens, refresh, and the set-up link of the first superuser. One file a way in.
//!
//! By password only `_superusers` can sign in so far; tokens of every auth collection are understood and refreshed.

mod first_superuser;
mod identity;
mod refresh;
mod superusers;
mod token;
mod with_password;

use std::sync::Arc;

use crate::context::{Caller, Occasion, RequestContext};
use crate::crypto::passwords::Passwords;
use crate::error::{Error, Result};
use crate::records::Records;
use crate::schema::{CollectionRef, Published, Record};
use crate::store::Store;

/// The room of sign-in.
#[derive(Clone)]
pub struct Auth {
    parts: Arc<Parts>,
}

/// What the ways in use.
struct Parts {
    store: Store,
    schema: Arc<Published>,
    records: Records,
    passwords: Passwords,
}

/// The answer to a sign-in.
#[derive(Debug)]
pub struct SignedIn {
    /// The token.
    pub token: String,
    /// The record as it sees itself: a JSON object.
    pub record: Vec<u8>,
}

impl Auth {
    /// The room, from the parts that it uses.
    pub fn new(store: Store, schema: Arc<Published>, records: Records, passwords: Passwords) -> Self {
        Self { parts: Arc::new(Parts { store, schema, records, passwords }) }
    }

    /// The collection of the superusers, if that is the one meant.
    fn superusers(&self, collection: &str) -> Result<CollectionRef> {
        let schema = self.parts.schema.current();
        let found = schema.find(collection).filter(|collection| collection.is_superusers());
        found.cloned().ok_or_else(Error::not_found)
    }

    /// Refuses a record whose credentials are proven, but which the auth rule of its collection does not let in. The
    /// rule is asked on behalf of whoever sent the request.
    async fn admit(&self, context: &RequestContext, record: &Record) -> Result<()> {
        let rule = record.collection.auth().and_then(|options| options.auth_rule.as_deref());
        let admitted = match rule {
            _ if context.is_superuser() => true,
            Some(rule) => self.parts.records.satisfies(context, record, rule).await?,
            None => false,
        };
        if admitted { Ok(()) } else { Err(Error::Forbidden("The record is not allowed to sign in.".into())) }
    }

    /// The answer to a record that is let in: its token, and the record as it sees itself.
    async fn signed_in(&self, context: &RequestContext, record: &Record, token: String) -> Result<SignedIn> {
        let caller = Some(Arc::new(caller_of(record)));
        let context = RequestContext { caller, occasion: Occasion::Default, ..context.clone() };
        let record = self.parts.records.render(&context, record).await?.0;
        Ok(SignedIn { token, record })
    }
}

/// An auth record as the one behind a request.
fn caller_of(record: &Record) -> Caller {
    Caller {
        id: record.id().to_owned(),
        collection_id: record.collection.id.clone(),
        collection_name: record.collection.name.clone(),
        email: record.text("email").to_owned(),
        email_visibility: record.flag("emailVisibility"),
        verified: record.flag("verified"),
        superuser: record.collection.is_superusers(),
    }
}
