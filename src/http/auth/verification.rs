//! `POST /api/collections/{collection}/request-verification` and `…/confirm-verification`.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use http::StatusCode;

use crate::app::App;
use crate::error::Result;
use crate::http::extract::{CredentialsBody, Params, RequestId};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/collections/{collection}/request-verification", post(request))
        .route("/api/collections/{collection}/confirm-verification", post(confirm))
}

async fn request(
    State(app): State<App>,
    Params(collection): Params<String>,
    RequestId(id): RequestId,
    CredentialsBody(sent): CredentialsBody,
) -> Result<StatusCode> {
    app.auth.request_verification(&collection, sent, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn confirm(
    State(app): State<App>,
    Params(collection): Params<String>,
    CredentialsBody(sent): CredentialsBody,
) -> Result<StatusCode> {
    app.auth.confirm_verification(&collection, sent).await?;
    Ok(StatusCode::NO_CONTENT)
}
