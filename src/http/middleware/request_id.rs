//! `X-Request-Id`: the client's own if it is sane, else a random one; it is in the log and in the answer.

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderName, HeaderValue};

use crate::http::extract::Visitor;

const NAME: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST: usize = 128;

/// The id of a request.
pub(super) struct RequestId(HeaderValue);

impl RequestId {
    /// The id as text.
    pub(super) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

/// The request's own id, or a new one; it is left with its visitor.
pub(super) fn take(request: &mut Request) -> RequestId {
    let id = match request.headers().get(NAME) {
        Some(sent) if is_sane(sent.as_bytes()) => sent.clone(),
        _ => random(),
    };
    if let Some(visitor) = request.extensions_mut().get_mut::<Visitor>() {
        visitor.request_id = Some(id.clone());
    }
    RequestId(id)
}

/// 16 hexadecimal digits.
fn random() -> HeaderValue {
    let mut digits = [0; 16];
    let mut rest = rand::random::<u64>();
    for digit in &mut digits {
        *digit = b"0123456789abcdef"[(rest & 15) as usize];
        rest >>= 4;
    }
    HeaderValue::from_bytes(&digits).unwrap_or(HeaderValue::from_static("none"))
}

/// Tells the client the id.
pub(super) fn add(response: &mut Response, id: RequestId) {
    response.headers_mut().insert(NAME, id.0);
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
