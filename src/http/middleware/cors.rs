//! Cross-origin requests: any OPTIONS is answered here, before anything else looks at it; an allowed origin gets its
//! headers, another one just does not.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ETAG, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

const METHODS: HeaderValue = HeaderValue::from_static("GET,HEAD,PUT,PATCH,POST,DELETE");
const EXPOSED: HeaderValue = HeaderValue::from_static("ETag");

/// Which origins may call.
#[derive(Clone)]
pub(in crate::http) struct Origins {
    patterns: Arc<[String]>,
}

impl Origins {
    /// Origins with `*` and `?` as wildcards.
    pub(in crate::http) fn new(patterns: &[String]) -> Self {
        Self { patterns: patterns.into() }
    }

    /// The value of `Access-Control-Allow-Origin` for a request's origin.
    pub(super) fn allowed(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(ORIGIN).filter(|origin| !origin.is_empty())?;
        if self.patterns.iter().any(|pattern| pattern == "*") {
            return Some(HeaderValue::from_static("*"));
        }
        let allowed = self.patterns.iter().any(|pattern| matches(pattern.as_bytes(), origin.as_bytes()));
        allowed.then(|| origin.clone())
    }
}

/// The answer to an OPTIONS request; `None` for any other.
pub(super) fn preflight(request: &Request, allowed: Option<&HeaderValue>) -> Option<Response> {
    if request.method() != Method::OPTIONS {
        return None;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = allowed {
        headers.append(VARY, HeaderValue::from_name(ACCESS_CONTROL_REQUEST_METHOD));
        headers.append(VARY, HeaderValue::from_name(ACCESS_CONTROL_REQUEST_HEADERS));
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        if let Some(asked) = request.headers().get(ACCESS_CONTROL_REQUEST_HEADERS).filter(|asked| !asked.is_empty()) {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
        }
    }
    Some(response)
}

/// Tells an allowed origin that it is one.
pub(super) fn add(response: &mut Response, allowed: Option<HeaderValue>) {
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = allowed {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        // An addition to the contract: pages of other origins could not read the tag otherwise.
        if headers.contains_key(ETAG) {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }
}

/// Whether a text fits a pattern in which `*` is any text and `?` any character.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut pos) = (0, 0);
    // Where to go on when what follows the last star does not fit: one character further.
    let mut retry = None;
    while pos < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                retry = Some((at, pos));
                at += 1;
            }
            Some(&byte) if byte == b'?' || byte == text[pos] => {
                at += 1;
                pos += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    at = star + 1;
                    pos = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_know_stars_and_question_marks() {
        for (pattern, origin, fits) in [
            ("https://a.com", "https://a.com", true),
            ("https://a.com", "https://a.com.evil.io", false),
            ("https://*.a.com", "https://x.y.a.com", true),
            ("https://*.a.com", "https://a.com", false),
            ("http://localhost:????", "http://localhost:5173", true),
            ("http://localhost:????", "http://localhost:80", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern.as_bytes(), origin.as_bytes()), fits, "{pattern} {origin}");
        }
    }

    #[test]
    fn an_origin_that_is_not_listed_gets_no_header() {
        let origins = Origins::new(&["https://a.com".to_owned()]);
        let asks = |origin| HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static(origin))]);
        assert_eq!(origins.allowed(&asks("https://a.com")), Some(HeaderValue::from_static("https://a.com")));
        assert_eq!(origins.allowed(&asks("https://b.com")), None);
        assert_eq!(origins.allowed(&HeaderMap::new()), None);
        let all = Origins::new(&["*".to_owned()]);
        assert_eq!(all.allowed(&asks("https://b.com")), Some(HeaderValue::from_static("*")));
    }
}
