//! What a request meets before its handler and its answer after it. One file a concern; [`around`] lays them once, in
//! their order. They are functions rather than layers of their own: a stack of layers is cloned and boxed anew for
//! each request, level by level.

pub(super) mod body_limit;
pub(super) mod compression;
pub(super) mod cors;
pub(super) mod header_limits;
mod panics;
mod request_id;
pub(super) mod security_headers;
mod trace;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use tower::Service;
use tracing::Instrument;

use body_limit::BodyLimits;
use cors::Origins;

/// What the middleware knows.
pub(super) struct Around {
    /// Who may call from browsers.
    pub(super) origins: Origins,
    /// How large bodies may be.
    pub(super) bodies: BodyLimits,
}

/// The middleware, from the outside to the inside and back.
pub(super) async fn around(around: &Around, request: Request, mut routes: Router) -> Response {
    let encodings = compression::accepted(&request);
    let origin = around.origins.allowed(request.headers());
    if let Some(answer) = cors::preflight(&request, origin.as_ref()) {
        return answer;
    }
    let version = request.version();
    let id = request_id::take(&request);
    let span = trace::span(&request, &id);
    let inner = async {
        if let Err(refusal) = header_limits::check(&request) {
            return *refusal;
        }
        match around.bodies.limit(request) {
            Ok(request) => routes.call(request).await.unwrap_or_else(|never| match never {}),
            Err(refusal) => refusal.into_response(),
        }
    };
    let mut response = trace::timed(panics::contained(inner)).instrument(span).await;
    body_limit::close_after_refusal(&mut response, version);
    security_headers::add(&mut response);
    request_id::add(&mut response, id);
    cors::add(&mut response, origin);
    compression::compressed(response, encodings).await
}
