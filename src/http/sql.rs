//! `/api/sql`: SQL that a superuser types.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use serde_json::Value as Json;

use super::extract::{CredentialsBody, Superuser};
use super::fields::Fields;
use crate::app::App;
use crate::error::{Error, Result};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/sql", post(run))
}

async fn run(
    State(app): State<App>,
    _: Superuser,
    fields: Fields,
    CredentialsBody(sent): CredentialsBody,
) -> Result<Response> {
    let body = sent?;
    let query = match body.get("query") {
        None | Some(Json::Null) => "",
        Some(Json::String(query)) => query,
        Some(_) => return Err(Error::bad_request("An error occurred while loading the submitted data.")),
    };
    fields.object(app.console.submitted(query).await?.to_json()).await
}
