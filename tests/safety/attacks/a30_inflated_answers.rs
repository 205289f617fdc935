//! An answer of a service that is small on the way and large once it is inflated, or breaks what inflates it (Appwrite
//! 2.6.2, Brotli): nothing that comes from outside is inflated.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::accounts::oauth2::{configure, links, sign_in, users};
use crate::support::TestServer;

/// `{"sub":"u","email":"ann@example.com","email_verified":true}`, through gzip.
const USER: &str = "H4sIAAAAAAACA6tWKi5NUrJSKlXSUUrNTczMAbIT8/IcUisScwtyUvWS83NhMvFlqUWZaZmpKUpWJUWlqbUAMWQ3xTsAAAA=";

/// A service whose user endpoint answers in an encoding; its address, and what encodings it was offered.
async fn service(encoding: &'static str) -> (String, Arc<Mutex<Vec<HeaderMap>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (by_token, by_me) = (Arc::clone(&asked), Arc::clone(&asked));
    let token = async move |headers: HeaderMap| {
        by_token.lock().expect("nobody panicked").push(headers);
        ([(CONTENT_TYPE, "application/json")], json!({"access_token": "a"}).to_string())
    };
    let me = async move |headers: HeaderMap| {
        by_me.lock().expect("nobody panicked").push(headers);
        let body = BASE64_STANDARD.decode(USER).expect("base64");
        ([(CONTENT_TYPE, "application/json"), (CONTENT_ENCODING, encoding)], body).into_response()
    };
    let routes = Router::new().route("/token", post(token)).route("/me", get(me));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (url, asked)
}

#[tokio::test]
async fn what_comes_encoded_is_not_inflated_and_no_encoding_is_offered() {
    let server = TestServer::start().await;
    for encoding in ["gzip", "br", "deflate", "zstd"] {
        let (url, asked) = service(encoding).await;
        let provider = json!({
            "name": "oidc", "clientId": "c", "clientSecret": "s", "authURL": format!("{url}/auth"),
            "tokenURL": format!("{url}/token"), "userInfoURL": format!("{url}/me"),
        });
        configure(&server, json!([provider])).await;
        sign_in(&server.guest(), "code").await.is(400).no_data();
        let asked = asked.lock().expect("nobody panicked");
        assert_eq!(asked.len(), 2);
        assert!(asked.iter().all(|headers| !headers.contains_key(ACCEPT_ENCODING)), "{asked:?}");
    }
    assert_eq!((users(&server).await, links(&server).await.len()), (0, 0));
}
