//! A service as a collection has it configured: defaults, what the collection puts in their place, and what the
//! service tells of itself.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value as Json;

use super::discovery::Document;
use super::kinds::Kind;
use crate::schema::auth_options::OAuth2Provider;

/// What the address of a service's description ends with.
const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// A configured service.
#[derive(Clone)]
pub(super) struct Provider {
    /// What it is.
    pub(super) kind: &'static Kind,
    /// How it is configured.
    pub(super) options: OAuth2Provider,
    /// What it tells of itself, where it is asked.
    pub(super) document: Option<Arc<Document>>,
}

/// Where a service describes itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Issuer {
    /// Who it must be.
    pub(super) name: String,
    /// Where its description is.
    pub(super) document: String,
}

impl Provider {
    /// The service of a configuration; `None` where its name is not known.
    pub(super) fn new(options: &OAuth2Provider) -> Option<Self> {
        Some(Self { kind: Kind::find(&options.name)?, options: options.clone(), document: None })
    }

    /// The issuer that is configured, for OpenID Connect.
    pub(super) fn issuer(&self) -> Option<Issuer> {
        if !self.kind.is_oidc() {
            return None;
        }
        let (issuer, document) = (self.extra_text("issuer"), self.extra_text("discoveryURL"));
        match (issuer, document) {
            (None, None) => None,
            (Some(name), Some(document)) => Some(Issuer { name: name.to_owned(), document: document.to_owned() }),
            (Some(name), None) => {
                let document = format!("{}{WELL_KNOWN}", name.trim_end_matches('/'));
                Some(Issuer { name: name.to_owned(), document })
            }
            (None, Some(document)) => {
                let name = document.strip_suffix(WELL_KNOWN).unwrap_or(document);
                Some(Issuer { name: name.to_owned(), document: document.to_owned() })
            }
        }
    }

    /// Whether its ID tokens are bound to the sign-in that they were asked for by a nonce: where the issuer is
    /// configured, so that ID tokens are always verified, and there is a secret of the client to derive it from.
    pub(super) fn has_nonce(&self) -> bool {
        self.pkce() && self.issuer().is_some()
    }

    /// Whether PKCE is used.
    pub(super) fn pkce(&self) -> bool {
        self.options.pkce.unwrap_or(self.kind.pkce)
    }

    /// Its name on buttons.
    pub(super) fn display_name(&self) -> &str {
        [self.options.display_name.as_str(), self.kind.display_name]
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or(self.kind.name)
    }

    /// What is asked for.
    pub(super) fn scopes(&self) -> Cow<'static, [&'static str]> {
        if self.kind.name == "microsoft" && self.extra_text("idTokenEmailClaim").is_some() {
            let mut scopes = self.kind.scopes.to_vec();
            scopes.push("openid");
            return Cow::Owned(scopes);
        }
        Cow::Borrowed(self.kind.scopes)
    }

    /// Where users are sent to.
    pub(super) fn auth_url(&self) -> &str {
        self.endpoint(&self.options.auth_url, self.kind.auth_url, |document| &document.authorization_endpoint)
    }

    /// Where codes become tokens.
    pub(super) fn token_url(&self) -> &str {
        self.endpoint(&self.options.token_url, self.kind.token_url, |document| &document.token_endpoint)
    }

    /// Who tells of the user; empty where the ID token does.
    pub(super) fn user_info_url(&self) -> &str {
        self.endpoint(&self.options.user_info_url, self.kind.user_info_url, |document| &document.userinfo_endpoint)
    }

    /// Where the keys of its ID tokens are, if that is known.
    pub(super) fn jwks_url(&self) -> Option<&str> {
        let discovered = self.document.as_ref().map(|document| document.jwks_uri.as_str());
        self.extra_text("jwksURL").or(discovered).filter(|url| !url.is_empty())
    }

    /// Who may issue its ID tokens; empty is anybody.
    pub(super) fn issuers(&self) -> Vec<&str> {
        let listed = self.options.extra.as_ref().and_then(|extra| extra.get("issuers")).and_then(Json::as_array);
        let listed: Vec<&str> = listed.into_iter().flatten().filter_map(Json::as_str).collect();
        match &self.document {
            Some(document) if listed.is_empty() => vec![&document.issuer],
            _ => listed,
        }
    }

    /// A text of the settings that it alone has.
    pub(super) fn extra_text(&self, name: &str) -> Option<&str> {
        self.options.extra.as_ref()?.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    fn endpoint<'a>(
        &'a self,
        configured: &'a str,
        default: &'a str,
        discovered: impl Fn(&'a Document) -> &'a String,
    ) -> &'a str {
        if !configured.is_empty() {
            return configured;
        }
        self.document.as_deref().map_or(default, |document| discovered(document).as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn oidc(extra: Json) -> Provider {
        let options = json!({"name": "oidc", "clientId": "c", "extra": extra});
        Provider::new(&serde_json::from_value(options).expect("options")).expect("a known name")
    }

    #[test]
    fn an_issuer_says_where_it_describes_itself() {
        let found = |extra| oidc(extra).issuer().map(|issuer| (issuer.name, issuer.document));
        let of = |name: &str, document: &str| Some((name.to_owned(), document.to_owned()));
        let well_known = "https://id.example/realm/.well-known/openid-configuration";
        assert_eq!(found(json!(null)), None);
        assert_eq!(found(json!({"issuer": ""})), None);
        assert_eq!(found(json!({"issuer": "https://id.example/realm"})), of("https://id.example/realm", well_known));
        assert_eq!(found(json!({"issuer": "https://id.example/realm/"})), of("https://id.example/realm/", well_known));
        assert_eq!(found(json!({"discoveryURL": well_known})), of("https://id.example/realm", well_known));
        assert_eq!(found(json!({"issuer": "a", "discoveryURL": "b"})), of("a", "b"));
    }

    #[test]
    fn only_oidc_is_asked_for_a_description_and_only_with_pkce_there_is_a_nonce() {
        let mut provider = oidc(json!({"issuer": "https://id.example"}));
        assert!(provider.has_nonce());
        provider.options.pkce = Some(false);
        assert!(!provider.has_nonce());
        provider.kind = Kind::find("google").expect("google");
        assert_eq!(provider.issuer(), None);
    }

    #[test]
    fn what_is_configured_comes_before_what_is_discovered_and_that_before_defaults() {
        let mut provider = oidc(json!(null));
        assert_eq!(provider.token_url(), "");
        let document = Document {
            issuer: "i".into(),
            token_endpoint: "discovered".into(),
            jwks_uri: "keys".into(),
            ..Document::default()
        };
        provider.document = Some(Arc::new(document));
        assert_eq!(provider.token_url(), "discovered");
        assert_eq!((provider.issuers(), provider.jwks_url()), (vec!["i"], Some("keys")));
        provider.options.token_url = "configured".into();
        assert_eq!(provider.token_url(), "configured");
        assert_eq!(provider.display_name(), "OIDC");
        provider.options.display_name = "Work".into();
        assert_eq!(provider.display_name(), "Work");
    }
}
