//! `X-Request-Id`: the client's own if it is sane, else a random one; it is in the log and in the answer.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};

use crate::ids;

const NAME: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST: usize = 128;

/// The id of a request, among its extensions.
#[derive(Clone)]
pub(in crate::http) struct RequestId(HeaderValue);

impl RequestId {
    /// The id as text.
    pub(in crate::http) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

pub(in crate::http) async fn request_id(mut request: Request, next: Next) -> Response {
    let sent = request.headers().get(NAME).filter(|value| is_sane(value.as_bytes())).cloned();
    let id = sent.or_else(|| HeaderValue::from_str(&ids::random_lower(16)).ok());
    let id = RequestId(id.unwrap_or_else(|| HeaderValue::from_static("none")));
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    response.headers_mut().insert(NAME, id.0);
    response
}

fn is_sane(id: &[u8]) -> bool {
    (1..=LONGEST).contains(&id.len())
        && id.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::is_sane;

    #[test]
    fn only_short_plain_ids_are_taken_over() {
        assert!(is_sane(b"0af7651916cd43dd-8448.eb_X"));
        assert!(!is_sane(b""));
        assert!(!is_sane(b"a b"));
        assert!(!is_sane(b"a\x1b[31m"));
        assert!(!is_sane(&[b'a'; 129]));
    }
}
