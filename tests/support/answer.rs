//! An answer, and what a test may demand of it. Each demand names the request when it fails.

use reqwest::header::HeaderMap;
use serde_json::Value as Json;

/// What came back.
pub struct Answer {
    /// Method and path of the request.
    request: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as sent (after decompression).
    pub body: Vec<u8>,
    /// The body as JSON; null if it is none.
    pub json: Json,
}

impl Answer {
    pub(super) async fn read(request: String, response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.bytes().await.unwrap_or_else(|error| panic!("{request}: {error}")).to_vec();
        let json = serde_json::from_slice(&body).unwrap_or(Json::Null);
        Self { request, status, headers, body, json }
    }

    /// It has this status; from 400 on also the contract's envelope.
    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{self}");
        if status >= 400 && !self.request.starts_with("HEAD") {
            self.envelope();
        }
        self
    }

    /// It is refused because of what was sent: some 4xx, with the envelope.
    #[track_caller]
    pub fn is_refused(&self) -> &Self {
        assert!((400..500).contains(&self.status), "not a refusal: {self}");
        self.envelope()
    }

    /// It went well or was refused; in no case did the server fail.
    #[track_caller]
    pub fn is_no_failure(&self) -> &Self {
        assert!(self.status < 500, "the server failed: {self}");
        if self.status >= 400 { self.envelope() } else { self }
    }

    #[track_caller]
    fn envelope(&self) -> &Self {
        let keys: Vec<_> = self.json.as_object().unwrap_or_else(|| panic!("no envelope: {self}")).keys().collect();
        assert_eq!(keys, ["data", "message", "status"], "not the envelope's keys: {self}");
        assert_eq!(self.json["status"], self.status, "another status in the envelope: {self}");
        assert!(self.json["data"].is_object(), "data is no object: {self}");
        let message = self.json["message"].as_str().unwrap_or_else(|| panic!("no message: {self}"));
        assert!(message.ends_with(['.', '?', '!']), "the message is no sentence: {self}");
        assert!(message.starts_with(|first: char| !first.is_lowercase()), "the message is no sentence: {self}");
        self
    }

    /// `data` has this code at this path, such as `fields.3.name`.
    #[track_caller]
    pub fn code(&self, path: &str, code: &str) -> &Self {
        assert_eq!(self.entry(path)["code"], code, "code at {path}: {self}");
        self
    }

    /// `data` has these codes and no others, in any order.
    #[track_caller]
    pub fn codes(&self, expected: &[(&str, &str)]) -> &Self {
        let mut found = Vec::new();
        collect_codes(&self.json["data"], "", &mut found);
        let mut expected: Vec<_> = expected.iter().map(|(path, code)| format!("{path}: {code}")).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{self}");
        self
    }

    /// `data` is empty.
    #[track_caller]
    pub fn no_data(&self) -> &Self {
        self.codes(&[]);
        assert_eq!(self.json["data"], serde_json::json!({}), "{self}");
        self
    }

    /// The entry at this path of `data` has this message.
    #[track_caller]
    pub fn says(&self, path: &str, message: &str) -> &Self {
        assert_eq!(self.entry(path)["message"], message, "message at {path}: {self}");
        self
    }

    /// The entry at this path of `data` has these params; null means that it must have none.
    #[track_caller]
    pub fn params(&self, path: &str, params: Json) -> &Self {
        assert_eq!(self.entry(path)["params"], params, "params at {path}: {self}");
        self
    }

    fn entry(&self, path: &str) -> &Json {
        path.split('.').fold(&self.json["data"], |entry, part| &entry[part])
    }

    /// The envelope's message is this one.
    #[track_caller]
    pub fn message(&self, message: &str) -> &Self {
        assert_eq!(self.json["message"], message, "{self}");
        self
    }

    /// The envelope's message or an entry of `data` contains this text.
    #[track_caller]
    pub fn message_has(&self, text: &str) -> &Self {
        let message = self.json["message"].as_str().unwrap_or_default();
        assert!(message.contains(text), "no {text:?} in the message: {self}");
        self
    }

    /// The body has this value at this JSON pointer.
    #[track_caller]
    pub fn has(&self, pointer: &str, value: impl Into<Json>) -> &Self {
        let value = value.into();
        assert_eq!(self.json.pointer(pointer), Some(&value), "at {pointer}: {self}");
        self
    }

    /// The body has nothing at this JSON pointer.
    #[track_caller]
    pub fn lacks(&self, pointer: &str) -> &Self {
        assert_eq!(self.json.pointer(pointer), None, "at {pointer}: {self}");
        self
    }

    /// The body's bytes do not contain this text, wherever.
    #[track_caller]
    pub fn never_says(&self, text: &str) -> &Self {
        assert!(!String::from_utf8_lossy(&self.body).contains(text), "{text:?} leaked: {self}");
        self
    }

    /// What the body has at this JSON pointer.
    #[track_caller]
    pub fn at(&self, pointer: &str) -> &Json {
        self.json.pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer}: {self}"))
    }

    /// The text at this JSON pointer.
    #[track_caller]
    pub fn text(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap_or_else(|| panic!("no text at {pointer}: {self}"))
    }

    /// The body's `id`.
    #[track_caller]
    pub fn id(&self) -> String {
        self.text("/id").to_owned()
    }

    /// The items of a list.
    #[track_caller]
    pub fn items(&self) -> &[Json] {
        self.at("/items").as_array().unwrap_or_else(|| panic!("items is no list: {self}"))
    }

    /// One field of all items of a list, as text in one line, in their order.
    #[track_caller]
    pub fn column(&self, field: &str) -> String {
        let values = self.items().iter().map(|item| match &item[field] {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        });
        values.collect::<Vec<_>>().join(" ")
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The header has this text.
    #[track_caller]
    pub fn has_header(&self, name: &str, value: &str) -> &Self {
        assert_eq!(self.header(name), Some(value), "header {name}: {self}\n{:?}", self.headers);
        self
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body: String = String::from_utf8_lossy(&self.body).chars().take(2000).collect();
        write!(formatter, "{} → {} {body}", self.request, self.status)
    }
}

fn collect_codes(entry: &Json, path: &str, into: &mut Vec<String>) {
    let Some(map) = entry.as_object() else { return };
    if let Some(code) = map.get("code").and_then(Json::as_str) {
        into.push(format!("{path}: {code}"));
        return;
    }
    for (key, inner) in map {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        collect_codes(inner, &path, into);
    }
}
