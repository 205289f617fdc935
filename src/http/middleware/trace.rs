//! One span a request: what is logged within carries the request's id. The query stays out, since values of filters
//! and tokens of links are nobody's business.

use axum::extract::Request;
use tracing::Span;

use super::request_id::RequestId;

/// The span of a request.
pub(super) fn span(request: &Request, id: &RequestId) -> Span {
    tracing::error_span!("request", id = id.as_str(), method = request.method().as_str(), path = request.uri().path())
}
