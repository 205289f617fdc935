//! `/api/health`: whether the server answers; superusers also learn how it sees them.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use super::fields::Fields;
use crate::app::App;
use crate::context::{RequestContext, in_full};
use crate::error::Result;

/// Headers that proxies put the client's address into.
const PROXY_HEADERS: [&str; 3] = ["CF-Connecting-IP", "Fly-Client-IP", "X-Forwarded-For"];

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/health", get(health))
}

async fn health(State(app): State<App>, context: RequestContext, fields: Fields) -> Result<Response> {
    let data = if context.is_superuser() { seen(&app, &context) } else { json!({}) };
    let body = json!({"message": "API is healthy.", "code": 200, "data": data});
    fields.object(body.to_string().into_bytes()).await
}

fn seen(app: &App, context: &RequestContext) -> serde_json::Value {
    let settings = app.settings.current();
    let is_sent = |name: &&str| {
        let snake_case = name.to_ascii_lowercase().replace('-', "_");
        context.headers.header(&snake_case).is_some_and(|value| !value.is_empty())
    };
    let trusted = settings.trusted_proxy.headers.iter().map(String::as_str);
    let proxy = trusted.chain(PROXY_HEADERS).find(is_sent).unwrap_or_default();
    json!({"canBackup": app.backups.active().is_idle(), "realIP": context.ip.map(in_full).unwrap_or_default(), "possibleProxyHeader": proxy})
}
