//! An OpenID provider that is configured by its issuer: it describes itself, and its ID tokens are verified whatever
//! else is asked (attacks 2, 3 and 4).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value as Json, json};

use super::provider::{Provider, public_key};
use super::{PATH, configure, links, users};
use crate::support::{Answer, Client, TestServer};

/// What a client was given to sign in with.
struct Begun {
    verifier: String,
    nonce: String,
}

async fn house() -> (Provider, TestServer) {
    let provider = Provider::start().await;
    let server = TestServer::start().await;
    configure(&server, json!([provider.by_issuer()])).await;
    (provider, server)
}

/// Begins a sign-in as a client does.
async fn begin(server: &TestServer) -> Begun {
    let methods = server.guest().get("/api/collections/users/auth-methods").await;
    let entry = methods.is(200).at("/oauth2/providers/0").clone();
    let url = url::Url::parse(entry["authURL"].as_str().expect("an address")).expect("an address");
    let nonce = url.query_pairs().find(|(name, _)| name == "nonce").expect("a nonce").1.into_owned();
    Begun { verifier: entry["codeVerifier"].as_str().expect("a text").to_owned(), nonce }
}

async fn finish(server: &TestServer, begun: &Begun) -> Answer {
    let body = json!({"provider": "oidc", "code": "code", "codeVerifier": begun.verifier});
    server.guest().post(PATH, body).await
}

fn gives(provider: &Provider, token: String) {
    provider.gives("code", json!({ "id_token": token }));
}

#[tokio::test]
async fn the_issuer_alone_is_enough_and_is_asked_once() {
    let (provider, server) = house().await;
    provider.knows_proven("code", "ann@example.com");
    let begun = begin(&server).await;
    gives(&provider, provider.sign(&provider.claims("code", &begun.nonce)));
    let answer = finish(&server, &begun).await;
    answer.is(200).has("/meta/id", "id-code").has("/record/email", "ann@example.com").has("/record/verified", true);
    finish(&server, &begun).await.is(200).has("/meta/isNew", false);
    assert_eq!(provider.descriptions(), 1);
}

#[tokio::test]
async fn an_id_token_of_another_issuer_client_sign_in_or_time_is_refused() {
    let (provider, server) = house().await;
    provider.knows_proven("code", "ann@example.com");
    let begun = begin(&server).await;
    let other = begin(&server).await;
    let good = provider.claims("code", &begun.nonce);
    let now = chrono::Utc::now().timestamp();
    for (name, value) in [
        ("iss", json!("https://evil.example")),
        ("iss", json!(null)),
        ("aud", json!("another app")),
        ("aud", json!(["another app"])),
        ("azp", json!("another app")),
        ("nonce", json!(other.nonce)),
        ("nonce", json!("")),
        ("nonce", json!(null)),
        ("exp", json!(now - 3600)),
        ("iat", json!(now + 3600)),
        ("sub", json!("somebody else")),
    ] {
        let mut claims = good.clone();
        claims[name] = value;
        gives(&provider, provider.sign(&claims));
        finish(&server, &begun).await.is(400).no_data();
    }
    provider.gives("code", json!({}));
    finish(&server, &begun).await.is(400).no_data();
    assert_eq!((users(&server).await, links(&server).await.len()), (0, 0));
    gives(&provider, provider.sign(&good));
    finish(&server, &begun).await.is(200);
}

#[tokio::test]
async fn an_id_token_that_no_key_of_the_issuer_signed_is_refused() {
    let (provider, server) = house().await;
    provider.knows_proven("code", "ann@example.com");
    let begun = begin(&server).await;
    let claims = provider.claims("code", &begun.nonce);
    let part = |json: &Json| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    let none = format!("{}.{}.", part(&json!({"alg": "none", "kid": "one"})), part(&claims));
    let unnamed = encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(b"x")).expect("a token");
    let header = Header { kid: Some("one".into()), ..Header::new(Algorithm::HS256) };
    let public = public_key("one").to_string();
    let swapped = encode(&header, &claims, &EncodingKey::from_secret(public.as_bytes())).expect("a token");
    let good = provider.sign(&claims);
    let (message, signature) = good.rsplit_once('.').expect("a token");
    let evil = format!("{}.{}.{signature}", message.split_once('.').expect("a token").0, part(&json!({"sub": "x"})));
    for token in [none, unnamed, swapped, evil, format!("{message}."), "nonsense".to_owned()] {
        gives(&provider, token);
        finish(&server, &begun).await.is(400).no_data();
    }
    assert_eq!(users(&server).await, 0);
}

#[tokio::test]
async fn a_new_key_is_found_when_it_is_needed() {
    let (provider, server) = house().await;
    provider.knows_proven("code", "ann@example.com");
    let begun = begin(&server).await;
    let claims = provider.claims("code", &begun.nonce);
    gives(&provider, provider.sign(&claims));
    finish(&server, &begun).await.is(200);
    provider.rotates_to("two");
    gives(&provider, provider.sign(&claims));
    finish(&server, &begun).await.is(200);
}

#[tokio::test]
async fn somebody_who_describes_themselves_as_another_issuer_is_not_offered() {
    let provider = Provider::start().await;
    provider.claims_to_be("https://evil.example");
    provider.knows_proven("code", "ann@example.com");
    let server = TestServer::start().await;
    configure(&server, json!([provider.by_issuer(), provider.options("oidc2", json!({}))])).await;
    let methods = server.guest().get("/api/collections/users/auth-methods").await;
    methods.is(200).has("/oauth2/enabled", true).has("/oauth2/providers/0/name", "oidc2").lacks("/oauth2/providers/1");
    let body = json!({"provider": "oidc", "code": "code", "codeVerifier": "v"});
    server.guest().post(PATH, body).await.is(400).no_data();
}

#[tokio::test]
async fn without_an_issuer_the_id_token_is_read_where_there_is_no_user_endpoint() {
    let provider = Provider::start().await;
    let server = TestServer::start().await;
    let keys = format!("{}/keys", provider.url);
    let extra = json!({"userInfoURL": "", "extra": {"issuers": [provider.url], "jwksURL": keys}});
    configure(&server, json!([provider.options("oidc", extra)])).await;
    let mut claims = provider.claims("code", "the client's own");
    claims["email"] = json!("ann@example.com");
    claims["email_verified"] = json!("true");
    gives(&provider, provider.sign(&claims));
    let begun = Begun { verifier: "v".into(), nonce: String::new() };
    finish(&server, &begun).await.is(200).has("/meta/email", "ann@example.com").has("/meta/rawUser/sub", "id-code");
    for (name, value) in [("iss", "https://evil.example"), ("aud", "another app")] {
        let mut claims = claims.clone();
        claims[name] = json!(value);
        gives(&provider, provider.sign(&claims));
        finish(&server, &begun).await.is(400).no_data();
    }
    let methods = server.guest().get("/api/collections/users/auth-methods").await;
    assert!(!methods.text("/oauth2/providers/0/authURL").contains("nonce"), "nobody would look at it");
}
