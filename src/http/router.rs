//! All routes, and the middleware in the order in which a request meets it.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tower::ServiceBuilder;

use super::middleware::body_limit::{Budget, body_limit, record_body_limit};
use super::middleware::compression::compression;
use super::middleware::cors::{Origins, cors};
use super::middleware::header_limits::header_limits;
use super::middleware::panics::panics;
use super::middleware::request_id::request_id;
use super::middleware::security_headers::security_headers;
use super::middleware::trace::trace;
use super::{admin_ui, auth, collections, files, health, records};
use crate::app::App;
use crate::error::Error;

/// The whole API and the dashboard, as one service.
pub fn router(app: App) -> Router {
    let budget = Budget::default();
    let origins = Origins::new(&app.config.origins);
    let records_limit = from_fn_with_state((app.clone(), budget.clone()), record_body_limit);
    let others = Router::new()
        .merge(health::routes())
        .merge(collections::routes())
        .merge(auth::routes())
        .merge(files::routes())
        .merge(admin_ui::routes())
        .fallback(nothing_here)
        .method_not_allowed_fallback(nothing_here)
        .layer(from_fn_with_state(budget, body_limit));
    let records = records::routes().method_not_allowed_fallback(nothing_here).layer(records_limit);
    others
        .merge(records)
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(origins, cors))
                .layer(from_fn(request_id))
                .layer(from_fn(trace))
                .layer(compression())
                .layer(from_fn(security_headers))
                .layer(from_fn(panics))
                .layer(from_fn(header_limits)),
        )
        .with_state(app)
}

/// Unknown addresses, and known ones with another method.
async fn nothing_here() -> Error {
    Error::not_found()
}
