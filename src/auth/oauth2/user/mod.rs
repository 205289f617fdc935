//! Who signed in at a service: asked of it, or read from its ID token.

mod json;
pub(super) mod mapping;
mod special;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value as Json, json};

use super::OAuth2;
use super::client::Told;
use super::exchange::Tokens;
use super::id_token::{self, Expected};
use super::provider::Provider;
use crate::schema::field::email::is_email;
use json::text;

/// Where the keys of Apple's ID tokens are.
const APPLE_KEYS: &str = "https://appleid.apple.com/auth/keys";
/// Who issues them.
const APPLE: &str = "https://appleid.apple.com";
/// Who tells of the private addresses of a user of Gitee.
const GITEE_EMAILS: &str = "https://gitee.com/api/v5/emails";

/// What a service tells of a user; what it does not tell is empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ExternalUser {
    /// The id at the service.
    pub(super) id: String,
    /// The full name.
    pub(super) name: String,
    /// The user name.
    pub(super) username: String,
    /// The address, only where the service says that it is proven.
    pub(super) email: String,
    /// The address of the picture.
    pub(super) avatar_url: String,
    /// The whole answer.
    pub(super) raw: Json,
}

/// Who tells of a user, and how it is asked.
pub(super) enum Source {
    /// A GET of the user endpoint.
    Get,
    /// The same with more headers, some of which name the client.
    WithHeaders(fn(&str) -> Vec<(&'static str, String)>),
    /// A query that is posted.
    GraphQl(&'static str),
    /// The user endpoint; what it was allowed to tell came with the tokens.
    Instagram,
    /// Apple's ID token.
    Apple,
    /// The user endpoint, the ID token, or both.
    Oidc,
}

/// Who tells the proven address, where the answer about the user does not.
pub(super) enum Emails {
    /// Nobody.
    None,
    /// A list beside the user endpoint.
    GitHub,
    /// Another list beside the user endpoint.
    Bitbucket,
    /// A list of private addresses.
    Gitee,
    /// The answer that had the tokens.
    WithTheToken,
    /// The ID token, where the configuration says so.
    MicrosoftClaim,
}

impl OAuth2 {
    /// The user whom the tokens belong to. `verifier` is the secret of the client that asked for the code.
    pub(super) async fn user(&self, provider: &Provider, tokens: &Tokens, verifier: &str) -> Told<ExternalUser> {
        let mapping = &provider.kind.user;
        let raw = match &mapping.source {
            Source::Get => self.client.get(provider.user_info_url(), tokens, &[]).await?.json()?,
            Source::WithHeaders(headers) => {
                let headers = headers(&provider.options.client_id);
                self.client.get(provider.user_info_url(), tokens, &headers).await?.json()?
            }
            Source::GraphQl(query) => {
                self.client.post(provider.user_info_url(), tokens, &json!({ "query": query })).await?.json()?
            }
            Source::Instagram => {
                let raw = self.client.get(provider.user_info_url(), tokens, &[]).await?.json()?;
                with_permissions(raw, &tokens.raw)
            }
            Source::Apple => {
                let expected = Expected {
                    issuers: vec![APPLE],
                    client_id: &provider.options.client_id,
                    nonce: None,
                    authorized_party: false,
                };
                Json::Object(self.verified(tokens, &expected, Some(APPLE_KEYS)).await?)
            }
            Source::Oidc => self.oidc(provider, tokens, verifier).await?,
        };
        let mut user = mapping.read(raw)?;
        self.complete_email(provider, tokens, &mut user).await?;
        // What is no address cannot have been proven.
        if !is_email(&user.email) {
            user.email.clear();
        }
        if user.id.is_empty() {
            return Err("the service did not tell the user's id".to_owned());
        }
        Ok(user)
    }

    /// What an OpenID provider tells. Where it is known who the issuer must be, the ID token is verified whatever
    /// else is asked, and the user endpoint must tell of the same user.
    async fn oidc(&self, provider: &Provider, tokens: &Tokens, verifier: &str) -> Told<Json> {
        let url = provider.user_info_url();
        let strict = provider.document.is_some();
        if !url.is_empty() && !strict {
            return self.client.get(url, tokens, &[]).await?.json();
        }
        let expected = Expected {
            issuers: provider.issuers(),
            client_id: &provider.options.client_id,
            nonce: provider.has_nonce().then(|| super::authorize::nonce(verifier)),
            authorized_party: strict,
        };
        let claims = self.verified(tokens, &expected, provider.jwks_url()).await?;
        if url.is_empty() {
            return Ok(Json::Object(claims));
        }
        let told = self.client.get(url, tokens, &[]).await?.json()?;
        match (told, claims.get("sub")) {
            (Json::Object(told), Some(sub)) if told.get("sub") == Some(sub) => Ok(Json::Object(merged(claims, told))),
            _ => Err("the user endpoint tells of another user than the ID token".to_owned()),
        }
    }

    /// The claims of the ID token that came with the tokens.
    async fn verified(&self, tokens: &Tokens, expected: &Expected<'_>, keys: Option<&str>) -> Told<Map<String, Json>> {
        let token = tokens.id_token().ok_or("there is no ID token")?;
        let token = id_token::Token::read(token)?;
        if let Some(url) = keys {
            self.keys.check(&self.client, url, &token).await?;
        }
        token.claims(expected, self.leeway)
    }

    async fn complete_email(&self, provider: &Provider, tokens: &Tokens, user: &mut ExternalUser) -> Told<()> {
        let beside = || format!("{}/emails", provider.user_info_url());
        match provider.kind.user.emails {
            Emails::None => {}
            Emails::GitHub => {
                user.email = self.listed(&beside(), tokens, &[401, 403, 404], special::github_email).await?
            }
            Emails::Bitbucket => {
                let refusals: Vec<u16> = (400..600).collect();
                user.email = self.listed(&beside(), tokens, &refusals, special::bitbucket_email).await?;
            }
            Emails::Gitee if user.email.is_empty() => {
                user.email = self.listed(GITEE_EMAILS, tokens, &[401, 403, 404], special::gitee_email).await?;
            }
            Emails::Gitee => {}
            Emails::WithTheToken => user.email = text(&Json::Object(tokens.raw.clone()), "email"),
            Emails::MicrosoftClaim => {
                if let Some(which) = provider.extra_text("idTokenEmailClaim") {
                    user.email = self.microsoft_email(tokens, which);
                }
            }
        }
        Ok(())
    }

    /// The proven address among those that a list has; empty where the list may not be read.
    async fn listed(&self, url: &str, tokens: &Tokens, refusals: &[u16], pick: fn(&Json) -> String) -> Told<String> {
        let answer = self.client.ask(url, tokens, &[]).await?;
        if refusals.contains(&answer.status) {
            return Ok(String::new());
        }
        Ok(pick(&answer.good()?.json()?))
    }

    fn microsoft_email(&self, tokens: &Tokens, which: &str) -> String {
        let claims = tokens.id_token().and_then(|token| {
            let token = id_token::Token::read(token).ok()?;
            token.timely(self.leeway).ok()
        });
        claims.map(|claims| special::microsoft_email(&Json::Object(claims), which)).unwrap_or_default()
    }
}

/// What the ID token says, with what the user endpoint says over it. Whether an address is proven is said by whoever
/// says the address.
fn merged(mut claims: Map<String, Json>, told: Map<String, Json>) -> Map<String, Json> {
    if told.contains_key("email") || told.contains_key("email_verified") {
        claims.remove("email");
        claims.remove("email_verified");
    }
    claims.extend(told);
    claims
}

/// What the user allowed is told with the tokens alone.
fn with_permissions(mut raw: Json, tokens: &Map<String, Json>) -> Json {
    if let (Json::Object(raw), Some(permissions)) = (&mut raw, tokens.get("permissions")) {
        raw.entry("permissions").or_insert_with(|| permissions.clone());
    }
    raw
}
