//! An entry of the log, before it is a row (contract: settings, section 6.3).

use std::borrow::Cow;
use std::io::Write;
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json};

use crate::schema::field::encode;
use crate::time;

/// How important an entry is; the contract's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i64)]
pub enum Level {
    /// What only those want to know who look for a fault.
    Debug = -4,
    /// What happened.
    Info = 0,
    /// What somebody should look at.
    Warn = 4,
    /// What failed.
    Error = 8,
}

/// An entry, as it is going to be stored. It is written out where it is made: one text costs less than the parts that it
/// would be kept in.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) at: DateTime<Utc>,
    pub(super) level: Level,
    pub(super) message: String,
    /// A JSON object.
    pub(super) data: String,
}

/// A request that was answered. Nothing in it is a secret.
#[derive(Debug, Clone, Default)]
pub struct RequestEntry<'r> {
    /// The method in upper case.
    pub method: Cow<'r, str>,
    /// The address as it was sent, without its secrets: see [`super::redacted`].
    pub url: Cow<'r, str>,
    /// The status of the answer.
    pub status: u16,
    /// How long it took, in milliseconds.
    pub exec_time: f64,
    /// The collection of the caller; empty for a guest.
    pub auth: &'r str,
    /// The caller's id, where the settings want it.
    pub auth_id: Option<&'r str>,
    /// The header `Referer`, without its secrets.
    pub referer: Cow<'r, str>,
    /// The header `User-Agent`.
    pub user_agent: Cow<'r, str>,
    /// Where it came from, where the settings want that.
    pub addresses: Option<Addresses>,
    /// The id that the server's output knows the request by.
    pub request_id: &'r str,
    /// What the app attached.
    pub meta: Option<Json>,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
}

/// Where a request came from, as far as that is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Addresses {
    /// The client's address.
    pub user: Option<IpAddr>,
    /// The address at the other end of the connection.
    pub remote: Option<IpAddr>,
}

/// Why a request failed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Failure {
    /// In one sentence.
    pub error: String,
    /// The cause: what is said of the fields, or a text.
    pub details: Option<Json>,
}

/// How many bytes the data of a request has about, beside its own texts.
const USUAL: usize = 256;
/// How many bytes of an address are kept.
const LONGEST_URL: usize = 3000;
/// How many bytes of a header are kept.
const LONGEST_HEADER: usize = 2000;
/// How many bytes a cause may have as JSON, and what the server tells of itself in one text.
const LONGEST_DETAILS: usize = 16_000;

impl Entry {
    /// Something that happened just now.
    pub(super) fn event(level: Level, message: &str, data: &Map<String, Json>) -> Self {
        let data = serde_json::to_string(data).unwrap_or_else(|_| "{}".to_owned());
        Self { at: time::now(), level, message: cut(message, LONGEST_DETAILS).into_owned(), data }
    }

    /// A request that was answered just now.
    pub(super) fn request(request: &RequestEntry<'_>) -> Self {
        Self { at: time::now(), level: request.level(), message: request.message(), data: request.data() }
    }

    /// About how much memory it takes.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.message.capacity() + self.data.capacity()
    }
}

impl RequestEntry<'_> {
    /// How important it is.
    fn level(&self) -> Level {
        if self.failure.is_some() { Level::Error } else { Level::Info }
    }

    /// `METHOD url`, decoded where that is a text.
    fn message(&self) -> String {
        let url = percent_decoded(&self.url);
        [&*self.method, " ", &cut(&url, LONGEST_URL)].concat()
    }

    /// The contract's keys and our `requestId`, in order.
    fn data(&self) -> String {
        encode::text_of(|out| {
            out.reserve(USUAL + self.url.len() + self.referer.len() + self.user_agent.len());
            let mut object = Object { out, empty: true };
            object.text("auth", self.auth);
            object.text_if("authId", self.auth_id);
            if let Some(details) = self.failure.as_ref().and_then(|failure| failure.details.as_ref()) {
                match details.to_string() {
                    long if long.len() > LONGEST_DETAILS => object.text("details", &cut(&long, LONGEST_DETAILS)),
                    short => object.raw("details", short.as_bytes()),
                }
            }
            let error = self.failure.as_ref().map(|failure| cut(&failure.error, LONGEST_DETAILS));
            object.text_if("error", error.as_deref());
            object.number("execTime", self.exec_time);
            if let Some(meta) = &self.meta {
                object.raw("meta", meta.to_string().as_bytes());
            }
            object.text("method", &self.method);
            object.text("referer", &cut(&self.referer, LONGEST_HEADER));
            if let Some(addresses) = &self.addresses {
                object.address("remoteIP", addresses.remote);
            }
            object.text("requestId", self.request_id);
            object.number("status", self.status.into());
            object.text("type", "request");
            object.text("url", &cut(&self.url, LONGEST_URL));
            object.text("userAgent", &cut(&self.user_agent, LONGEST_HEADER));
            if let Some(addresses) = &self.addresses {
                object.address("userIP", addresses.user);
            }
            object.out.push(b'}');
        })
    }
}

/// A JSON object that is being written.
struct Object<'o> {
    out: &'o mut Vec<u8>,
    empty: bool,
}

impl Object<'_> {
    fn key(&mut self, key: &str) {
        self.out.push(if std::mem::take(&mut self.empty) { b'{' } else { b',' });
        encode::string(key, self.out);
        self.out.push(b':');
    }

    fn text(&mut self, key: &str, text: &str) {
        self.key(key);
        encode::string(text, self.out);
    }

    fn text_if(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(key, text);
        }
    }

    fn number(&mut self, key: &str, number: f64) {
        self.key(key);
        encode::number(number, self.out);
    }

    /// An address, which has nothing to escape; empty where it is not known.
    fn address(&mut self, key: &str, address: Option<IpAddr>) {
        self.key(key);
        self.out.push(b'"');
        match address {
            // As it is usual, and without the formatter.
            Some(IpAddr::V4(address)) => {
                for (at, byte) in address.octets().into_iter().enumerate() {
                    if at > 0 {
                        self.out.push(b'.');
                    }
                    encode::integer(byte.into(), self.out);
                }
            }
            Some(address) => _ = write!(self.out, "{address}"),
            None => {}
        }
        self.out.push(b'"');
    }

    fn raw(&mut self, key: &str, json: &[u8]) {
        self.key(key);
        self.out.extend_from_slice(json);
    }
}

/// The text, or its first bytes and `...`.
fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}...", &text[..text.floor_char_boundary(most)]))
}

/// The text with its escapes decoded; as it is where one is broken, or the bytes are no text. `+` stays.
pub(super) fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || bytes.next().and_then(|byte| char::from(byte).to_digit(16));
        let (Some(high), Some(low)) = (digit(), digit()) else { return Cow::Borrowed(text) };
        out.push((high * 16 + low) as u8);
    }
    String::from_utf8(out).map_or(Cow::Borrowed(text), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn data(entry: &RequestEntry<'_>) -> Json {
        serde_json::from_str(&entry.data()).expect("JSON")
    }

    #[test]
    fn a_success_has_the_contracts_keys_and_no_others() {
        let entry = RequestEntry {
            method: "GET".into(),
            url: "/api/health?a=%C3%A9".into(),
            status: 200,
            exec_time: 1.25,
            request_id: "r1",
            ..RequestEntry::default()
        };
        assert_eq!(entry.message(), "GET /api/health?a=é");
        assert_eq!(
            data(&entry),
            json!({"type": "request", "execTime": 1.25, "url": "/api/health?a=%C3%A9", "method": "GET", "status": 200,
                "referer": "", "userAgent": "", "auth": "", "requestId": "r1"})
        );
        assert_eq!(entry.level(), Level::Info);
    }

    #[test]
    fn what_is_wanted_or_went_wrong_comes_along() {
        let failure = Failure { error: "No \"way\".".into(), details: Some(json!({"a": {"code": "x"}})) };
        let entry = RequestEntry {
            auth: "users",
            auth_id: Some("id"),
            addresses: Some(Addresses { user: "1.2.3.4".parse().ok(), remote: "::1".parse().ok() }),
            meta: Some(json!({"n": 1})),
            failure: Some(failure),
            ..RequestEntry::default()
        };
        let data = data(&entry);
        assert_eq!((&data["error"], &data["details"]), (&json!("No \"way\"."), &json!({"a": {"code": "x"}})));
        assert_eq!((&data["auth"], &data["authId"], &data["meta"]), (&json!("users"), &json!("id"), &json!({"n": 1})));
        assert_eq!((&data["userIP"], &data["remoteIP"]), (&json!("1.2.3.4"), &json!("::1")));
        assert_eq!(entry.level(), Level::Error);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let entry = RequestEntry {
            url: format!("/{}", "é".repeat(3000)).into(),
            referer: "r".repeat(2001).into(),
            user_agent: "u".repeat(2000).into(),
            failure: Some(Failure { error: String::new(), details: Some(json!(["x".repeat(20_000)])) }),
            ..RequestEntry::default()
        };
        let data = data(&entry);
        assert_eq!(data["url"].as_str().map(str::len), Some(2999 + 3));
        assert_eq!(data["referer"].as_str(), Some(format!("{}...", "r".repeat(2000)).as_str()));
        assert_eq!(data["userAgent"].as_str().map(str::len), Some(2000));
        assert!(data["details"].as_str().is_some_and(|text| text.ends_with("...")));
        assert!(entry.message().len() < 3010);
    }

    #[test]
    fn what_cannot_be_decoded_stays_as_it_is() {
        for (text, decoded) in [
            ("/a%20b+c", "/a b+c"),
            ("/%", "/%"),
            ("/%4", "/%4"),
            ("/%zz", "/%zz"),
            ("/%ff%41", "/%ff%41"),
            ("/%41", "/A"),
        ] {
            assert_eq!(percent_decoded(text), decoded);
        }
    }
}
