//! Requests to services. Their addresses come from superusers, their answers from anywhere: no redirect is followed,
//! no proxy of the environment is used, and an answer has a size.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::redirect::Policy;
use serde_json::Value as Json;

use super::exchange::Tokens;

/// How large an answer may be.
const LARGEST: usize = 1 << 20;
/// How long one request may take; the whole conversation has a limit of its own.
const PATIENCE: Duration = Duration::from_secs(15);

/// What a conversation comes to: a reason without secrets, for the log, where it fails.
pub(super) type Told<T> = Result<T, String>;

/// Speaks to services.
#[derive(Default)]
pub(super) struct Client {
    /// Made when it is first needed: it loads the certificates of the machine.
    http: OnceLock<Told<reqwest::Client>>,
}

/// An answer, whatever its status.
pub(super) struct Answer {
    /// The status.
    pub(super) status: u16,
    /// The type of the body.
    pub(super) content_type: String,
    /// The body.
    pub(super) body: Vec<u8>,
}

/// What all clients have in common: they take no part in the environment, and answers come as they are.
pub(super) fn plain() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .no_proxy()
        .referer(false)
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .user_agent("Tuckbox")
}

impl Client {
    /// The client underneath.
    pub(super) fn http(&self) -> Told<&reqwest::Client> {
        let made = self.http.get_or_init(|| {
            let builder = plain().redirect(Policy::none()).timeout(PATIENCE);
            builder.build().map_err(|error| format!("no requests can be sent: {error}"))
        });
        made.as_ref().map_err(Clone::clone)
    }

    /// GET with the access token; a refusal is a failure.
    pub(super) async fn get(&self, url: &str, tokens: &Tokens, headers: &[(&str, String)]) -> Told<Answer> {
        self.ask(url, tokens, headers).await?.good()
    }

    /// GET with the access token, whatever comes of it.
    pub(super) async fn ask(&self, url: &str, tokens: &Tokens, headers: &[(&str, String)]) -> Told<Answer> {
        let mut request = self.http()?.get(url).header(AUTHORIZATION, tokens.authorization());
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        send(request).await
    }

    /// POST of JSON with the access token.
    pub(super) async fn post(&self, url: &str, tokens: &Tokens, body: &Json) -> Told<Answer> {
        let request = self.http()?.post(url).header(AUTHORIZATION, tokens.authorization()).json(body);
        send(request).await?.good()
    }

    /// GET of what is public.
    pub(super) async fn public(&self, url: &str) -> Told<Json> {
        send(self.http()?.get(url)).await?.good()?.json()
    }
}

impl Answer {
    /// The same answer, if it is no refusal and leads nowhere else.
    pub(super) fn good(self) -> Told<Self> {
        match self.status {
            200..300 => Ok(self),
            status => Err(format!("the service answered with {status}")),
        }
    }

    /// The body as JSON.
    pub(super) fn json(&self) -> Told<Json> {
        serde_json::from_slice(&self.body).map_err(|_| "the service's answer is no JSON".to_owned())
    }
}

/// Sends a request and reads the answer up to its limit.
pub(super) async fn send(request: reqwest::RequestBuilder) -> Told<Answer> {
    let failed = |error: reqwest::Error| format!("the service cannot be reached: {}", error.without_url());
    let mut response = request.header(ACCEPT, "application/json").send().await.map_err(failed)?;
    let status = response.status().as_u16();
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = content_type.to_ascii_lowercase();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > LARGEST {
            return Err("the service's answer is too large".to_owned());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, content_type, body })
}
