//! One span a request: what is logged within carries the request's id. The query stays out, since values of filters
//! and tokens of links are nobody's business.

use std::time::Instant;

use axum::extract::Request;
use axum::response::Response;
use tracing::Span;

use super::request_id::RequestId;

/// The span of a request.
pub(super) fn span(request: &Request, id: &RequestId) -> Span {
    tracing::error_span!("request", id = id.as_str(), method = request.method().as_str(), path = request.uri().path())
}

/// Tells, within the span, how a request ended and how long it took.
pub(super) async fn timed(answer: impl Future<Output = Response>) -> Response {
    let begun = Instant::now();
    let response = answer.await;
    let (status, duration_us) = (response.status().as_u16(), begun.elapsed().as_micros() as u64);
    tracing::debug!(status, duration_us, "answered");
    response
}
