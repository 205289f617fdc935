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

#[cfg(test)]
mod tests {
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::json;

    use super::*;

    const ISSUER: &str = "https://id.example";
    const PEM: &[u8] = include_bytes!("../../../tests/data/keys/rsa.pem");
    const EC_PEM: &[u8] = include_bytes!("../../../tests/data/keys/ec.pem");

    fn claims() -> Json {
        let now = crate::time::now().timestamp();
        json!({"iss": ISSUER, "aud": "client", "sub": "u", "exp": now + 600, "iat": now, "nonce": "n"})
    }

    fn but(name: &str, value: Json) -> Json {
        let mut claims = claims();
        claims[name] = value;
        claims
    }

    fn without(name: &str) -> Json {
        let mut claims = claims();
        claims.as_object_mut().expect("claims").remove(name);
        claims
    }

    fn header(algorithm: Algorithm, kid: &str) -> Header {
        Header { kid: Some(kid.to_owned()), ..Header::new(algorithm) }
    }

    fn rsa() -> EncodingKey {
        EncodingKey::from_rsa_pem(PEM).expect("a key")
    }

    fn signed(claims: &Json) -> String {
        encode(&header(Algorithm::RS256, "one"), claims, &rsa()).expect("a token")
    }

    fn public(key: &EncodingKey, algorithm: Algorithm) -> Json {
        let mut jwk = serde_json::to_value(Jwk::from_encoding_key(key, algorithm).expect("a JWK")).expect("JSON");
        jwk["kid"] = json!("one");
        jwk
    }

    fn expected() -> Expected<'static> {
        Expected { issuers: vec![ISSUER], client_id: "client", nonce: Some("n".into()), authorized_party: true }
    }

    /// What becomes of a token.
    fn checked(token: &str, expected: &Expected<'_>) -> Told<Map<String, Json>> {
        Token::read(token)?.claims(expected, 300)
    }

    fn is_signed(token: &str, keys: Json) -> bool {
        let keys = read_keys(json!({ "keys": keys })).expect("keys");
        let token = Token::read(token).expect("a token");
        let kid = token.kid().unwrap_or_default().to_owned();
        find(&keys, &kid).is_some_and(|key| token.is_signed_with(key))
    }

    #[test]
    fn a_good_token_passes() {
        let token = signed(&claims());
        assert_eq!(checked(&token, &expected()).expect("good")["sub"], "u");
        assert!(is_signed(&token, json!([public(&rsa(), Algorithm::RS256)])));
        let several = but("aud", json!(["other", "client"]));
        assert!(checked(&signed(&several), &expected()).is_ok());
        let party = but("azp", json!("client"));
        assert!(checked(&signed(&party), &expected()).is_ok());
    }

    #[test]
    fn another_issuer_audience_or_nonce_is_refused() {
        for (claims, reason) in [
            (but("iss", json!("https://evil.example")), "issuer"),
            (but("iss", json!([ISSUER])), "issuer"),
            (without("iss"), "issuer"),
            (but("aud", json!("another app")), "client"),
            (but("aud", json!(["another app"])), "client"),
            (but("aud", json!("client2")), "client"),
            (without("aud"), "client"),
            (but("azp", json!("another app")), "client"),
            (but("nonce", json!("another")), "sign-in"),
            (without("nonce"), "sign-in"),
        ] {
            let refused = checked(&signed(&claims), &expected()).expect_err("refused");
            assert!(refused.contains(reason), "{claims}: {refused}");
        }
    }

    #[test]
    fn an_issuer_and_a_nonce_count_only_where_they_are_expected() {
        let anybody = Expected { issuers: Vec::new(), client_id: "client", nonce: None, authorized_party: false };
        let mut token = but("iss", json!("https://somebody.example"));
        token["azp"] = json!("somebody");
        assert!(checked(&signed(&token), &anybody).is_ok());
    }

    #[test]
    fn time_counts_with_a_leeway() {
        let now = crate::time::now().timestamp();
        for good in [but("exp", json!(now - 200)), but("iat", json!(now + 200)), but("nbf", json!(now + 200))] {
            assert!(checked(&signed(&good), &expected()).is_ok(), "{good}");
        }
        for bad in [
            but("exp", json!(now - 400)),
            but("exp", json!("tomorrow")),
            but("exp", json!(null)),
            without("exp"),
            but("iat", json!(now + 400)),
            but("nbf", json!(now + 400)),
        ] {
            assert!(checked(&signed(&bad), &expected()).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_the_algorithm_of_the_key_counts() {
        let keys = json!([public(&rsa(), Algorithm::RS256)]);
        let message = |header: Json| {
            let part = |json: &Json| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
            format!("{}.{}", part(&header), part(&claims()))
        };
        let none = message(json!({"alg": "none", "kid": "one"}));
        for signature in ["", "x"] {
            assert!(!is_signed(&format!("{none}.{signature}"), keys.clone()), "no signature at all");
        }
        // The public key, taken for a secret.
        let hs = message(json!({"alg": "HS256", "kid": "one"}));
        let modulus = keys[0]["n"].as_str().expect("a modulus").to_owned();
        for secret in [PEM.to_vec(), modulus.into_bytes(), keys[0].to_string().into_bytes()] {
            let signature = crypto::sign(hs.as_bytes(), &EncodingKey::from_secret(&secret), Algorithm::HS256);
            assert!(!is_signed(&format!("{hs}.{}", signature.expect("signed")), keys.clone()));
        }
        // Another algorithm of the same family than the one that the key is for.
        let other = encode(&header(Algorithm::RS512, "one"), &claims(), &rsa()).expect("a token");
        assert!(!is_signed(&other, keys));
    }

    #[test]
    fn keys_that_do_not_say_what_they_are_for_and_secrets_are_no_keys() {
        let token = signed(&claims());
        let mut unsaid = public(&rsa(), Algorithm::RS256);
        for alg in [json!(""), json!("HS256"), json!("none"), json!("RSA-OAEP")] {
            unsaid["alg"] = alg;
            assert!(!is_signed(&token, json!([unsaid])), "{unsaid}");
        }
        unsaid.as_object_mut().expect("a key").remove("alg");
        assert!(!is_signed(&token, json!([unsaid])));
        let secret = json!({"kty": "oct", "kid": "one", "alg": "HS256", "k": BASE64_URL_SAFE_NO_PAD.encode("secret")});
        let by_secret = encode(&header(Algorithm::HS256, "one"), &claims(), &EncodingKey::from_secret(b"secret"));
        assert!(!is_signed(&by_secret.expect("a token"), json!([secret])));
    }

    #[test]
    fn another_key_and_a_changed_token_are_refused() {
        let key = public(&rsa(), Algorithm::RS256);
        let token = signed(&claims());
        let other_kid = encode(&header(Algorithm::RS256, "two"), &claims(), &rsa()).expect("a token");
        assert!(!is_signed(&other_kid, json!([key])));
        let (message, signature) = token.rsplit_once('.').expect("a token");
        let (header, _) = message.split_once('.').expect("a token");
        let evil = BASE64_URL_SAFE_NO_PAD.encode(but("sub", json!("admin")).to_string());
        assert!(!is_signed(&format!("{header}.{evil}.{signature}"), json!([key])));
        assert!(!is_signed(&format!("{message}."), json!([key])));
    }

    #[test]
    fn keys_on_curves_count_and_unknown_ones_are_passed_over() {
        let ec = EncodingKey::from_ec_pem(EC_PEM).expect("a key");
        let token = encode(&header(Algorithm::ES256, "one"), &claims(), &ec).expect("a token");
        let unknown = json!({"kty": "new", "kid": "zero"});
        assert!(is_signed(&token, json!([unknown, public(&ec, Algorithm::ES256)])));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for token in ["", "a", "a.b", "a.b.c", "..", "e30.e30", &"x".repeat(70_000)] {
            assert!(Token::read(token).is_err(), "{token}");
        }
        assert!(read_keys(json!({})).is_err());
    }
}
