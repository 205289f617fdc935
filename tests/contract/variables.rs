//! What earlier steps kept, and its way into later ones: `${name}` in any text; `${text*5}` is a text so often.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::outcome::Outcome;

/// Values by name.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, Json>);

impl Variables {
    /// Sets one.
    pub fn set(&mut self, name: &str, value: impl Into<Json>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Keeps parts of an outcome: by JSON pointer, by header (`header: etag`), or the first group of an expression in
    /// its text (`~expression`).
    pub fn keep(&mut self, keep: &BTreeMap<String, String>, outcome: &Outcome) {
        for (name, place) in keep {
            let found = if let Some(header) = place.strip_prefix("header: ") {
                outcome.headers.get(header).and_then(|value| value.to_str().ok()).map(Json::from)
            } else if let Some(expression) = place.strip_prefix('~') {
                let text = String::from_utf8_lossy(&outcome.body);
                let expression = regex::Regex::new(expression).unwrap_or_else(|error| panic!("{place}: {error}"));
                expression.captures(&text).and_then(|found| found.get(1)).map(|group| Json::from(group.as_str()))
            } else {
                outcome.json.pointer(place).cloned()
            };
            let found = found.unwrap_or_else(|| panic!("nothing to keep at {place}: {outcome}"));
            self.0.insert(name.clone(), found);
        }
    }

    /// A text with its variables filled in.
    pub fn fill(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, behind) = after.split_once('}').unwrap_or_else(|| panic!("no end of a variable in {text:?}"));
            filled.push_str(before);
            rest = behind;
            if let Some(repeated) = repeated(name) {
                filled.push_str(&repeated);
                continue;
            }
            match self.0.get(name).unwrap_or_else(|| panic!("nothing was kept as {name:?}")) {
                Json::String(value) => filled.push_str(value),
                other => filled.push_str(&other.to_string()),
            }
        }
        filled + rest
    }

    /// A value with its variables filled in; a text that is a variable alone becomes what was kept.
    pub fn fill_json(&self, value: &Json) -> Json {
        match value {
            Json::String(text) => {
                let alone = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
                match alone.and_then(|name| self.0.get(name)) {
                    Some(kept) => kept.clone(),
                    None => Json::String(self.fill(text)),
                }
            }
            Json::Array(items) => items.iter().map(|item| self.fill_json(item)).collect(),
            Json::Object(map) => map.iter().map(|(key, value)| (self.fill(key), self.fill_json(value))).collect(),
            other => other.clone(),
        }
    }
}

fn repeated(text: &str) -> Option<String> {
    let (text, count) = text.rsplit_once('*')?;
    Some(text.repeat(count.parse().ok()?))
}
