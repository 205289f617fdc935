//! `POST /api/collections/{collection}/impersonate/{id}`.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;

use super::answer;
use crate::app::App;
use crate::error::Result;
use crate::http::extract::{LoadedBody, Params, Superuser};
use crate::http::fields::Fields;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/collections/{collection}/impersonate/{id}", post(impersonate))
}

async fn impersonate(
    State(app): State<App>,
    Superuser(context): Superuser,
    Params((collection, id)): Params<(String, String)>,
    fields: Fields,
    body: Result<LoadedBody>,
) -> Result<Response> {
    let signed_in = app.auth.impersonate(&context, &collection, &id, body.map(|body| body.0)).await?;
    answer(fields, signed_in).await
}
