//! What came of a step: an answer, a message, a mail, or the end of a command, in one form.

use reqwest::header::HeaderMap;
use serde_json::{Value as Json, json};

use crate::support::{Answer, Event};

/// What came.
pub struct Outcome {
    /// What it came of.
    pub name: String,
    /// The status of an answer.
    pub status: Option<u16>,
    /// The headers of an answer.
    pub headers: HeaderMap,
    /// The bytes.
    pub body: Vec<u8>,
    /// The bytes as JSON; null if they are none.
    pub json: Json,
}

impl Outcome {
    /// What is not an answer, as JSON.
    pub fn of(name: impl Into<String>, json: Json) -> Self {
        let body = json.to_string().into_bytes();
        Self { name: name.into(), status: None, headers: HeaderMap::new(), body, json }
    }

    /// An answer, which has the contract's envelope from 400 on; the one that asks for a second factor has another shape.
    pub fn of_answer(name: String, answer: Answer) -> Self {
        let asks_for_second_factor = answer.status == 401 && answer.json.get("mfaId").is_some();
        if answer.status >= 400 && !asks_for_second_factor {
            answer.is(answer.status);
        }
        Self { name, status: Some(answer.status), headers: answer.headers, body: answer.body, json: answer.json }
    }

    /// A message of a stream.
    pub fn of_event(name: String, event: &Event) -> Self {
        Self::of(name, json!({"topic": event.topic, "id": event.id, "data": event.data}))
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body: String = String::from_utf8_lossy(&self.body).chars().take(3000).collect();
        let status = self.status.map_or(String::new(), |status| format!("{status} "));
        write!(formatter, "{} → {status}{body}", self.name)
    }
}
