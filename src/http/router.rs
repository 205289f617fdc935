//! All routes, and the middleware in the order in which a request meets it.

use axum::Router;
use axum::middleware::from_fn_with_state;
use tower::ServiceBuilder;

use super::middleware::body_limit::BodyLimits;
use super::middleware::compression::compression;
use super::middleware::cors::Origins;
use super::middleware::{Around, around};
use super::{admin_ui, auth, collections, files, health, records};
use crate::app::App;
use crate::error::Error;

/// The whole API and the dashboard, as one service.
pub fn router(app: App) -> Router {
    let laid = Around { origins: Origins::new(&app.config.origins), bodies: BodyLimits::new(app.clone()) };
    Router::new()
        .merge(health::routes())
        .merge(collections::routes())
        .merge(records::routes())
        .merge(auth::routes())
        .merge(files::routes())
        .merge(admin_ui::routes())
        .fallback(nothing_here)
        .method_not_allowed_fallback(nothing_here)
        .layer(ServiceBuilder::new().layer(compression()).layer(from_fn_with_state(laid, around)))
        .with_state(app)
}

/// Unknown addresses, and known ones with another method.
async fn nothing_here() -> Error {
    Error::not_found()
}
