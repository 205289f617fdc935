//! `GET /api/collections/{collection}/auth-methods`.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use crate::app::App;
use crate::error::Result;
use crate::http::extract::Params;
use crate::http::fields::Fields;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/collections/{collection}/auth-methods", get(methods))
}

async fn methods(State(app): State<App>, Params(collection): Params<String>, fields: Fields) -> Result<Response> {
    let methods = app.auth.methods(&collection).await?;
    fields.object(methods.to_string().into_bytes()).await
}
