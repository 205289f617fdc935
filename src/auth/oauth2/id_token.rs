//! ID tokens (OpenID Connect Core 1.0, section 3.1.3.7): who issued one, for whom, when, and with which key.
//!
//! A token never says how it is to be verified: the key does, and keys that are secrets are no keys for this.

use std::time::Instant;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde_json::{Map, Value as Json};

use super::client::{Client, Told};
use super::kept::Kept;

/// No ID token of a sane provider comes near it.
const LONGEST: usize = 64 * 1024;

/// An ID token that is well formed and not yet believed.
pub(super) struct Token<'t> {
    message: &'t str,
    signature: &'t str,
    header: Map<String, Json>,
    claims: Map<String, Json>,
}

/// What an ID token must say.
pub(super) struct Expected<'a> {
    /// Who may have issued it; empty is anybody.
    pub(super) issuers: Vec<&'a str>,
    /// For whom it must be.
    pub(super) client_id: &'a str,
    /// What binds it to the sign-in that it was asked for.
    pub(super) nonce: Option<String>,
    /// Whether a party that it names must be this client.
    pub(super) authorized_party: bool,
}

impl<'t> Token<'t> {
    /// Reads a token.
    pub(super) fn read(token: &'t str) -> Told<Self> {
        let malformed = || "the ID token is malformed".to_owned();
        if token.len() > LONGEST {
            return Err(malformed());
        }
        let (message, signature) = token.rsplit_once('.').ok_or_else(malformed)?;
        let (header, claims) = message.split_once('.').ok_or_else(malformed)?;
        let object = |part: &str| -> Option<Map<String, Json>> {
            serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).ok()?).ok()
        };
        let (header, claims) = (object(header).ok_or_else(malformed)?, object(claims).ok_or_else(malformed)?);
        Ok(Self { message, signature, header, claims })
    }

    /// What it says, if its time is right.
    pub(super) fn timely(self, leeway: i64) -> Told<Map<String, Json>> {
        let now = crate::time::now().timestamp_millis() as f64 / 1000.0;
        let leeway = leeway as f64;
        let at = |name: &str| self.claims.get(name).map(|value| value.as_f64().unwrap_or(f64::NAN));
        let begun = |name: &str| at(name).is_none_or(|instant| instant <= now + leeway);
        if !at("exp").is_some_and(|instant| instant > now - leeway) {
            return Err("the ID token is expired".to_owned());
        }
        if !(begun("iat") && begun("nbf")) {
            return Err("the ID token is of the future".to_owned());
        }
        Ok(self.claims)
    }

    /// What it says, if that is what is expected.
    pub(super) fn claims(self, expected: &Expected<'_>, leeway: i64) -> Told<Map<String, Json>> {
        let claims = self.timely(leeway)?;
        let text = |name: &str| claims.get(name).and_then(Json::as_str);
        if !expected.issuers.is_empty() && !text("iss").is_some_and(|issuer| expected.issuers.contains(&issuer)) {
            return Err("the ID token is of another issuer".to_owned());
        }
        let audience = match claims.get("aud") {
            Some(Json::String(one)) => vec![one.as_str()],
            Some(Json::Array(several)) => several.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        };
        let party = claims.get("azp").filter(|_| expected.authorized_party);
        if !audience.contains(&expected.client_id) || party.is_some_and(|party| party != expected.client_id) {
            return Err("the ID token is for another client".to_owned());
        }
        if let Some(nonce) = &expected.nonce
            && text("nonce") != Some(nonce)
        {
            return Err("the ID token is of another sign-in".to_owned());
        }
        Ok(claims)
    }

    fn kid(&self) -> Option<&str> {
        self.header.get("kid")?.as_str()
    }

    /// Whether it is signed with a key, by the algorithm that the key is for.
    fn is_signed_with(&self, key: &Jwk) -> bool {
        let Some(algorithm) = algorithm(key) else { return false };
        let named = self.header.get("alg").and_then(Json::as_str).and_then(|name| name.parse::<Algorithm>().ok());
        let Ok(decoding) = DecodingKey::from_jwk(key) else { return false };
        named == Some(algorithm)
            && crypto::verify(self.signature, self.message.as_bytes(), &decoding, algorithm).unwrap_or(false)
    }
}

/// The one algorithm that a public key is for; `None` for keys that do not say, and for secrets.
fn algorithm(key: &Jwk) -> Option<Algorithm> {
    use KeyAlgorithm as Named;
    match (&key.algorithm, key.common.key_algorithm?) {
        (AlgorithmParameters::RSA(_), named) => Some(match named {
            Named::RS256 => Algorithm::RS256,
            Named::RS384 => Algorithm::RS384,
            Named::RS512 => Algorithm::RS512,
            Named::PS256 => Algorithm::PS256,
            Named::PS384 => Algorithm::PS384,
            Named::PS512 => Algorithm::PS512,
            _ => return None,
        }),
        (AlgorithmParameters::EllipticCurve(curve), Named::ES256) if curve.curve == EllipticCurve::P256 => {
            Some(Algorithm::ES256)
        }
        (AlgorithmParameters::EllipticCurve(curve), Named::ES384) if curve.curve == EllipticCurve::P384 => {
            Some(Algorithm::ES384)
        }
        (AlgorithmParameters::OctetKeyPair(pair), Named::EdDSA) if pair.curve == EllipticCurve::Ed25519 => {
            Some(Algorithm::EdDSA)
        }
        _ => None,
    }
}

/// Published keys, by the address of their set.
#[derive(Default)]
pub(super) struct Keys(Kept<Vec<Jwk>>);

impl Keys {
    /// Refuses a token that is not signed with the key of its `kid` in a set. A set that does not have the key yet is
    /// fetched once more: keys are replaced from time to time.
    pub(super) async fn check(&self, client: &Client, url: &str, token: &Token<'_>) -> Told<()> {
        let begun = Instant::now();
        let kid = token.kid().ok_or("the ID token does not say with which key it is signed")?;
        let keys = self.0.get(url, None, fetch(client, url)).await?;
        let found = match find(&keys, kid) {
            Some(key) => token.is_signed_with(key),
            None => {
                let keys = self.0.get(url, Some(begun), fetch(client, url)).await?;
                find(&keys, kid).is_some_and(|key| token.is_signed_with(key))
            }
        };
        if found { Ok(()) } else { Err("the ID token is not signed with a key of its issuer".to_owned()) }
    }
}

fn find<'k>(keys: &'k [Jwk], kid: &str) -> Option<&'k Jwk> {
    keys.iter().find(|key| key.common.key_id.as_deref() == Some(kid))
}

async fn fetch(client: &Client, url: &str) -> Told<Vec<Jwk>> {
    read_keys(client.public(url).await?)
}

/// The keys of a set; one of a kind that is not known is left out.
fn read_keys(set: Json) -> Told<Vec<Jwk>> {
    let keys = set.get("keys").and_then(Json::as_array).ok_or("the key set is malformed")?;
    Ok(keys.iter().filter_map(|key| serde_json::from_value(key.clone()).ok()).collect())
}
