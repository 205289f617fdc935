//! `/api/logs`: what the server did, for superusers.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::envelope::{self, no_content};
use super::extract::{Params, Superuser};
use super::fields::Fields;
use crate::app::App;
use crate::error::Result;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/logs", get(list).delete(truncate))
        .route("/api/logs/stats", get(stats))
        .route("/api/logs/overview", get(overview))
        .route("/api/logs/{id}", get(view))
}

async fn list(State(app): State<App>, Superuser(context): Superuser, fields: Fields) -> Result<Response> {
    let page = app.logs.list(&context).await?;
    fields.page(page).await
}

async fn stats(State(app): State<App>, Superuser(context): Superuser, fields: Fields) -> Result<Response> {
    let hours = app.logs.stats(&context).await?;
    fields.pick(hours).await.map(envelope::json)
}

async fn overview(State(app): State<App>, Superuser(context): Superuser, fields: Fields) -> Result<Response> {
    let overview = app.logs.overview(&context).await?;
    fields.object(overview).await
}

async fn view(State(app): State<App>, _: Superuser, Params(id): Params<String>, fields: Fields) -> Result<Response> {
    let entry = app.logs.view(&id).await?;
    fields.object(entry).await
}

async fn truncate(State(app): State<App>, _: Superuser) -> Result<Response> {
    app.logs.truncate().await?;
    Ok(no_content())
}
