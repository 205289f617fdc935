//! Where a user is sent to sign in: the address, and the secrets that go with it. Nothing of it is kept here: the
//! client brings back what it needs (contract: auth, section 7.1).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use url::form_urlencoded::Serializer;

use super::provider::Provider;
use crate::ids;

const STATE_LENGTH: usize = 30;
const VERIFIER_LENGTH: usize = 43;

/// The entry of a provider among the ways to sign in, with fresh secrets.
pub(super) fn entry(provider: &Provider) -> Json {
    let state = ids::random_alphanumeric(STATE_LENGTH);
    let verifier = if provider.pkce() { ids::random_alphanumeric(VERIFIER_LENGTH) } else { String::new() };
    let url = url(provider, &state, &verifier);
    let (challenge, method) = match verifier.as_str() {
        "" => (String::new(), ""),
        verifier => (challenge(verifier), "S256"),
    };
    json!({
        "name": provider.kind.name,
        "displayName": provider.display_name(),
        "logo": provider.kind.logo(),
        "state": state,
        "authURL": url,
        "authUrl": url,
        "codeVerifier": verifier,
        "codeChallenge": challenge,
        "codeChallengeMethod": method,
    })
}

/// The address: sorted parameters, and last the one that the client completes.
fn url(provider: &Provider, state: &str, verifier: &str) -> String {
    let mut parameters = vec![
        ("client_id", provider.options.client_id.clone()),
        ("response_type", "code".to_owned()),
        ("state", state.to_owned()),
    ];
    let scopes = provider.scopes();
    if !scopes.is_empty() {
        parameters.push(("scope", scopes.join(" ")));
    }
    if !verifier.is_empty() {
        parameters.push(("code_challenge", challenge(verifier)));
        parameters.push(("code_challenge_method", "S256".to_owned()));
        if provider.has_nonce() {
            parameters.push(("nonce", nonce(verifier)));
        }
    }
    if provider.kind.name == "apple" {
        parameters.push(("response_mode", "form_post".to_owned()));
    }
    parameters.sort();
    let query = Serializer::new(String::new()).extend_pairs(parameters).finish();
    let endpoint = provider.auth_url();
    let joint = if endpoint.contains('?') { '&' } else { '?' };
    format!("{endpoint}{joint}{query}&redirect_uri=")
}

fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// The nonce that goes with a verifier. It is derived, so that it can be asked for again without being kept, and
/// says nothing about the challenge that stands beside it.
pub(super) fn nonce(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(format!("nonce\0{verifier}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(options: Json) -> Provider {
        Provider::new(&serde_json::from_value(options).expect("options")).expect("a known name")
    }

    #[test]
    fn the_address_has_sorted_parameters_and_ends_with_the_open_one() {
        let github = provider(json!({"name": "github", "clientId": "a b&c"}));
        assert_eq!(
            url(&github, "s", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "https://github.com/login/oauth/authorize?client_id=a+b%26c\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
             &response_type=code&scope=read%3Auser+user%3Aemail&state=s&redirect_uri="
        );
        let bitbucket = provider(json!({"name": "bitbucket", "clientId": "c", "authURL": "https://b.example/a?x=1"}));
        assert_eq!(
            url(&bitbucket, "s", ""),
            "https://b.example/a?x=1&client_id=c&response_type=code&scope=account&state=s&redirect_uri="
        );
        let notion = provider(json!({"name": "notion", "clientId": "c", "pkce": false}));
        assert!(url(&notion, "s", "").ends_with("?client_id=c&response_type=code&state=s&redirect_uri="));
        let apple = provider(json!({"name": "apple", "clientId": "c", "pkce": false}));
        assert!(url(&apple, "s", "").contains("&response_mode=form_post&response_type=code&scope=name+email&"));
    }

    #[test]
    fn a_nonce_is_sent_where_the_issuer_is_known() {
        let known = provider(json!({"name": "oidc", "clientId": "c", "extra": {"issuer": "https://id.example"}}));
        assert!(url(&known, "s", "v").contains(&format!("&nonce={}&", nonce("v"))));
        let unknown = provider(json!({"name": "oidc", "clientId": "c"}));
        assert!(!url(&unknown, "s", "v").contains("nonce"));
        assert_ne!(nonce("v"), challenge("v"));
    }

    #[test]
    fn secrets_are_fresh_and_empty_without_pkce() {
        let google = provider(json!({"name": "google", "clientId": "c"}));
        let (one, other) = (entry(&google), entry(&google));
        for key in ["state", "codeVerifier"] {
            assert_ne!(one[key], other[key]);
        }
        assert_eq!(one["state"].as_str().map(str::len), Some(30));
        assert_eq!(one["codeVerifier"].as_str().map(str::len), Some(43));
        assert_eq!(one["codeChallenge"], challenge(one["codeVerifier"].as_str().expect("a text")));
        assert_eq!(one["authURL"], one["authUrl"]);
        let vk = entry(&provider(json!({"name": "vk", "clientId": "c"})));
        assert_eq!(
            (&vk["codeVerifier"], &vk["codeChallenge"], &vk["codeChallengeMethod"]),
            (&json!(""), &json!(""), &json!(""))
        );
    }

    #[test]
    fn microsoft_is_asked_for_an_id_token_where_that_names_the_address() {
        let plain = provider(json!({"name": "microsoft", "clientId": "c"}));
        assert!(url(&plain, "s", "").contains("scope=User.Read&"));
        let claim =
            provider(json!({"name": "microsoft", "clientId": "c", "extra": {"idTokenEmailClaim": "any_verified"}}));
        assert!(url(&claim, "s", "").contains("scope=User.Read+openid&"));
    }
}
