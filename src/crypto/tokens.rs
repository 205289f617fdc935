//! JSON web tokens (RFC 7519), HS256 alone.
//!
//! A token is read in two steps: its claims say which key it must be signed with, so they are looked at first
//! ([`decode`]) and believed only once the signature holds ([`Unverified::is_signed_with`]).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, crypto};
use serde_json::{Map, Value as Json, json};

use crate::error::{Error, Result};

/// `{"alg":"HS256","typ":"JWT"}`
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
/// No token of ours comes near it.
const LONGEST: usize = 8 * 1024;

/// What a token of a record says.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims {
    /// The record.
    pub id: String,
    /// Its collection's id.
    pub collection_id: String,
    /// What the token is good for: `auth` for the `Authorization` header.
    pub kind: String,
    /// What else it says, by the contract's keys.
    pub rest: Map<String, Json>,
}

impl Claims {
    /// A text of the rest, if it has one that is not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.rest.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// Whether a refresh gives a new token.
    pub fn is_refreshable(&self) -> bool {
        self.rest.get("refreshable").and_then(Json::as_bool).unwrap_or(false)
    }
}

/// The signed token of these claims, good until `expires` (Unix seconds).
///
/// # Errors
/// `Internal` where the key is empty or signing fails.
pub fn sign(claims: &Claims, expires: i64, key: &Key) -> Result<String> {
    let mut payload = claims.rest.clone();
    payload.insert("collectionId".to_owned(), json!(claims.collection_id));
    payload.insert("exp".to_owned(), json!(expires));
    payload.insert("id".to_owned(), json!(claims.id));
    payload.insert("type".to_owned(), json!(claims.kind));
    let message = format!("{HEADER}.{}", BASE64_URL_SAFE_NO_PAD.encode(Json::Object(payload).to_string()));
    let signature = crypto::sign(message.as_bytes(), &EncodingKey::from_secret(&key.0), Algorithm::HS256)
        .map_err(|error| Error::internal(format!("a token cannot be signed: {error}")))?;
    Ok(format!("{message}.{signature}"))
}

/// What a token is signed with: the record's `tokenKey` and the collection's secret for this kind of token.
pub struct Key(Vec<u8>);

impl Key {
    /// The key; `None` where one of the parts is empty, since anybody could sign with the rest.
    pub fn new(token_key: &str, secret: &str) -> Option<Self> {
        if token_key.is_empty() || secret.is_empty() {
            return None;
        }
        Some(Self([token_key.as_bytes(), secret.as_bytes()].concat()))
    }
}

/// A well-formed token whose time is right and whose signature nobody has looked at.
pub struct Unverified<'t> {
    /// What it says; not to be believed yet.
    pub claims: Claims,
    message: &'t str,
    signature: &'t str,
}

/// Reads a token; `now` is in Unix seconds. `None` for whatever is no token that could be good.
pub fn decode(token: &str, now: f64) -> Option<Unverified<'_>> {
    if token.len() > LONGEST {
        return None;
    }
    let (message, signature) = token.rsplit_once('.')?;
    let (header, payload) = message.split_once('.')?;
    if object(header)?.get("alg")?.as_str()? != "HS256" {
        return None;
    }
    let mut payload = object(payload)?;
    if !time_is_right(&payload, now) {
        return None;
    }
    let mut text = |name: &str| match payload.remove(name)? {
        Json::String(text) if !text.is_empty() => Some(text),
        _ => None,
    };
    let (id, collection_id, kind) = (text("id")?, text("collectionId")?, text("type")?);
    Some(Unverified { claims: Claims { id, collection_id, kind, rest: payload }, message, signature })
}

/// What a token says, whether it is good or not; `None` for whatever is no token. Never to be believed.
pub fn payload(token: &str) -> Option<Map<String, Json>> {
    if token.len() > LONGEST {
        return None;
    }
    let (message, _) = token.rsplit_once('.')?;
    let (header, payload) = message.split_once('.')?;
    object(header)?;
    object(payload)
}

impl Unverified<'_> {
    /// Whether the signature is the one that this key gives.
    pub fn is_signed_with(&self, key: &Key) -> bool {
        let key = DecodingKey::from_secret(&key.0);
        crypto::verify(self.signature, self.message.as_bytes(), &key, Algorithm::HS256).unwrap_or(false)
    }
}

fn object(part: &str) -> Option<Map<String, Json>> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// `exp`, if there, lies ahead; `iat` and `nbf`, if there, do not. No leeway. What is no number is refused.
fn time_is_right(payload: &Map<String, Json>, now: f64) -> bool {
    let at = |name: &str| payload.get(name).map(|value| value.as_f64().unwrap_or(f64::NAN));
    let begun = |name: &str| at(name).is_none_or(|instant| instant <= now);
    at("exp").is_none_or(|instant| instant > now) && begun("iat") && begun("nbf")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: f64 = 1_700_000_000.0;

    fn key() -> Key {
        Key::new(&"k".repeat(50), &"s".repeat(50)).expect("not empty")
    }

    fn claims() -> Claims {
        let rest = Map::from_iter([("refreshable".to_owned(), json!(true)), ("email".to_owned(), json!("a@b.co"))]);
        Claims { id: "one".into(), collection_id: "pbc_1".into(), kind: "auth".into(), rest }
    }

    fn signed(header: &Json, payload: &Json) -> String {
        let part = |json: &Json| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
        let message = format!("{}.{}", part(header), part(payload));
        let key = EncodingKey::from_secret(&key().0);
        let signature = crypto::sign(message.as_bytes(), &key, Algorithm::HS256).expect("signed");
        format!("{message}.{signature}")
    }

    fn is_good(token: &str) -> bool {
        decode(token, NOW).is_some_and(|token| token.is_signed_with(&key()))
    }

    #[test]
    fn a_token_comes_back_with_its_claims() {
        let token = sign(&claims(), NOW as i64 + 1, &key()).expect("signed");
        assert!(token.starts_with(HEADER));
        let mut read = decode(&token, NOW).expect("readable");
        assert!(read.is_signed_with(&key()));
        assert!(read.claims.is_refreshable());
        assert_eq!(read.claims.text("email"), Some("a@b.co"));
        assert_eq!(read.claims.rest.remove("exp"), Some(json!(NOW as i64 + 1)));
        assert_eq!(read.claims, claims());
    }

    #[test]
    fn another_key_does_not_verify() {
        let token = sign(&claims(), NOW as i64 + 1, &key()).expect("signed");
        let read = decode(&token, NOW).expect("readable");
        let other = Key::new(&"k".repeat(50), &"S".repeat(50)).expect("not empty");
        assert!(!read.is_signed_with(&other));
        assert!(Key::new("", "secret").is_none() && Key::new("key", "").is_none());
    }

    #[test]
    fn time_claims_are_checked_without_leeway() {
        let with = |name: &str, value: Json| {
            let mut payload = json!({"id": "one", "collectionId": "pbc_1", "type": "auth"});
            payload[name] = value;
            is_good(&signed(&json!({"alg": "HS256"}), &payload))
        };
        for (name, value, good) in [
            ("x", json!(1), true),
            ("exp", json!(NOW + 0.5), true),
            ("exp", json!(NOW), false),
            ("exp", json!(0), false),
            ("exp", Json::Null, false),
            ("exp", json!("1900000000"), false),
            ("iat", json!(NOW), true),
            ("iat", json!(NOW + 1.0), false),
            ("nbf", json!(NOW - 1.0), true),
            ("nbf", json!(NOW + 1.0), false),
            ("nbf", json!("0"), false),
            ("iss", json!("anyone"), true),
            ("id", json!(""), false),
            ("id", json!(5), false),
            ("collectionId", Json::Null, false),
            ("type", json!(["auth"]), false),
        ] {
            assert_eq!(with(name, value.clone()), good, "{name} = {value}");
        }
    }

    #[test]
    fn only_hs256_is_accepted() {
        let payload = json!({"id": "one", "collectionId": "pbc_1", "type": "auth"});
        assert!(is_good(&signed(&json!({"alg": "HS256"}), &payload)));
        for alg in ["none", "HS384", "hs256", "RS256", ""] {
            assert!(!is_good(&signed(&json!({"alg": alg, "typ": "JWT"}), &payload)), "{alg}");
        }
        assert!(!is_good(&signed(&json!({"typ": "JWT"}), &payload)));
    }

    #[test]
    fn what_is_no_token_is_refused_quietly() {
        let token = sign(&claims(), NOW as i64 + 1, &key()).expect("signed");
        for text in [
            "",
            ".",
            "..",
            "...",
            "a.b.c",
            "é.é.é",
            &token[..token.len() - 1],
            &format!("{token}."),
            &"a".repeat(10_000),
        ] {
            assert!(!is_good(text), "{text}");
        }
        assert!(!is_good(&token.replacen('.', "..", 1)));
    }
}
