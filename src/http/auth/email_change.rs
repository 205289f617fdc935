//! `POST /api/collections/{collection}/request-email-change` and `…/confirm-email-change`.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use http::{HeaderMap, StatusCode};

use crate::app::App;
use crate::error::Result;
use crate::http::extract::{CredentialsBody, Params, authorization};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/collections/{collection}/request-email-change", post(request))
        .route("/api/collections/{collection}/confirm-email-change", post(confirm))
}

async fn request(
    State(app): State<App>,
    Params(collection): Params<String>,
    headers: HeaderMap,
    CredentialsBody(sent): CredentialsBody,
) -> Result<StatusCode> {
    app.auth.request_email_change(&collection, authorization(&headers), sent).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn confirm(
    State(app): State<App>,
    Params(collection): Params<String>,
    CredentialsBody(sent): CredentialsBody,
) -> Result<StatusCode> {
    app.auth.confirm_email_change(&collection, sent).await?;
    Ok(StatusCode::NO_CONTENT)
}
