//! All routes, and the middleware in the order in which a request meets it.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;

use super::middleware::body_limit::BodyLimits;
use super::middleware::cors::Origins;
use super::middleware::{Around, around};
use super::{
    admin_ui, auth, backups, batch, collections, crons, export, files, health, import, logs, public, realtime, records,
    rules, server, settings, sql,
};
use crate::app::App;

/// The whole API and the dashboard: the routes with the middleware around them.
///
/// The middleware is not a layer of the router, which would wrap, clone and box it for each route and request.
#[derive(Clone)]
pub struct Service {
    routes: Router,
    around: Arc<Around>,
}

impl Service {
    /// The service of an app.
    pub fn new(app: App) -> Self {
        let origins = Origins::new(&app.config.origins);
        let around = Around { app: app.clone(), origins, bodies: BodyLimits::new(app.clone()) };
        Self { routes: routes(app), around: Arc::new(around) }
    }

    /// Answers a request, of which nothing is left then.
    pub async fn answer(&self, request: &mut Request) -> Response {
        around(&self.around, request, &self.routes).await
    }
}

fn routes(app: App) -> Router {
    Router::new()
        .merge(health::routes())
        .merge(collections::routes())
        .merge(records::routes())
        .merge(rules::routes())
        .merge(batch::routes())
        .merge(realtime::routes())
        .merge(import::routes())
        .merge(export::routes())
        .merge(auth::routes())
        .merge(files::routes())
        .merge(settings::routes())
        .merge(server::routes())
        .merge(backups::routes())
        .merge(logs::routes())
        .merge(crons::routes())
        .merge(sql::routes())
        .merge(admin_ui::routes())
        // Unknown addresses, and known ones with another method.
        .fallback(public::answer)
        .method_not_allowed_fallback(public::answer)
        .with_state(app)
}
