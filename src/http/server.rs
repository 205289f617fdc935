//! `/api/server`: what the server is, how large its data is, and what it was started with; for superusers.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value as Json, json};

use super::extract::Superuser;
use super::fields::Fields;
use crate::app::App;
use crate::backups::Listed;
use crate::config::{Setting, Source};
use crate::error::Result;
use crate::time;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/server", get(view))
}

async fn view(State(app): State<App>, _: Superuser, fields: Fields) -> Result<Response> {
    let about = app.about().await;
    let backups = about.backups.as_deref();
    let last = backups.and_then(|all| all.iter().max_by_key(|listed| listed.archive.modified));
    let bytes = backups.map(|all| all.iter().map(|listed| listed.archive.size).sum::<u64>());
    let (open, limit) = about.connections;
    let configuration: Json = app.config.settings.iter().map(setting).collect();
    let body = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "started": time::format(about.started),
        "uptime": about.uptime.as_secs(),
        "sizes": {
            "database": about.database,
            "wal": about.wal,
            "logs": about.logs,
            "files": about.files.map(|measured| measured.bytes),
            "fileCount": about.files.map(|measured| measured.files),
            "backups": bytes,
        },
        "connections": {"open": open, "limit": limit, "realtime": about.realtime},
        "lastBackup": last.map(Listed::to_json),
        "configuration": configuration,
    });
    fields.object(body.to_string().into_bytes()).await
}

fn setting(setting: &Setting) -> Json {
    let source = match setting.source {
        Source::Flag => "flag",
        Source::Environment => "environment",
        Source::File => "file",
        Source::Default => "default",
    };
    json!({"name": setting.flag, "value": setting.value, "source": source, "variable": setting.variable})
}
