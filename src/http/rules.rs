//! `/api/collections/{collection}/explain` and `…/check-filter`, for superusers.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use http::StatusCode;
use serde::Serialize;

use super::extract::{LoadedBody, Params, Superuser};
use super::fields::Fields;
use crate::app::App;
use crate::error::{Error, Result};
use crate::records::{Explanation, Verdict};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/collections/{collection}/explain", post(explain))
        .route("/api/collections/{collection}/check-filter", post(check_filter))
}

async fn explain(
    State(app): State<App>,
    _: Superuser,
    Params(collection): Params<String>,
    fields: Fields,
    LoadedBody(body): LoadedBody,
) -> Result<Response> {
    let told = app.records.explain(&collection, &body).await?;
    answer(fields, &Explained { status: status(told.verdict).as_u16(), told }).await
}

async fn check_filter(
    State(app): State<App>,
    _: Superuser,
    Params(collection): Params<String>,
    fields: Fields,
    LoadedBody(body): LoadedBody,
) -> Result<Response> {
    answer(fields, &app.collections.check_filter(&collection, &body)?).await
}

/// An explanation with the status that the API would answer.
#[derive(Serialize)]
struct Explained {
    status: u16,
    #[serde(flatten)]
    told: Explanation,
}

fn status(verdict: Verdict) -> StatusCode {
    match verdict {
        Verdict::Answered => StatusCode::OK,
        Verdict::Done => StatusCode::NO_CONTENT,
        Verdict::Invalid => StatusCode::BAD_REQUEST,
        Verdict::Forbidden => StatusCode::FORBIDDEN,
        Verdict::NotFound => StatusCode::NOT_FOUND,
    }
}

async fn answer(fields: Fields, found: &impl Serialize) -> Result<Response> {
    let body = serde_json::to_vec(found).map_err(|error| Error::Internal(error.into()))?;
    fields.object(body).await
}
