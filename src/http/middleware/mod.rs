//! What a request meets before its handler and its answer after it. One file a concern; [`around`] lays them once, in
//! their order. They are functions rather than layers of their own: a stack of layers is cloned and boxed anew for
//! each request, level by level.

pub(super) mod body_limit;
pub(super) mod body_memory;
pub(super) mod compression;
pub(super) mod cors;
pub(super) mod header_limits;
pub(super) mod limited_body;
mod log;
mod panics;
pub(super) mod rate_limit;
mod request_id;
pub(super) mod security_headers;
mod trace;
mod visitor;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use tower::Service;
use tracing::Instrument;

use body_limit::BodyLimits;
use cors::Origins;
use log::Logged;

use crate::app::App;
use crate::error::{Error, Result};
use crate::rates::Standing;

/// What the middleware knows.
pub(super) struct Around {
    /// The app.
    pub(super) app: App,
    /// Who may call from browsers.
    pub(super) origins: Origins,
    /// How large bodies may be.
    pub(super) bodies: BodyLimits,
}

/// The middleware, from the outside to the inside and back.
pub(super) async fn around(around: &Around, mut request: Request, routes: Router) -> Response {
    let encodings = compression::accepted(&request);
    let origin = around.origins.allowed(request.headers());
    if let Some(answer) = cors::preflight(&request, origin.as_ref()) {
        return answer;
    }
    let version = request.version();
    let id = request_id::take(&mut request);
    let span = trace::span(&request, &id);
    let answer = async {
        let logged = Logged::begin(&around.app, &request, &id);
        let inner = async {
            if let Err(refusal) = header_limits::check(&request) {
                return *refusal;
            }
            admitted(around, request, routes, &logged).await
        };
        let mut response = panics::contained(inner).await;
        logged.end(&mut response);
        response
    };
    let mut response = answer.instrument(span).await;
    body_limit::close_after_refusal(&mut response, version);
    security_headers::add(&mut response);
    request_id::add(&mut response, id);
    cors::add(&mut response, origin);
    compression::compressed(response, encodings).await
}

/// Those whose request is looked at, in the contract's order: who asks and from where, how often, with how much.
async fn admitted(around: &Around, mut request: Request, mut routes: Router, logged: &Logged<'_>) -> Response {
    let admitted = admit(&around.app, &mut request).await;
    logged.identified(&request);
    let standing = match admitted {
        Ok(standing) => standing,
        Err(refusal) => {
            around.bodies.discard(request);
            return refusal.into_response();
        }
    };
    let mut response = match &standing {
        Some(standing) if standing.refused => {
            around.bodies.discard(request);
            Error::TooOften(standing.resets_in).into_response()
        }
        _ => match around.bodies.limit(request) {
            Ok(request) => routes.call(request).await.unwrap_or_else(|never| match never {}),
            Err(refusal) => refusal.into_response(),
        },
    };
    if let Some(standing) = standing {
        rate_limit::tell(&mut response, &standing);
    }
    response
}

async fn admit(app: &App, request: &mut Request) -> Result<Option<Standing>> {
    let settings = app.settings.current();
    visitor::identify(app, &settings, request).await?;
    rate_limit::check(app, &settings, request)
}
