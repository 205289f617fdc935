//! A service to sign in through: it gives tokens for codes, tells of users, publishes keys, and remembers what it was
//! asked. Its codes can be used any number of times.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value as Json, json};

/// A body with its type.
type Body = ([(HeaderName, &'static str); 1], String);

const CLIENT: &str = "client of the tests";
const SECRET: &str = "secret/of the tests";

/// A service that runs as long as the test.
#[derive(Clone)]
pub struct Provider {
    /// Where it is.
    pub url: String,
    state: Arc<Mutex<Told>>,
}

/// What it was told to say, and what it was asked.
#[derive(Default)]
struct Told {
    users: HashMap<String, Json>,
    tokens: HashMap<String, Json>,
    refuses_basic: bool,
    answers_forms: bool,
    issuer: Option<String>,
    kid: String,
    asked: Vec<Asked>,
    descriptions: usize,
}

/// A request for tokens.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What was sent.
    pub form: HashMap<String, String>,
    /// The client's header.
    pub authorization: String,
}

impl Provider {
    /// Starts one that knows nobody.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(Told { kid: "one".into(), ..Told::default() }));
        let provider = Self { url, state };
        let routes = Router::new()
            .route("/token", post(token))
            .route("/me", get(me))
            .route("/me/emails", get(emails))
            .route("/keys", get(keys))
            .route("/avatar.png", get(|| async { "a picture" }))
            .route("/large", get(|| async { "x".repeat(2 << 20) }))
            .route("/text", get(|| async { "no JSON" }))
            .route("/.well-known/openid-configuration", get(description))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        provider
    }

    /// How a collection is configured for it, with changes.
    pub fn options(&self, name: &str, changes: Json) -> Json {
        let mut options = json!({
            "name": name, "clientId": CLIENT, "clientSecret": SECRET,
            "authURL": format!("{}/auth", self.url), "tokenURL": format!("{}/token", self.url),
            "userInfoURL": format!("{}/me", self.url),
        });
        options.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
        options
    }

    /// How a collection is configured by the issuer alone.
    pub fn by_issuer(&self) -> Json {
        json!({"name": "oidc", "clientId": CLIENT, "clientSecret": SECRET, "extra": {"issuer": self.url}})
    }

    /// Knows a user from now on, by a code.
    pub fn knows(&self, code: &str, user: Json) {
        self.told(|told| told.users.insert(code.to_owned(), user));
    }

    /// Knows a user with a proven address.
    pub fn knows_proven(&self, code: &str, email: &str) {
        self.knows(code, json!({"sub": format!("id-{code}"), "email": email, "email_verified": true}));
    }

    /// Says this, too, where a code is exchanged.
    pub fn gives(&self, code: &str, tokens: Json) {
        self.told(|told| told.tokens.insert(code.to_owned(), tokens));
    }

    /// Wants clients to name themselves in the body.
    pub fn refuses_basic(&self, refuses: bool) {
        self.told(|told| told.refuses_basic = refuses);
    }

    /// Answers with forms.
    pub fn answers_forms(&self) {
        self.told(|told| told.answers_forms = true);
    }

    /// Describes itself as somebody else.
    pub fn claims_to_be(&self, issuer: &str) {
        self.told(|told| told.issuer = Some(issuer.to_owned()));
    }

    /// Signs with a key of another name from now on.
    pub fn rotates_to(&self, kid: &str) {
        self.told(|told| told.kid = kid.to_owned());
    }

    /// All requests for tokens so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.told(|told| told.asked.clone())
    }

    /// How often it described itself.
    pub fn descriptions(&self) -> usize {
        self.told(|told| told.descriptions)
    }

    /// The claims of a good ID token for a code.
    pub fn claims(&self, code: &str, nonce: &str) -> Json {
        let now = chrono::Utc::now().timestamp();
        json!({
            "iss": self.url, "aud": CLIENT, "sub": format!("id-{code}"), "iat": now, "exp": now + 600, "nonce": nonce,
        })
    }

    /// Signs an ID token with its key.
    pub fn sign(&self, claims: &Json) -> String {
        let kid = self.told(|told| told.kid.clone());
        encode(&Header { kid: Some(kid), ..Header::new(Algorithm::RS256) }, claims, &key()).expect("a token")
    }

    fn told<T>(&self, with: impl FnOnce(&mut Told) -> T) -> T {
        with(&mut self.state.lock().expect("nobody panicked"))
    }
}

fn key() -> EncodingKey {
    EncodingKey::from_rsa_pem(include_bytes!("../../data/keys/rsa.pem")).expect("a key")
}

/// What everybody knows of the key.
pub fn public_key(kid: &str) -> Json {
    let mut key = serde_json::to_value(Jwk::from_encoding_key(&key(), Algorithm::RS256).expect("a JWK")).expect("JSON");
    key["kid"] = json!(kid);
    key
}

async fn token(State(provider): State<Provider>, headers: HeaderMap, body: Bytes) -> Response {
    let form: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let code = form.get("code").cloned().unwrap_or_default();
    let named = |name: &str, value: &str| form.get(name).is_some_and(|sent| sent == value);
    let in_body = named("client_id", CLIENT) && named("client_secret", SECRET);
    // Id and secret as a form has them, between a colon.
    let basic = header == "Basic Y2xpZW50K29mK3RoZSt0ZXN0czpzZWNyZXQlMkZvZit0aGUrdGVzdHM=";
    provider.told(|told| {
        told.asked.push(Asked { form: form.clone(), authorization: header });
        if !(in_body || (basic && !told.refuses_basic)) {
            return refusal(StatusCode::UNAUTHORIZED, "invalid_client");
        }
        if !told.users.contains_key(&code) && !told.tokens.contains_key(&code) {
            return refusal(StatusCode::BAD_REQUEST, "invalid_grant");
        }
        let mut tokens = json!({
            "access_token": format!("access-{code}"), "refresh_token": "refresh", "token_type": "bearer",
            "expires_in": 3600,
        });
        if let Some(more) = told.tokens.get(&code) {
            tokens.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        }
        if told.answers_forms {
            let pairs = tokens.as_object().expect("an object").iter();
            let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let pairs = pairs.map(|(name, value)| (name.clone(), text(value)));
            let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            return ([(CONTENT_TYPE, "application/x-www-form-urlencoded")], form).into_response();
        }
        answer(&tokens).into_response()
    })
}

/// JSON with its type.
fn answer(json: &Json) -> Body {
    ([(CONTENT_TYPE, "application/json")], json.to_string())
}

fn refusal(status: StatusCode, word: &str) -> Response {
    (status, answer(&json!({"error": word}))).into_response()
}

/// The user of an access token.
fn user_of(provider: &Provider, headers: &HeaderMap) -> Option<Json> {
    let code = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer access-")?.to_owned();
    provider.told(|told| told.users.get(&code).cloned())
}

async fn me(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    match user_of(&provider, &headers) {
        Some(user) => answer(&user).into_response(),
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// The addresses of a user: those that it was told, or a refusal.
async fn emails(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    match user_of(&provider, &headers).and_then(|user| user.get("emails").cloned()) {
        Some(emails) => answer(&emails).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn keys(State(provider): State<Provider>) -> Body {
    let kid = provider.told(|told| told.kid.clone());
    answer(&json!({"keys": [public_key(&kid)]}))
}

async fn description(State(provider): State<Provider>) -> Body {
    let url = &provider.url;
    let issuer = provider.told(|told| {
        told.descriptions += 1;
        told.issuer.clone()
    });
    answer(&json!({
        "issuer": issuer.unwrap_or_else(|| url.clone()), "authorization_endpoint": format!("{url}/auth"),
        "token_endpoint": format!("{url}/token"), "userinfo_endpoint": format!("{url}/me"),
        "jwks_uri": format!("{url}/keys"),
    }))
}
