//! `POST /api/settings/test/email`: a letter to see whether mail works.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use http::StatusCode;

use super::extract::{CredentialsBody, Superuser};
use crate::app::App;
use crate::error::Result;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/settings/test/email", post(send))
}

async fn send(State(app): State<App>, _: Superuser, body: Result<CredentialsBody>) -> Result<StatusCode> {
    app.auth.send_test_letter(body.map(|body| body.0)).await?;
    Ok(StatusCode::NO_CONTENT)
}
