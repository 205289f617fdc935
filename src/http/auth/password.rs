//! `POST /api/collections/{collection}/auth-with-password`.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;

use super::answer;
use crate::app::App;
use crate::context::RequestContext;
use crate::error::Result;
use crate::http::extract::{CredentialsBody, Params};
use crate::http::fields::Fields;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/collections/{collection}/auth-with-password", post(with_password))
}

async fn with_password(
    State(app): State<App>,
    Params(collection): Params<String>,
    context: RequestContext,
    fields: Fields,
    CredentialsBody(sent): CredentialsBody,
) -> Result<Response> {
    let signed_in = app.auth.with_password(&context, &collection, sent).await?;
    answer(fields, signed_in).await
}
