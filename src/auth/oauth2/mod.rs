//! Signing in through other services: OAuth 2 with PKCE, and OpenID Connect (contract: auth, sections 8 and 9).
//!
//! `kinds` has the services as data, `provider` one as it is configured. `authorize` makes the addresses that users are
//! sent to, `exchange` turns the code that comes back into tokens, `user` asks who that is, `sign_in` finds or makes
//! the record. Nothing is kept between the two halves: the client brings back its secret.

mod authorize;
mod avatar;
mod client;
mod create;
mod discovery;
mod exchange;
mod form;
mod id_token;
mod kept;
mod kinds;
mod link;
mod provider;
mod redirect;
mod sign_in;
mod user;

use std::sync::OnceLock;

use serde_json::{Value as Json, json};

pub use redirect::{Listener, Returned, Waiter};

use super::Auth;
use crate::schema::auth_options::OAuth2Options;
use client::Client;
use kinds::Kind;
use provider::Provider;

/// How far the clocks of services may be off, in seconds.
const LEEWAY: i64 = 5 * 60;

/// What these sign-ins use and remember.
#[derive(Default)]
pub(super) struct OAuth2 {
    client: Client,
    styles: exchange::Styles,
    documents: kept::Kept<discovery::Document>,
    keys: id_token::Keys,
    names: redirect::Names,
    pictures: avatar::Pictures,
    listener: OnceLock<Listener>,
    leeway: i64,
}

impl OAuth2 {
    /// With the leeway of the environment, if it has one.
    pub(super) fn new() -> Self {
        let set =
            ["TUCKBOX_ID_TOKEN_LEEWAY", "PB_ID_TOKEN_LEEWAY"].into_iter().find_map(|name| std::env::var(name).ok());
        let leeway = set.and_then(|seconds| seconds.parse().ok()).filter(|seconds| *seconds >= 0).unwrap_or(LEEWAY);
        Self { leeway, ..Self::default() }
    }
}

impl Auth {
    /// The services that a collection offers, each with a fresh address to send a user to. One that cannot be used
    /// is left out.
    pub(super) async fn oauth2_methods(&self, options: &OAuth2Options) -> Vec<Json> {
        if !options.enabled {
            return Vec::new();
        }
        let oauth2 = &self.parts.oauth2;
        let known = options.providers.iter().filter_map(Provider::new);
        let discovered = known.map(|provider| async move {
            let name = provider.kind.name;
            (name, oauth2.discovered(provider).await)
        });
        let mut entries = Vec::new();
        for (provider, told) in futures_util::future::join_all(discovered).await {
            match told {
                Ok(provider) => entries.push(authorize::entry(&provider)),
                Err(reason) => tracing::warn!(provider, reason, "a provider cannot be offered"),
            }
        }
        entries
    }

    /// All services that a collection could offer.
    pub fn oauth2_providers(&self) -> Json {
        let entry = |kind: &Kind| json!({"name": kind.name, "displayName": kind.display_name, "logo": kind.logo()});
        Kind::all().iter().map(entry).collect()
    }
}
