//! Who asks, from where, and what was sent along: the request as plain data, because rules speak of it.
//! Nothing here knows HTTP; `http/extract` fills it.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use serde_json::{Map, Value as Json};

/// The name of the collection whose records are superusers.
pub const SUPERUSERS: &str = "_superusers";

/// Where a rule is evaluated (`@request.context`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Occasion {
    /// An ordinary request.
    #[default]
    Default,
    /// During a sign-in by password.
    Password,
    /// During a sign-in by a one-time password.
    Otp,
    /// During a sign-in through another service.
    OAuth2,
    /// For the records that `expand` brings along.
    Expand,
    /// For a protected file.
    ProtectedFile,
    /// For one of several writes in one request.
    Batch,
    /// For the message that tells of a change.
    Realtime,
}

impl Occasion {
    /// The contract's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Password => "password",
            Self::Otp => "otp",
            Self::OAuth2 => "oauth2",
            Self::Expand => "expand",
            Self::ProtectedFile => "protectedFile",
            Self::Batch => "batch",
            Self::Realtime => "realtime",
        }
    }
}

/// The authenticated record behind a request.
#[derive(Clone, PartialEq)]
pub struct Caller {
    /// The record's id.
    pub id: String,
    /// Its collection's id.
    pub collection_id: String,
    /// Its collection's name.
    pub collection_name: String,
    /// The record's e-mail address.
    pub email: String,
    /// The record's `emailVisibility`.
    pub email_visibility: bool,
    /// The record's `verified`.
    pub verified: bool,
    /// The key that its tokens end with, a secret: a record that has another one by now is this caller no more.
    pub token_key: String,
    /// Whether it is a superuser: rules do not apply to it.
    pub superuser: bool,
}

/// Looks a request header up by its name in snake case (`x_token` for `X-Token`).
pub trait HeaderLookup: Send + Sync {
    /// The header's first value, if it was sent.
    fn header(&self, snake_case_name: &str) -> Option<Cow<'_, str>>;
}

/// No headers at all.
#[derive(Debug, Clone, Copy)]
pub struct NoHeaders;

impl HeaderLookup for NoHeaders {
    fn header(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

/// A request, as rules and rooms see it.
#[derive(Clone)]
pub struct RequestContext {
    /// The authenticated record, or `None` for a guest.
    pub caller: Option<Arc<Caller>>,
    /// Where the rule is evaluated.
    pub occasion: Occasion,
    /// The method in upper case.
    pub method: Cow<'static, str>,
    /// The decoded path; empty for work that no request asked for.
    pub path: Arc<str>,
    /// The decoded query parameters in the order in which they came; the first of a name counts.
    pub query: Arc<[(String, String)]>,
    /// The headers.
    pub headers: Arc<dyn HeaderLookup>,
    /// The submitted data, as rules see it; `None` where nothing was sent.
    pub body: Option<Arc<Map<String, Json>>>,
    /// The client's address, if known: that of the connection, or what a trusted proxy says.
    pub ip: Option<IpAddr>,
}

static NO_BODY: LazyLock<Map<String, Json>> = LazyLock::new(Map::new);

impl RequestContext {
    /// A guest's request without query and headers, for work that no request asked for.
    pub fn guest() -> Self {
        Self {
            caller: None,
            occasion: Occasion::Default,
            method: Cow::Borrowed("GET"),
            path: Arc::from(""),
            query: Arc::from([]),
            headers: Arc::new(NoHeaders),
            body: None,
            ip: None,
        }
    }

    /// The server's own work, for which rules do not apply: the command line, the first start.
    pub fn internal() -> Self {
        let caller = Caller {
            id: String::new(),
            collection_id: String::new(),
            collection_name: SUPERUSERS.to_owned(),
            email: String::new(),
            email_visibility: false,
            verified: true,
            token_key: String::new(),
            superuser: true,
        };
        Self { caller: Some(Arc::new(caller)), ..Self::guest() }
    }

    /// Whether a superuser asks.
    pub fn is_superuser(&self) -> bool {
        self.caller.as_ref().is_some_and(|caller| caller.superuser)
    }

    /// The first value of a query parameter, `None` also where it is empty.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The submitted data.
    pub fn body(&self) -> &Map<String, Json> {
        self.body.as_deref().unwrap_or(&NO_BODY)
    }

    /// The same request with other submitted data.
    pub fn with_body(&self, body: Map<String, Json>) -> Self {
        Self { body: Some(Arc::new(body)), ..self.clone() }
    }

    /// The same request on another occasion.
    pub fn on(&self, occasion: Occasion) -> Self {
        Self { occasion, ..self.clone() }
    }

    /// The caller as feed and log know it; `None` for guests and the server itself.
    pub fn actor(&self) -> Option<String> {
        self.caller
            .as_ref()
            .filter(|caller| !caller.id.is_empty())
            .map(|caller| format!("{}/{}", caller.collection_id, caller.id))
    }
}

/// An address in its one long form, as the contract tells and fingerprints it: IPv6 with all its zeros.
pub fn in_full(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => ip.segments().map(|segment| format!("{segment:04x}")).join(":"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_long_form() {
        let in_full = |ip: &str| in_full(ip.parse().expect("an address"));
        assert_eq!(in_full("127.0.0.1"), "127.0.0.1");
        assert_eq!(in_full("::ffff:10.0.0.1"), "10.0.0.1");
        assert_eq!(in_full("::1"), "0000:0000:0000:0000:0000:0000:0000:0001");
    }
}
