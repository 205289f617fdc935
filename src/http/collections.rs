//! `/api/collections`, for superusers.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post, put};
use serde_json::Value as Json;

use super::envelope::no_content;
use super::extract::{CollectionBody, ImportBody, LoadedBody, Params, Superuser};
use super::fields::Fields;
use crate::app::App;
use crate::collections::Plan;
use crate::error::{Error, Result};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/collections", get(list).post(create))
        .route("/api/collections/{collection}", get(view).patch(update).delete(delete))
        .route("/api/collections/{collection}/truncate", axum::routing::delete(truncate))
        .route("/api/collections/{collection}/plan", post(plan))
        .route("/api/collections/meta/plan", post(plan_new))
        .merge(of_import())
        .route("/api/collections/meta/scaffolds", get(scaffolds))
        .route("/api/collections/meta/dry-run-view", post(dry_run_view))
}

/// The import, and a collection of this name: nothing else hides it.
fn of_import() -> Router<App> {
    let name = || Params("import".to_owned());
    let viewed = move |app: State<App>, superuser: Superuser, fields: Fields| view(app, superuser, name(), fields);
    let updated = move |app: State<App>, superuser: Superuser, fields: Fields, body: Result<CollectionBody>| {
        update(app, superuser, name(), fields, body)
    };
    let deleted = move |app: State<App>, superuser: Superuser| delete(app, superuser, name());
    Router::new().route("/api/collections/import", put(import).get(viewed).patch(updated).delete(deleted))
}

async fn list(State(app): State<App>, Superuser(context): Superuser, fields: Fields) -> Result<Response> {
    let page = app.collections.list(&context).await?;
    fields.page(page).await
}

async fn view(
    State(app): State<App>,
    _: Superuser,
    Params(collection): Params<String>,
    fields: Fields,
) -> Result<Response> {
    answer(fields, &app.collections.view(&collection)?).await
}

async fn create(
    State(app): State<App>,
    _: Superuser,
    fields: Fields,
    CollectionBody(body): CollectionBody,
) -> Result<Response> {
    answer(fields, &app.collections.create(body).await?).await
}

async fn update(
    State(app): State<App>,
    _: Superuser,
    Params(collection): Params<String>,
    fields: Fields,
    body: Result<CollectionBody>,
) -> Result<Response> {
    // An unknown collection is told before anything about the body.
    app.collections.view(&collection)?;
    let CollectionBody(body) = body?;
    answer(fields, &app.collections.update(&collection, body).await?).await
}

/// What an update would come to.
async fn plan(
    State(app): State<App>,
    _: Superuser,
    Params(collection): Params<String>,
    fields: Fields,
    body: Result<CollectionBody>,
) -> Result<Response> {
    app.collections.view(&collection)?;
    let CollectionBody(body) = body?;
    planned(fields, &app.collections.plan(Some(&collection), body).await?).await
}

/// What a create would come to.
async fn plan_new(
    State(app): State<App>,
    _: Superuser,
    fields: Fields,
    CollectionBody(body): CollectionBody,
) -> Result<Response> {
    planned(fields, &app.collections.plan(None, body).await?).await
}

async fn planned(fields: Fields, plan: &Plan) -> Result<Response> {
    fields.object(serde_json::to_vec(plan).map_err(|error| Error::Internal(error.into()))?).await
}

async fn delete(
    State(app): State<App>,
    Superuser(context): Superuser,
    Params(collection): Params<String>,
) -> Result<Response> {
    app.collections.delete(&context, &collection).await?;
    Ok(no_content())
}

async fn truncate(
    State(app): State<App>,
    Superuser(context): Superuser,
    Params(collection): Params<String>,
) -> Result<Response> {
    app.collections.truncate(&context, &collection).await?;
    Ok(no_content())
}

async fn import(State(app): State<App>, Superuser(context): Superuser, body: ImportBody) -> Result<Response> {
    app.collections.import(&context, body.collections, body.delete_missing).await?;
    Ok(no_content())
}

async fn scaffolds(State(app): State<App>, _: Superuser, fields: Fields) -> Result<Response> {
    answer(fields, &app.collections.scaffolds()).await
}

async fn dry_run_view(
    State(app): State<App>,
    _: Superuser,
    fields: Fields,
    LoadedBody(body): LoadedBody,
) -> Result<Response> {
    let found = app.collections.dry_run_view(&body).await?;
    let body = serde_json::to_vec(&found).map_err(|error| Error::Internal(error.into()))?;
    fields.object(body).await
}

async fn answer(fields: Fields, body: &Json) -> Result<Response> {
    fields.object(body.to_string().into_bytes()).await
}
