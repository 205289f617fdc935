//! `/api/backups`: for superusers alone.

use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde_json::{Value as Json, json};

use super::extract::{FilesBody, Guest, LoadedBody, Params, Superuser};
use super::fields::Fields;
use super::{envelope, files};
use crate::app::App;
use crate::backups::Listed;
use crate::error::{Error, Result};

/// Where archives come in, whatever their size.
pub(super) const UPLOAD: &str = "/api/backups/upload";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/backups", get(list).post(create))
        .route("/api/backups/active", get(active))
        .route("/api/backups/{key}", get(download).delete(delete))
        .route(UPLOAD, post(upload))
        .route("/api/backups/{key}/verify", post(verify))
        .route("/api/backups/{key}/restore", post(restore))
}

/// Nobody makes or restores a backup: asked before the body is read.
struct Idle;

impl FromRequestParts<App> for Idle {
    type Rejection = Error;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self> {
        app.backups.active().refuse().map(|()| Self)
    }
}

async fn list(State(app): State<App>, _: Superuser, fields: Fields) -> Result<Response> {
    let listed = app.backups.list().await?;
    let body = Json::from_iter(listed.iter().map(Listed::to_json)).to_string();
    fields.pick(body.into_bytes()).await.map(envelope::json)
}

async fn active(State(app): State<App>, _: Superuser, fields: Fields) -> Result<Response> {
    fields.object(json!({"active": app.backups.doing()}).to_string().into_bytes()).await
}

async fn create(State(app): State<App>, _: Superuser, _: Idle, LoadedBody(sent): LoadedBody) -> Result<StatusCode> {
    app.backups.create(&sent).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn upload(State(app): State<App>, _: Superuser, FilesBody(files): FilesBody) -> Result<StatusCode> {
    app.backups.upload(files.into_iter().find(|file| file.key == "file")).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn restore(State(app): State<App>, _: Superuser, Params(key): Params<String>) -> Result<StatusCode> {
    app.backups.restore(&key).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn download(
    State(app): State<App>,
    Params(key): Params<String>,
    headers: HeaderMap,
    Guest(context): Guest,
) -> Result<Response> {
    let caller = app.auth.file_caller(&context);
    if !caller.is_some_and(|caller| caller.superuser) {
        return Err(Error::Forbidden("Backups are for superusers with a file token.".into()));
    }
    Ok(files::saved(app.backups.open(&key).await?, &headers))
}

async fn delete(State(app): State<App>, _: Superuser, Params(key): Params<String>) -> Result<StatusCode> {
    app.backups.delete(&key).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn verify(State(app): State<App>, _: Superuser, Params(key): Params<String>, fields: Fields) -> Result<Response> {
    let outcome = app.backups.verify(&key, None).await?;
    let body = json!({"key": key, "verified": outcome.verified, "problem": outcome.problem});
    fields.object(body.to_string().into_bytes()).await
}
