//! `/api/collections/{collection}/records`.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::header::{CONTENT_TYPE, ETAG};
use http::{HeaderValue, StatusCode};

use super::envelope::{json, no_content};
use super::extract::{Asking, Params, RecordBody};
use super::fields::Fields;
use crate::app::App;
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::records::Versioned;

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
    let found = app.records.view(&context, &collection, &id).await?;
    let answer = tagged(fields, found).await?;
    Ok(if is_known(&context, &answer) { not_modified(answer) } else { answer })
}

async fn create(
    State(app): State<App>,
    Params(collection): Params<String>,
    context: RequestContext,
    fields: Fields,
    RecordBody(input): RecordBody,
) -> Result<Response> {
    tagged(fields, app.records.create(&context, &collection, input).await?).await
}

async fn update(
    State(app): State<App>,
    Params((collection, id)): One,
    context: RequestContext,
    fields: Fields,
    RecordBody(input): RecordBody,
) -> Result<Response> {
    tagged(fields, app.records.update(&context, &collection, &id, input).await?).await
}

async fn delete(State(app): State<App>, Params((collection, id)): One, Asking(context): Asking) -> Result<Response> {
    app.records.delete(&context, &collection, &id).await?;
    Ok(no_content())
}

/// A record with the tag of this answer.
async fn tagged(fields: Fields, record: Versioned) -> Result<Response> {
    let body = fields.pick(record.rendered.0).await?;
    let tag = HeaderValue::try_from(record.version.tag(&body)).map_err(|error| Error::Internal(error.into()))?;
    let mut answer = json(body);
    answer.headers_mut().insert(ETAG, tag);
    Ok(answer)
}

/// Whether the client has this answer already.
fn is_known(context: &RequestContext, answer: &Response) -> bool {
    let (Some(known), Some(tag)) = (context.headers.header("if_none_match"), answer.headers().get(ETAG)) else {
        return false;
    };
    known.split(',').map(str::trim).any(|known| {
        let known = known.strip_prefix("W/").unwrap_or(known);
        known == "*" || known.as_bytes() == tag.as_bytes()
    })
}

/// The answer without what the client has.
fn not_modified(mut answer: Response) -> Response {
    *answer.status_mut() = StatusCode::NOT_MODIFIED;
    *answer.body_mut() = Body::empty();
    answer.headers_mut().remove(CONTENT_TYPE);
    answer
}
