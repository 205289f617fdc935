//! `POST /api/collections/{collection}/request-password-reset` and `…/confirm-password-reset`.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use http::StatusCode;

use crate::app::App;
use crate::error::Result;
use crate::http::extract::{CredentialsBody, Params, RequestId};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/collections/{collection}/request-password-reset", post(request))
        .route("/api/collections/{collection}/confirm-password-reset", post(confirm))
}

async fn request(
    State(app): State<App>,
    Params(collection): Params<String>,
    RequestId(id): RequestId,
    CredentialsBody(sent): CredentialsBody,
) -> Result<StatusCode> {
    app.auth.request_password_reset(&collection, sent, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn confirm(
    State(app): State<App>,
    Params(collection): Params<String>,
    CredentialsBody(sent): CredentialsBody,
) -> Result<StatusCode> {
    app.auth.confirm_password_reset(&collection, sent).await?;
    Ok(StatusCode::NO_CONTENT)
}
