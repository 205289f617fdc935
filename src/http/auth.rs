//! `/api/collections/{collection}/auth-…`: signing in.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use http::HeaderMap;
use serde_json::json;

use super::extract::{CredentialsBody, Params, authorization};
use super::fields::Fields;
use crate::app::App;
use crate::auth::SignedIn;
use crate::context::RequestContext;
use crate::error::Result;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/collections/{collection}/auth-with-password", post(with_password))
        .route("/api/collections/{collection}/auth-refresh", post(refresh))
}

async fn with_password(
    State(app): State<App>,
    Params(collection): Params<String>,
    context: RequestContext,
    fields: Fields,
    CredentialsBody(body): CredentialsBody,
) -> Result<Response> {
    let signed_in = app.auth.with_password(&context, &collection, body).await?;
    answer(fields, signed_in).await
}

async fn refresh(
    State(app): State<App>,
    Params(collection): Params<String>,
    context: RequestContext,
    fields: Fields,
    headers: HeaderMap,
) -> Result<Response> {
    let signed_in = app.auth.refresh(&context, &collection, authorization(&headers)).await?;
    answer(fields, signed_in).await
}

async fn answer(fields: Fields, signed_in: SignedIn) -> Result<Response> {
    let mut body = b"{\"record\":".to_vec();
    body.extend_from_slice(&signed_in.record);
    body.extend_from_slice(format!(",\"token\":{}}}", json!(signed_in.token)).as_bytes());
    fields.object(body).await
}
