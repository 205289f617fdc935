//! The request as plain data for the rooms.

use std::borrow::Cow;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};

use super::Query;
use super::form::decode_path;
use crate::app::App;
use crate::context::{Caller, HeaderLookup, Occasion, RequestContext};
use crate::error::{Error, Result};

/// Who a request comes from. `serve` begins it with the address at the other end of the connection; the middleware
/// says the rest before any handler is asked.
#[derive(Clone, Default)]
pub(in crate::http) struct Visitor {
    /// The client's address.
    pub(in crate::http) ip: Option<IpAddr>,
    /// The record behind the request.
    pub(in crate::http) caller: Option<Arc<Caller>>,
    /// The id that the log knows the request by.
    pub(in crate::http) request_id: Option<HeaderValue>,
}

impl Visitor {
    /// Somebody at the other end of a connection.
    pub(in crate::http) fn at(address: SocketAddr) -> Self {
        Self { ip: Some(address.ip().to_canonical()), ..Self::default() }
    }
}

impl FromRequestParts<App> for RequestContext {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        let headers = parts.headers.clone();
        of_caller(parts, headers)
    }
}

/// A request that nothing else is asked of: its headers need not be copied.
pub(super) fn of_whole(mut parts: Parts) -> Result<RequestContext> {
    let headers = std::mem::take(&mut parts.headers);
    of_caller(&mut parts, headers)
}

/// A request as a guest's, where the `Authorization` header does not count: the download of a file.
pub(in crate::http) struct Guest(pub(in crate::http) RequestContext);

impl FromRequestParts<App> for Guest {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        let headers = parts.headers.clone();
        of_guest(parts, headers).map(Self)
    }
}

/// The id that the log knows a request by; empty for one that went around the middleware.
pub(in crate::http) struct RequestId(pub(in crate::http) String);

impl FromRequestParts<App> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        let id = parts.extensions.get::<Visitor>().and_then(|visitor| visitor.request_id.as_ref()?.to_str().ok());
        Ok(Self(id.unwrap_or_default().to_owned()))
    }
}

fn of_caller(parts: &mut Parts, headers: HeaderMap) -> Result<RequestContext> {
    let caller = parts.extensions.get::<Visitor>().and_then(|visitor| visitor.caller.clone());
    Ok(RequestContext { caller, ..of_guest(parts, headers)? })
}

fn of_guest(parts: &mut Parts, headers: HeaderMap) -> Result<RequestContext> {
    let Query(query) = Query::of(parts)?;
    Ok(RequestContext {
        caller: None,
        occasion: Occasion::Default,
        method: method(&parts.method),
        path: decode_path(parts.uri.path()).unwrap_or(parts.uri.path().into()).into(),
        query,
        headers: Arc::new(Headers(headers)),
        body: None,
        ip: parts.extensions.get::<Visitor>().and_then(|visitor| visitor.ip),
    })
}

/// The `Authorization` header, if it can be a token.
pub(in crate::http) fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok().filter(|value| !value.is_empty())
}

fn method(method: &Method) -> Cow<'static, str> {
    match *method {
        Method::GET => Cow::Borrowed("GET"),
        Method::HEAD => Cow::Borrowed("HEAD"),
        Method::POST => Cow::Borrowed("POST"),
        Method::PATCH => Cow::Borrowed("PATCH"),
        Method::DELETE => Cow::Borrowed("DELETE"),
        _ => Cow::Owned(method.as_str().to_owned()),
    }
}

struct Headers(HeaderMap);

impl HeaderLookup for Headers {
    fn header(&self, snake_case_name: &str) -> Option<Cow<'_, str>> {
        let is_meant = |name: &str| {
            name.len() == snake_case_name.len()
                && name.bytes().zip(snake_case_name.bytes()).all(|(a, b)| a == b || (a == b'-' && b == b'_'))
        };
        let (_, value) = self.0.iter().find(|(name, _)| is_meant(name.as_str()))?;
        Some(String::from_utf8_lossy(value.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn headers_are_found_by_their_names_in_snake_case() {
        let mut headers = HeaderMap::new();
        headers.append("X-Token", HeaderValue::from_static("first"));
        headers.append("X-Token", HeaderValue::from_static("second"));
        let headers = Headers(headers);
        assert_eq!(headers.header("x_token").as_deref(), Some("first"));
        assert_eq!(headers.header("x-token").as_deref(), Some("first"));
        assert_eq!(headers.header("token"), None);
    }
}
