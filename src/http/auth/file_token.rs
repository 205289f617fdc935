//! `POST /api/files/token`.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use http::HeaderMap;
use serde_json::json;

use crate::app::App;
use crate::error::Result;
use crate::http::extract::authorization;
use crate::http::fields::Fields;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/files/token", post(file_token))
}

async fn file_token(State(app): State<App>, fields: Fields, headers: HeaderMap) -> Result<Response> {
    let token = app.auth.file_token(authorization(&headers)).await?;
    fields.object(json!({"token": token}).to_string().into_bytes()).await
}
