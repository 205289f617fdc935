//! A topic: what a client wants to hear, and the options that it wrote behind it (contract: realtime, section 3).

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};
use url::form_urlencoded;

use crate::context::{Caller, HeaderLookup, Occasion, RequestContext};
use crate::pick::{self, Wanted};

/// The topic of the message that ends a sign-in in another window.
pub(super) const OAUTH2: &str = "@oauth2";

/// A topic, the same for all who wrote it the same way.
pub(super) struct Topic {
    /// As it was submitted, byte for byte.
    pub(super) text: Arc<str>,
    base: usize,
    query: Arc<[(String, String)]>,
    headers: Arc<Headers>,
    /// What is wanted of the record, if not all of it.
    pub(super) fields: Option<Wanted>,
}

/// The headers that the options name.
#[derive(Default)]
struct Headers(HashMap<String, String>);

impl HeaderLookup for Headers {
    fn header(&self, snake_case_name: &str) -> Option<Cow<'_, str>> {
        self.0.get(snake_case_name).map(|value| Cow::Borrowed(value.as_str()))
    }
}

impl Topic {
    /// Reads a topic. Options that cannot be read are none.
    pub(super) fn new(text: &str) -> Self {
        let base = text.find('?').unwrap_or(text.len());
        let options = options(&text[base..]).unwrap_or_default();
        let (query, headers) = (texts(options.get("query")), texts(options.get("headers")));
        let (query, headers) = match (query, headers) {
            (Some(query), Some(headers)) => (query, headers),
            _ => Default::default(),
        };
        let fields = query.iter().find(|(name, value)| name == "fields" && !value.is_empty());
        let fields = fields.and_then(|(_, value)| pick::wanted(value).ok());
        let snake_case = |(name, value): (String, String)| (name.to_ascii_lowercase().replace('-', "_"), value);
        Self {
            text: text.into(),
            base,
            query: query.into(),
            headers: Arc::new(Headers(headers.into_iter().map(snake_case).collect())),
            fields,
        }
    }

    /// What stands before the options.
    pub(super) fn base(&self) -> &str {
        &self.text[..self.base]
    }

    /// What stands behind it.
    pub(super) fn options(&self) -> &str {
        &self.text[self.base..]
    }

    /// The collection that it may be about.
    pub(super) fn collection(&self) -> &str {
        self.base().split('/').next().unwrap_or_default()
    }

    /// A line break would end the line that names the topic; such a one hears nothing.
    pub(super) fn is_one_line(&self) -> bool {
        !self.text.contains(['\r', '\n'])
    }

    /// Whether related records are to come along.
    pub(super) fn expands(&self) -> bool {
        self.has("expand")
    }

    /// Whether the database has to be asked for it, whatever the rules say.
    pub(super) fn asks(&self) -> bool {
        self.has("expand") || self.has("filter")
    }

    fn has(&self, option: &str) -> bool {
        self.query.iter().any(|(name, value)| name == option && !value.is_empty())
    }

    /// What rules see of it.
    pub(super) fn context(&self, caller: Option<Arc<Caller>>) -> RequestContext {
        RequestContext {
            caller,
            occasion: Occasion::Realtime,
            query: Arc::clone(&self.query),
            headers: self.headers.clone(),
            ..RequestContext::guest()
        }
    }
}

/// The object in the query parameter `options`.
fn options(query: &str) -> Option<Map<String, Json>> {
    let query = query.strip_prefix('?')?.split('#').next()?;
    if query.bytes().any(|byte| byte.is_ascii_control()) {
        return None;
    }
    let raw = query.split('&').find_map(|pair| pair.strip_prefix("options="))?;
    if !is_properly_escaped(raw) {
        return None;
    }
    let (_, value) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "options")?;
    serde_json::from_str(&value).ok()
}

fn is_properly_escaped(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .all(|rest| rest.as_bytes().iter().take(2).filter(|byte| byte.is_ascii_hexdigit()).count() == 2)
}

/// The members of an object as texts; `None` for what is no object.
fn texts(object: Option<&Json>) -> Option<Vec<(String, String)>> {
    let text = |value: &Json| match value {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        Json::Bool(flag) => flag.to_string(),
        Json::Null | Json::Array(_) | Json::Object(_) => String::new(),
    };
    match object {
        None | Some(Json::Null) => Some(Vec::new()),
        Some(Json::Object(members)) => Some(members.iter().map(|(name, value)| (name.clone(), text(value))).collect()),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> String {
        let topic = Topic::new(text);
        let headers: Vec<_> = topic.headers.0.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        let query: Vec<_> = topic.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{} {} {}", topic.base(), query.join("&"), headers.join(","))
    }

    #[test]
    fn options_are_read_leniently() {
        for (text, expected) in [
            ("posts/*", "posts/*  "),
            (
                r#"posts/*?options={"query":{"a":"x","b":1.5,"c":true,"d":[1],"e":null},"headers":{"X-Token":"t"}}"#,
                "posts/* a=x&b=1.5&c=true&d=&e= x_token:t",
            ),
            ("posts/*?options=%7B%22query%22%3A%7B%22filter%22%3A%22a%3D'b+c'%22%7D%7D", "posts/* filter=a='b c' "),
            ("posts/r1?x=1&options=%7B%22query%22:%7B%22a%22:%22b%22%7D%7D#end", "posts/r1 a=b "),
            ("posts?options=", "posts  "),
            ("posts?options=%7B", "posts  "),
            ("posts?options=%zz%7B%7D", "posts  "),
            ("posts?options={\"query\":\n{\"a\":\"b\"}}", "posts  "),
            (r#"posts?options={"query":[1],"headers":{"a":"b"}}"#, "posts  "),
            ("?options={}", "  "),
            ("", "  "),
        ] {
            assert_eq!(seen(text), expected, "{text}");
        }
    }

    #[test]
    fn a_picker_that_cannot_be_read_is_none() {
        assert!(Topic::new(r#"a/*?options={"query":{"fields":"id"}}"#).fields.is_some());
        assert!(Topic::new(r#"a/*?options={"query":{"fields":"id:none(1)"}}"#).fields.is_none());
    }
}
