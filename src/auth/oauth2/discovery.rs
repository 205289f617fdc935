//! What an OpenID provider tells of itself (OpenID Connect Discovery 1.0).

use std::time::Duration;

use serde::Deserialize;

use super::OAuth2;
use super::client::{Client, Told};
use super::provider::{Issuer, Provider};

/// How long a description may take: guests who ask for ways to sign in wait for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// The description, as far as it is used.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Document {
    /// Who it is.
    pub(super) issuer: String,
    /// Where users are sent to.
    pub(super) authorization_endpoint: String,
    /// Where codes become tokens.
    pub(super) token_endpoint: String,
    /// Who tells of users.
    pub(super) userinfo_endpoint: String,
    /// Where the keys of ID tokens are.
    pub(super) jwks_uri: String,
}

impl OAuth2 {
    /// A provider with what it tells of itself, where its issuer is configured.
    pub(super) async fn discovered(&self, mut provider: Provider) -> Told<Provider> {
        if let Some(issuer) = provider.issuer() {
            let document = self.documents.get(&issuer.document, None, fetch(&self.client, &issuer)).await?;
            // The same description may be named for different issuers.
            provider.document = Some(document);
            check_issuer(&provider, &issuer)?;
        }
        Ok(provider)
    }
}

async fn fetch(client: &Client, issuer: &Issuer) -> Told<Document> {
    let json = tokio::time::timeout(PATIENCE, client.public(&issuer.document)).await;
    let json = json.map_err(|_| "the OpenID provider took too long to describe itself".to_owned())??;
    serde_json::from_value(json).map_err(|_| "the description of the OpenID provider cannot be read".to_owned())
}

/// A description of somebody else counts for nothing, and neither does one that leads nowhere.
fn check_issuer(provider: &Provider, issuer: &Issuer) -> Told<()> {
    let document = provider.document.as_deref();
    if document.is_none_or(|document| document.issuer != issuer.name) {
        return Err("the OpenID provider describes itself as another issuer than the one that is configured".to_owned());
    }
    if provider.jwks_url().is_none() {
        return Err("the OpenID provider does not tell where its keys are".to_owned());
    }
    for (url, what) in [(provider.auth_url(), "authorization"), (provider.token_url(), "token")] {
        if url.is_empty() {
            return Err(format!("the OpenID provider does not tell its {what} endpoint"));
        }
    }
    Ok(())
}
