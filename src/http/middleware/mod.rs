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
mod plain_path;
pub(super) mod rate_limit;
mod request_id;
pub(super) mod security_headers;
mod trace;
mod visitor;

use std::pin::pin;

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

/// The middleware, from the outside to the inside and back. The request is lent as far as the router, which takes it:
/// handed on by value it would have room of its own in the future of each function on the way.
pub(super) async fn around(around: &Around, request: &mut Request, routes: &Router) -> Response {
    let encodings = compression::accepted(request);
    let origin = around.origins.allowed(request.headers());
    if let Some(answer) = cors::preflight(request, origin.as_ref()) {
        return answer;
    }
    let version = request.version();
    let id = request_id::take(request);
    let span = trace::span(request, &id);
    let answer = async {
        let logged = Logged::begin(&around.app, request, &id);
        let mut response = {
            let inner = pin!(async {
                if let Err(refusal) = header_limits::check(request) {
                    return *refusal;
                }
                admitted(around, request, routes, &logged).await
            });
            panics::contained(inner).await
        };
        logged.end(&mut response);
        response
    };
    let mut response = answer.instrument(span).await;
    body_limit::close_after_refusal(&mut response, version);
    security_headers::add(&mut response);
    request_id::add(&mut response, id);
    cors::add(&mut response, origin);
    compression::compressed(response, encodings)
}

/// Those whose request is looked at, in the contract's order: who asks and from where, how often, with how much.
async fn admitted(around: &Around, request: &mut Request, routes: &Router, logged: &Logged<'_>) -> Response {
    plain_path::straighten(request);
    let admitted = admit(&around.app, request);
    logged.identified(request);
    let request = std::mem::take(request);
    let standing = match admitted {
        Ok(standing) => standing,
        Err(refusal) => {
            around.bodies.discard(request);
            return refusal.into_response();
        }
    };
    let limited = match &standing {
        Some(standing) if standing.refused => {
            around.bodies.discard(request);
            Err(Error::TooOften(standing.resets_in))
        }
        _ => around.bodies.limit(request),
    };
    let request = match limited {
        Ok(request) => request,
        Err(refusal) => return told(refusal.into_response(), standing),
    };
    let answer = routes.clone().call(request).await;
    told(answer.unwrap_or_else(|never| match never {}), standing)
}

/// The answer, which tells how often its reader may ask.
fn told(mut response: Response, standing: Option<Standing>) -> Response {
    if let Some(standing) = standing {
        rate_limit::tell(&mut response, &standing);
    }
    response
}

fn admit(app: &App, request: &mut Request) -> Result<Option<Standing>> {
    let settings = app.settings.current();
    visitor::identify(app, &settings, request)?;
    rate_limit::check(app, &settings, request)
}
