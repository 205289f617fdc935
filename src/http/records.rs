//! `/api/collections/{collection}/records`.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::envelope::no_content;
use super::extract::{Asking, Params, RecordBody};
use super::fields::Fields;
use crate::app::App;
use crate::context::RequestContext;
use crate::error::Result;

/// The path of all records of a collection. The limit of bodies knows the form of both paths.
const ALL: &str = "/api/collections/{collection}/records";
/// The path of one record.
const ONE: &str = "/api/collections/{collection}/records/{id}";

pub(super) fn routes() -> Router<App> {
    Router::new().route(ALL, get(list).post(create)).route(ONE, get(view).patch(update).delete(delete))
}

type One = Params<(String, String)>;

async fn list(
    State(app): State<App>,
    Params(collection): Params<String>,
    fields: Fields,
    Asking(context): Asking,
) -> Result<Response> {
    let page = app.records.list(&context, &collection).await?;
    fields.page(page).await
}

async fn view(
    State(app): State<App>,
    Params((collection, id)): One,
    fields: Fields,
    Asking(context): Asking,
) -> Result<Response> {
    let record = app.records.view(&context, &collection, &id).await?;
    fields.object(record.0).await
}

async fn create(
    State(app): State<App>,
    Params(collection): Params<String>,
    context: RequestContext,
    fields: Fields,
    RecordBody(input): RecordBody,
) -> Result<Response> {
    let record = app.records.create(&context, &collection, input).await?;
    fields.object(record.0).await
}

async fn update(
    State(app): State<App>,
    Params((collection, id)): One,
    context: RequestContext,
    fields: Fields,
    RecordBody(input): RecordBody,
) -> Result<Response> {
    let record = app.records.update(&context, &collection, &id, input).await?;
    fields.object(record.0).await
}

async fn delete(State(app): State<App>, Params((collection, id)): One, Asking(context): Asking) -> Result<Response> {
    app.records.delete(&context, &collection, &id).await?;
    Ok(no_content())
}
