//! A client of the event stream.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::{Value as Json, json};

use super::answer::Answer;
use super::client::Client;
use super::server::TestServer;

/// How long a message may be on its way.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open stream.
pub struct Events {
    response: reqwest::Response,
    buffer: String,
    /// What the stream said first.
    pub greeting: String,
    /// The id that it handed out.
    pub client_id: String,
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What stands in the line `id:`.
    pub id: Option<String>,
    /// The topic.
    pub topic: String,
    /// The data.
    pub data: Json,
    /// All of it as it was written, without the empty line.
    pub frame: String,
}

impl Event {
    /// Action and one text field of the record: `update Ash`.
    pub fn told(&self, field: &str) -> String {
        let action = self.data["action"].as_str().unwrap_or_default();
        format!("{action} {}", self.data["record"][field].as_str().unwrap_or_default())
    }
}

impl Events {
    /// Opens a stream.
    pub async fn open(server: &TestServer) -> Self {
        Self::open_with(server, "/api/realtime", &BTreeMap::new()).await
    }

    /// Opens a stream that can be resumed; with a place, behind it.
    pub async fn resume(server: &TestServer, place: Option<&str>) -> Self {
        let headers = place.map(|place| ("Last-Event-ID".to_owned(), place.to_owned()));
        Self::open_with(server, "/api/realtime?replay=1", &headers.into_iter().collect()).await
    }

    /// Opens a stream with these headers.
    pub async fn open_with(server: &TestServer, path: &str, headers: &BTreeMap<String, String>) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut request = http.get(format!("{}{path}", server.url()));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let response = request.send().await.expect("a stream");
        assert_eq!(response.status(), 200);
        let mut events = Self { response, buffer: String::new(), greeting: String::new(), client_id: String::new() };
        events.greeting = events.frame().await.expect("a first message");
        let first = parse(&events.greeting);
        events.client_id = first.data["clientId"].as_str().expect("an id").to_owned();
        events
    }

    /// All headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// A header of the answer.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name).and_then(|value| value.to_str().ok())
    }

    /// The next message as it was written, without the empty line; `None` at the end of the stream.
    pub async fn frame(&mut self) -> Option<String> {
        loop {
            if let Some((frame, rest)) = self.buffer.split_once("\n\n") {
                let frame = frame.to_owned();
                self.buffer = rest.to_owned();
                return Some(frame);
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await.expect("a message in time");
            let chunk = chunk.ok().flatten()?;
            self.buffer.push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }

    /// The next message that has data.
    pub async fn next(&mut self) -> Event {
        loop {
            let frame = self.frame().await.expect("the stream goes on");
            if frame.contains("data:") {
                return parse(&frame);
            }
        }
    }

    /// Says what it wants to hear, as somebody.
    pub async fn subscribe(&self, who: &impl Client, topics: &[&str]) -> Answer {
        who.post("/api/realtime", json!({"clientId": self.client_id, "subscriptions": topics})).await
    }
}

fn parse(frame: &str) -> Event {
    let line = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    let data = line("data:").expect("data");
    Event {
        id: line("id:"),
        topic: line("event:").unwrap_or_default(),
        data: serde_json::from_str(&data).expect("JSON"),
        frame: frame.to_owned(),
    }
}
