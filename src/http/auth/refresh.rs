//! `POST /api/collections/{collection}/auth-refresh`.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use http::HeaderMap;

use super::answer;
use crate::app::App;
use crate::context::RequestContext;
use crate::error::Result;
use crate::http::extract::{Params, authorization};
use crate::http::fields::Fields;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/collections/{collection}/auth-refresh", post(refresh))
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
