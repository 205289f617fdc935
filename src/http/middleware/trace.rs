//! One span a request: what is logged within carries the request's id. The query stays out, since values of filters
//! and tokens of links are nobody's business.

use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::request_id::RequestId;

pub(in crate::http) async fn trace(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map_or("", RequestId::as_str);
    let span = tracing::error_span!("request", id, method = %request.method(), path = request.uri().path());
    async move {
        let begun = Instant::now();
        let response = next.run(request).await;
        let (status, micros) = (response.status().as_u16(), begun.elapsed().as_micros() as u64);
        tracing::debug!(status, duration_us = micros, "answered");
        response
    }
    .instrument(span)
    .await
}
