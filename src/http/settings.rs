//! `/api/settings`: the stored settings, and what superusers make with their help.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use serde_json::json;

use super::extract::{ChangeBody, CredentialsBody, LoadedBody, Superuser};
use super::fields::Fields;
use crate::app::App;
use crate::error::Result;
use crate::settings::AppleKey;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/settings", get(view).patch(update))
        .route("/api/settings/apple/generate-client-secret", post(apple_client_secret))
        .route("/api/settings/test/email", post(test_email))
        .route("/api/settings/test/s3", post(test_s3))
}

async fn view(State(app): State<App>, _: Superuser, fields: Fields) -> Result<Response> {
    fields.object(app.settings.current().public().to_string().into_bytes()).await
}

async fn update(
    State(app): State<App>,
    _: Superuser,
    fields: Fields,
    ChangeBody(change): ChangeBody,
) -> Result<Response> {
    let saved = app.settings.update(change).await?;
    fields.object(saved.public().to_string().into_bytes()).await
}

async fn apple_client_secret(_: Superuser, fields: Fields, ChangeBody(sent): ChangeBody) -> Result<Response> {
    let secret = AppleKey::read(&sent)?.client_secret()?;
    fields.object(json!({"secret": secret}).to_string().into_bytes()).await
}

async fn test_email(
    State(app): State<App>,
    _: Superuser,
    CredentialsBody(sent): CredentialsBody,
) -> Result<StatusCode> {
    app.auth.send_test_letter(sent).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn test_s3(State(app): State<App>, _: Superuser, LoadedBody(sent): LoadedBody) -> Result<StatusCode> {
    app.files.test_bucket(&sent).await?;
    Ok(StatusCode::NO_CONTENT)
}
