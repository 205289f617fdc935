//! Signing in: by password, tokens, refresh, and the set-up link of the first superuser. One file a way in; all of
//! them end in `admission.rs`, which asks for second factors (`mfa.rs`) and notes places (`origins.rs`).

mod admission;
mod file_token;
mod first_superuser;
mod guard;
mod identity;
mod impersonate;
mod methods;
mod mfa;
mod oauth2;
mod origins;
mod owned;
mod refresh;
mod superusers;
mod token;
mod usual_hash;
mod with_password;

use std::sync::Arc;

use serde_json::Value as Json;

use self::usual_hash::UsualHashes;
use crate::context::Caller;
use crate::crypto::passwords::Passwords;
use crate::error::{Error, Result};
use crate::ids;
use crate::records::Records;
use crate::schema::{CollectionRef, Published, Record};
use crate::settings::Settings;
use crate::store::Store;
use oauth2::OAuth2;

pub use oauth2::{Listener, Returned, Waiter};

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
    settings: Settings,
    passwords: Passwords,
    usual_hashes: UsualHashes,
    oauth2: OAuth2,
}

/// The answer to a sign-in.
#[derive(Debug)]
pub struct SignedIn {
    /// The token.
    pub token: String,
    /// The record as it sees itself: a JSON object.
    pub record: Vec<u8>,
    /// What another service told of the user.
    pub meta: Option<Json>,
}

impl Auth {
    /// The room, from the parts that it uses.
    pub fn new(
        store: Store,
        schema: Arc<Published>,
        records: Records,
        settings: Settings,
        passwords: Passwords,
    ) -> Self {
        let (usual_hashes, oauth2) = (UsualHashes::new(), OAuth2::new());
        Self { parts: Arc::new(Parts { store, schema, records, settings, passwords, usual_hashes, oauth2 }) }
    }

    /// The hash of a password that nobody knows (contract: auth, section 4), for an account that is to be entered by
    /// other means alone.
    pub(super) async fn random_password(&self) -> Result<String> {
        self.parts.passwords.hash(ids::random_alphanumeric(30)).await
    }

    /// The collection of the superusers, if that is the one meant.
    fn superusers(&self, collection: &str) -> Result<CollectionRef> {
        let schema = self.parts.schema.current();
        let found = schema.find(collection).filter(|collection| collection.is_superusers());
        found.cloned().ok_or_else(Error::not_found)
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
