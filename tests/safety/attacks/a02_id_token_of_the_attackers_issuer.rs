//! An ID token from an issuer of the attacker's own, with the address of somebody else (Supabase Auth CVE-2026-31813).

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value as Json, json};

use crate::accounts::oauth2::provider::Provider;
use crate::accounts::oauth2::{PATH, ann, configure, links, users};
use crate::support::{Answer, Client, TestServer};

/// A service, that of the attacker, and a server that knows the first one by its issuer and by its keys.
async fn house() -> (Provider, Provider, TestServer) {
    let (good, evil) = (Provider::start().await, Provider::start().await);
    let server = TestServer::start().await;
    let extra = json!({"issuers": [good.url], "jwksURL": format!("{}/keys", good.url)});
    let by_keys = good.options("oidc2", json!({"userInfoURL": "", "extra": extra}));
    configure(&server, json!([good.by_issuer(), by_keys])).await;
    ann(&server, true).await;
    (good, evil, server)
}

/// What the attacker's issuer says of somebody with ann's address.
fn claims(of: &Provider, audience: &Provider, nonce: &str) -> Json {
    let mut claims = audience.claims("code", nonce);
    claims["iss"] = json!(of.url);
    claims["email"] = json!("ann@example.com");
    claims["email_verified"] = json!(true);
    claims
}

async fn brings(server: &TestServer, provider: &str, more: Json) -> Answer {
    let mut body = json!({"provider": provider, "code": "code", "codeVerifier": "v"});
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    server.guest().post(PATH, body).await
}

/// The nonce that goes with a verifier, and the verifier.
async fn begun(server: &TestServer) -> (String, String) {
    let methods = server.guest().get("/api/collections/users/auth-methods").await;
    let url = url::Url::parse(methods.text("/oauth2/providers/0/authURL")).expect("an address");
    let nonce = url.query_pairs().find(|(name, _)| name == "nonce").expect("a nonce").1.into_owned();
    (nonce, methods.text("/oauth2/providers/0/codeVerifier").to_owned())
}

#[tokio::test]
async fn an_id_token_of_another_issuer_links_and_makes_nothing() {
    let (good, evil, server) = house().await;
    good.knows_proven("code", "ann@example.com");
    let (nonce, verifier) = begun(&server).await;
    let other_key = EncodingKey::from_ec_pem(include_bytes!("../../data/keys/ec.pem")).expect("a key");
    let header = Header { kid: Some("one".into()), ..Header::new(Algorithm::ES256) };
    let of_other_key = encode(&header, &claims(&good, &good, &nonce), &other_key).expect("a token");
    let mut nobodys = claims(&good, &good, &nonce);
    nobodys.as_object_mut().expect("claims").remove("iss");
    let slashed = format!("{}/", good.url);
    let mut almost = claims(&good, &good, &nonce);
    almost["iss"] = json!(slashed);
    for token in [
        // Even where the signature is right.
        good.sign(&claims(&evil, &good, &nonce)),
        evil.sign(&claims(&evil, &evil, &nonce)),
        good.sign(&nobodys),
        good.sign(&almost),
        of_other_key,
    ] {
        good.gives("code", json!({ "id_token": token }));
        for provider in ["oidc", "oidc2"] {
            brings(&server, provider, json!({ "codeVerifier": verifier })).await.is(400).no_data();
        }
    }
    assert_eq!((users(&server).await, links(&server).await.len()), (1, 0));
    good.gives("code", json!({"id_token": good.sign(&claims(&good, &good, &nonce))}));
    brings(&server, "oidc2", json!({})).await.is(200).has("/meta/isNew", false);
}

#[tokio::test]
async fn what_the_client_sends_names_no_issuer_keys_or_endpoints() {
    let (good, evil, server) = house().await;
    evil.knows_proven("code", "ann@example.com");
    evil.gives("code", json!({"id_token": evil.sign(&claims(&evil, &evil, "n"))}));
    let keys = format!("{}/keys", evil.url);
    let (token_url, user_url) = (format!("{}/token", evil.url), format!("{}/me", evil.url));
    let more = json!({
        "issuer": evil.url, "extra": {"issuer": evil.url, "issuers": [evil.url], "jwksURL": keys},
        "tokenURL": token_url, "tokenUrl": token_url, "userInfoURL": user_url, "redirectURL": evil.url,
        "id_token": evil.sign(&claims(&evil, &evil, "n")), "access_token": "access-code",
    });
    for provider in ["oidc", "oidc2"] {
        brings(&server, provider, more.clone()).await.is(400).no_data();
    }
    assert!(evil.asked().is_empty(), "nobody asks the attacker");
    assert!(!good.asked().is_empty());
    assert_eq!((users(&server).await, links(&server).await.len()), (1, 0));
}
