//! Clients with a role: a guest, a user, a superuser. What they can do is the same; what they get is not.

use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::Value as Json;

use super::answer::Answer;

/// Who speaks to the server.
pub trait Client {
    /// Where the server is.
    fn base(&self) -> &str;
    /// The connection pool.
    fn http(&self) -> &reqwest::Client;
    /// What goes into `Authorization`.
    fn token(&self) -> Option<&str>;

    /// A request under construction, already signed.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http().request(method, format!("{}{path}", self.base()));
        match self.token() {
            Some(token) => request.header("Authorization", token),
            None => request,
        }
    }

    /// Sends a request.
    async fn send(&self, request: RequestBuilder) -> Answer {
        let (http, request) = request.build_split();
        let request = request.expect("a request that can be sent");
        let name = format!("{} {}", request.method(), request.url());
        let response = http.execute(request).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        Answer::read(name, response).await
    }

    /// GET.
    async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST with a JSON body.
    async fn post(&self, path: &str, body: Json) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// PATCH with a JSON body.
    async fn patch(&self, path: &str, body: Json) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    /// DELETE of a path.
    async fn remove(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// POST with a body as it is.
    async fn post_text(&self, path: &str, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
        self.send(self.request(Method::POST, path).header("Content-Type", content_type).body(body)).await
    }

    /// Lists records.
    async fn list(&self, collection: &str, query: &[(&str, &str)]) -> Answer {
        self.send(self.request(Method::GET, &records(collection)).query(query)).await
    }

    /// Views a record.
    async fn view(&self, collection: &str, id: &str, query: &[(&str, &str)]) -> Answer {
        self.send(self.request(Method::GET, &record(collection, id)).query(query)).await
    }

    /// Creates a record.
    async fn create(&self, collection: &str, body: Json) -> Answer {
        self.post(&records(collection), body).await
    }

    /// Creates a record from a form with files.
    async fn create_form(&self, collection: &str, form: Form) -> Answer {
        self.send(self.request(Method::POST, &records(collection)).multipart(form)).await
    }

    /// Updates a record.
    async fn update(&self, collection: &str, id: &str, body: Json) -> Answer {
        self.patch(&record(collection, id), body).await
    }

    /// Updates a record from a form with files.
    async fn update_form(&self, collection: &str, id: &str, form: Form) -> Answer {
        self.send(self.request(Method::PATCH, &record(collection, id)).multipart(form)).await
    }

    /// Deletes a record.
    async fn delete(&self, collection: &str, id: &str) -> Answer {
        self.remove(&record(collection, id)).await
    }

    /// Creates a collection.
    async fn create_collection(&self, body: Json) -> Answer {
        self.post("/api/collections", body).await
    }

    /// Changes a collection.
    async fn update_collection(&self, collection: &str, body: Json) -> Answer {
        self.patch(&format!("/api/collections/{collection}"), body).await
    }
}

fn records(collection: &str) -> String {
    format!("/api/collections/{collection}/records")
}

fn record(collection: &str, id: &str) -> String {
    format!("/api/collections/{collection}/records/{id}")
}

/// A form without files: `(key, value)`.
pub fn form(values: &[(&str, &str)]) -> Form {
    multipart(values, &[])
}

/// A form with files: `(key, file name, content)`.
pub fn multipart(values: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Form {
    let mut form = Form::new();
    for (key, value) in values {
        form = form.text((*key).to_owned(), (*value).to_owned());
    }
    for (key, name, content) in files {
        form = form.part((*key).to_owned(), Part::bytes(content.to_vec()).file_name((*name).to_owned()));
    }
    form
}

/// Nobody in particular.
#[derive(Clone)]
pub struct Guest {
    pub(super) base: String,
    pub(super) http: reqwest::Client,
}

/// Somebody with a token, whatever it is worth.
#[derive(Clone)]
pub struct Bearer {
    pub(super) base: String,
    pub(super) http: reqwest::Client,
    pub(super) token: String,
}

/// The superuser of the test server.
pub type Superuser = Bearer;

/// A record of an auth collection, or whoever a token makes of its bearer.
#[derive(Clone)]
pub struct User {
    base: String,
    http: reqwest::Client,
    token: String,
    /// The key that its tokens are signed with.
    pub key: String,
    /// Its collection's id.
    pub collection_id: String,
    /// Its record's id.
    pub id: String,
}

impl User {
    pub(super) fn new(like: &impl Client, token: String, key: String, collection_id: String, id: String) -> Self {
        Self { base: like.base().to_owned(), http: like.http().clone(), token, key, collection_id, id }
    }

    /// The same person with another value in `Authorization`.
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: token.into(), ..self.clone() }
    }
}

impl Guest {
    /// Somebody with this value in `Authorization`.
    pub fn with_token(&self, token: impl Into<String>) -> Bearer {
        Bearer { base: self.base.clone(), http: self.http.clone(), token: token.into() }
    }
}

impl Client for Guest {
    fn base(&self) -> &str {
        &self.base
    }
    fn http(&self) -> &reqwest::Client {
        &self.http
    }
    fn token(&self) -> Option<&str> {
        None
    }
}

impl Client for Bearer {
    fn base(&self) -> &str {
        &self.base
    }
    fn http(&self) -> &reqwest::Client {
        &self.http
    }
    fn token(&self) -> Option<&str> {
        Some(&self.token)
    }
}

impl Client for User {
    fn base(&self) -> &str {
        &self.base
    }
    fn http(&self) -> &reqwest::Client {
        &self.http
    }
    fn token(&self) -> Option<&str> {
        Some(&self.token)
    }
}
