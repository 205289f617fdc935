//! `POST /api/collections/{collection}/request-otp` and `…/auth-with-otp`.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use serde_json::json;

use super::answer;
use crate::app::App;
use crate::context::RequestContext;
use crate::error::Result;
use crate::http::extract::{CredentialsBody, Params};
use crate::http::fields::Fields;
use crate::logs::Failure;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/collections/{collection}/request-otp", post(request))
        .route("/api/collections/{collection}/auth-with-otp", post(with_otp))
}

async fn request(
    State(app): State<App>,
    Params(collection): Params<String>,
    fields: Fields,
    CredentialsBody(sent): CredentialsBody,
) -> Result<Response> {
    let requested = app.auth.request_otp(&collection, sent).await?;
    let mut response = fields.object(json!({"otpId": requested.id}).to_string().into_bytes()).await?;
    if !requested.known {
        let error = "No account has the address that a one-time password was asked for.".to_owned();
        response.extensions_mut().insert(Failure { error, details: None });
    }
    Ok(response)
}

async fn with_otp(
    State(app): State<App>,
    Params(collection): Params<String>,
    context: RequestContext,
    fields: Fields,
    CredentialsBody(sent): CredentialsBody,
) -> Result<Response> {
    let signed_in = app.auth.with_otp(&context, &collection, sent).await?;
    answer(fields, signed_in).await
}
