//! A code becomes tokens (RFC 6749, section 4.1.3). Services differ in how the client says who it is, so the two ways
//! are tried, and what worked is remembered for each address.

use std::collections::HashMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use reqwest::header::AUTHORIZATION;
use serde_json::{Map, Value as Json};
use url::form_urlencoded;

use super::OAuth2;
use super::client::{Answer, Told, send};
use super::provider::Provider;

/// How a client says who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// In the header.
    Basic,
    /// In the body.
    Body,
}

/// The ways that worked, by the address of the token endpoint.
#[derive(Default)]
pub(super) struct Styles(Mutex<HashMap<String, Style>>);

/// What a code was exchanged for.
#[derive(Debug, Clone, Default)]
pub(super) struct Tokens {
    /// The access token.
    pub(super) access: String,
    /// The refresh token; empty where there is none.
    pub(super) refresh: String,
    /// When the access token ends, if it does.
    pub(super) expiry: Option<DateTime<Utc>>,
    /// How the access token is to be named.
    scheme: String,
    /// The whole answer.
    pub(super) raw: Map<String, Json>,
}

/// What is brought back from the service.
pub(super) struct Grant<'a> {
    /// The code.
    pub(super) code: &'a str,
    /// The secret of the client that asked for it.
    pub(super) verifier: &'a str,
    /// Where the user was sent to with it.
    pub(super) redirect_url: &'a str,
}

impl Tokens {
    /// The value of the `Authorization` header.
    pub(super) fn authorization(&self) -> String {
        format!("{} {}", self.scheme, self.access)
    }

    /// The ID token, if one came along.
    pub(super) fn id_token(&self) -> Option<&str> {
        self.raw.get("id_token")?.as_str().filter(|token| !token.is_empty())
    }

    fn read(answer: &Answer, now: DateTime<Utc>) -> Told<Self> {
        let raw = read_object(answer)?;
        let text = |name: &str| raw.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let access = text("access_token");
        if access.is_empty() {
            // The word is of a known list; anything else could be whatever was sent.
            let word = text("error");
            let word = if is_word(&word) { word } else { "no access token".to_owned() };
            return Err(format!("the service gave no tokens ({}): {word}", answer.status));
        }
        let seconds = match raw.get("expires_in") {
            Some(Json::String(text)) => text.parse().ok(),
            Some(number) => number.as_f64(),
            None => None,
        };
        let life =
            seconds.filter(|seconds| (1.0..1e11).contains(seconds)).map(|seconds| TimeDelta::seconds(seconds as i64));
        let expiry = life.and_then(|life| now.checked_add_signed(life));
        let scheme = text("token_type");
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "" | "bearer" => "Bearer".to_owned(),
            "mac" => "MAC".to_owned(),
            "basic" => "Basic".to_owned(),
            _ => scheme,
        };
        Ok(Self { access, refresh: text("refresh_token"), expiry, scheme, raw })
    }
}

/// Whether a text is an error code as the RFC has them, rather than prose.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// The object that an answer is: JSON, or a form where its type says so.
fn read_object(answer: &Answer) -> Told<Map<String, Json>> {
    let essence = answer.content_type.split(';').next().unwrap_or_default().trim();
    if matches!(essence, "text/plain" | "application/x-www-form-urlencoded") {
        let pairs = form_urlencoded::parse(&answer.body);
        let form: Map<_, _> =
            pairs.map(|(name, value)| (name.into_owned(), Json::String(value.into_owned()))).collect();
        if form.contains_key("access_token") || !answer.body.trim_ascii_start().starts_with(b"{") {
            return Ok(form);
        }
    }
    match answer.json()? {
        Json::Object(map) => Ok(map),
        _ => Err("the service's answer is no object".to_owned()),
    }
}

impl OAuth2 {
    /// Exchanges a code for tokens.
    pub(super) async fn exchange(&self, provider: &Provider, grant: &Grant<'_>) -> Told<Tokens> {
        let url = provider.token_url();
        if url.is_empty() {
            return Err("no token endpoint is configured".to_owned());
        }
        let known = self.styles.0.lock().get(url).copied();
        let first = known.unwrap_or(Style::Basic);
        let answer = self.attempt(provider, grant, first).await?;
        let (style, tokens) = match accepted(&answer) {
            Ok(tokens) => (first, tokens),
            // What has worked is given up only where the client itself was refused.
            Err(reason) if known.is_some() && !refuses_client(&answer) => return Err(reason),
            Err(_) => {
                let other = if first == Style::Basic { Style::Body } else { Style::Basic };
                (other, accepted(&self.attempt(provider, grant, other).await?)?)
            }
        };
        self.styles.0.lock().insert(url.to_owned(), style);
        Ok(tokens)
    }

    async fn attempt(&self, provider: &Provider, grant: &Grant<'_>, style: Style) -> Told<Answer> {
        let options = &provider.options;
        let mut form = vec![("grant_type", "authorization_code"), ("code", grant.code)];
        if !grant.redirect_url.is_empty() {
            form.push(("redirect_uri", grant.redirect_url));
        }
        if provider.pkce() {
            form.push(("code_verifier", grant.verifier));
        }
        if style == Style::Body {
            form.extend([("client_id", options.client_id.as_str()), ("client_secret", options.client_secret.as_str())]);
        }
        let mut request = self.client.http()?.post(provider.token_url()).form(&form);
        if style == Style::Basic {
            request = request.header(AUTHORIZATION, basic(&options.client_id, &options.client_secret));
        }
        send(request).await
    }
}

fn accepted(answer: &Answer) -> Told<Tokens> {
    match answer.status {
        200..300 => Tokens::read(answer, crate::time::now()),
        // The body says why, in a word.
        status => {
            Err(Tokens::read(answer, crate::time::now()).err().unwrap_or(format!("the service answered with {status}")))
        }
    }
}

fn refuses_client(answer: &Answer) -> bool {
    let word = read_object(answer).ok().and_then(|map| map.get("error").and_then(Json::as_str).map(str::to_owned));
    answer.status == 401 || word.as_deref() == Some("invalid_client")
}

/// Id and secret as a form would have them (RFC 6749, section 2.3.1).
fn basic(id: &str, secret: &str) -> String {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", BASE64_STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(content_type: &str, body: &str) -> Told<Tokens> {
        let answer = Answer { status: 200, content_type: content_type.to_owned(), body: body.as_bytes().to_vec() };
        Tokens::read(&answer, DateTime::from_timestamp(1_700_000_000, 0).expect("in range"))
    }

    #[test]
    fn tokens_come_as_json_or_as_a_form() {
        let tokens = read("application/json", r#"{"access_token":"a","token_type":"bearer","expires_in":60,"x":1}"#);
        let tokens = tokens.expect("tokens");
        assert_eq!(
            (tokens.authorization(), tokens.expiry.map(|at| at.timestamp())),
            ("Bearer a".into(), Some(1_700_000_060))
        );
        assert_eq!(tokens.raw["x"], json!(1));
        for kind in ["application/x-www-form-urlencoded; charset=utf-8", "text/plain"] {
            let tokens = read(kind, "access_token=a%20b&refresh_token=r&expires_in=60&token_type=mac").expect("tokens");
            assert_eq!((tokens.authorization(), tokens.refresh.as_str()), ("MAC a b".into(), "r"));
            assert_eq!(tokens.expiry.map(|at| at.timestamp()), Some(1_700_000_060));
        }
        let plain = read("text/plain", r#"{"access_token":"a"}"#).expect("JSON that calls itself text");
        assert_eq!((plain.access.as_str(), plain.expiry), ("a", None));
    }

    #[test]
    fn an_answer_without_an_access_token_is_a_failure_that_repeats_no_secrets() {
        let failed = |kind: &str, body: &str| read(kind, body).expect_err("no tokens");
        assert!(failed("application/json", r#"{"error":"invalid_grant"}"#).ends_with("invalid_grant"));
        assert!(!failed("application/json", r#"{"error":"Secret 12 leaked"}"#).contains("leaked"));
        for body in ["", "[]", "null", "{", r#"{"access_token":""}"#, r#"{"access_token":5}"#] {
            failed("application/json", body);
        }
    }

    #[test]
    fn odd_lives_are_no_expiry() {
        for odd in ["0", "-5", "1e300", "\"x\"", "null", "{}"] {
            let body = format!(r#"{{"access_token":"a","expires_in":{odd}}}"#);
            assert_eq!(read("application/json", &body).expect("tokens").expiry, None, "{odd}");
        }
    }

    #[test]
    fn the_header_has_id_and_secret_as_a_form_has_them() {
        assert_eq!(basic("a:b", "c d"), format!("Basic {}", BASE64_STANDARD.encode("a%3Ab:c+d")));
    }
}
