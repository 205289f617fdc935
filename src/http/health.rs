//! `/api/health`: whether the server answers; superusers also learn how it sees them, and of each part
//! whether it does its work.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value as Json, json};

use super::fields::Fields;
use crate::app::{App, Condition, Part};
use crate::context::{RequestContext, in_full};
use crate::error::Result;

/// Headers that proxies put the client's address into.
const PROXY_HEADERS: [&str; 3] = ["CF-Connecting-IP", "Fly-Client-IP", "X-Forwarded-For"];

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/health", get(health))
}

async fn health(State(app): State<App>, context: RequestContext, fields: Fields) -> Result<Response> {
    let data = if context.is_superuser() { seen(&app, &context).await } else { json!({}) };
    let body = json!({"message": "API is healthy.", "code": 200, "data": data});
    fields.object(body.to_string().into_bytes()).await
}

async fn seen(app: &App, context: &RequestContext) -> Json {
    let settings = app.settings.current();
    let is_sent = |name: &&str| {
        let snake_case = name.to_ascii_lowercase().replace('-', "_");
        context.headers.header(&snake_case).is_some_and(|value| !value.is_empty())
    };
    let trusted = settings.trusted_proxy.headers.iter().map(String::as_str);
    let proxy = trusted.chain(PROXY_HEADERS).find(is_sent).unwrap_or_default();
    let real_ip = context.ip.map(in_full).unwrap_or_default();
    let readiness: Json = app.readiness().await.iter().map(part).collect();
    let can_back_up = app.backups.active().is_idle();
    json!({"canBackup": can_back_up, "realIP": real_ip, "possibleProxyHeader": proxy, "readiness": readiness})
}

fn part(part: &Part) -> Json {
    let state = match part.state {
        Condition::Ready => "ready",
        Condition::Degraded => "degraded",
        Condition::Down => "down",
    };
    json!({"part": part.name, "state": state, "detail": part.detail})
}
