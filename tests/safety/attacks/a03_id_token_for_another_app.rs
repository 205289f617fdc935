//! An ID token that the right issuer gave to another app (Parse CVE-2026-30863).

use serde_json::{Value as Json, json};

use crate::accounts::oauth2::provider::Provider;
use crate::accounts::oauth2::{PATH, ann, configure, links, users};
use crate::support::{Client, TestServer};

#[tokio::test]
async fn an_id_token_for_another_client_links_and_makes_nothing() {
    let provider = Provider::start().await;
    let server = TestServer::start().await;
    let keys = json!({"jwksURL": format!("{}/keys", provider.url)});
    let by_keys = provider.options("oidc", json!({"userInfoURL": "", "extra": keys}));
    // Another app of the same house: its tokens are no good at the first one.
    let neighbour = provider.options("oidc2", json!({"clientId": "neighbour", "userInfoURL": "", "extra": keys}));
    configure(&server, json!([by_keys, neighbour])).await;
    ann(&server, true).await;
    let mut claims = provider.claims("code", "n");
    claims["email"] = json!("ann@example.com");
    claims["email_verified"] = json!(true);
    let client = claims["aud"].as_str().expect("a client").to_owned();
    let brings = async |audience: Option<Json>| {
        let mut claims = claims.clone();
        match audience {
            Some(audience) => claims["aud"] = audience,
            None => _ = claims.as_object_mut().expect("claims").remove("aud"),
        }
        provider.gives("code", json!({"id_token": provider.sign(&claims)}));
        server.guest().post(PATH, json!({"provider": "oidc", "code": "code"})).await
    };
    for audience in [
        json!("another app"),
        json!("neighbour"),
        json!(["neighbour", "another app"]),
        json!([]),
        json!([[client]]),
        json!({ &client: true }),
        json!(format!("{client} ")),
        json!(client.to_uppercase()),
        json!(&client[..client.len() - 1]),
        json!(""),
        json!(null),
        json!(true),
    ] {
        brings(Some(audience)).await.is(400).no_data();
    }
    brings(None).await.is(400).no_data();
    assert_eq!((users(&server).await, links(&server).await.len()), (1, 0));
    brings(Some(json!(["another app", client]))).await.is(200).has("/meta/isNew", false);
}
