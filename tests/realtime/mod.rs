//! Clients that hear of changes as they happen (contract: realtime).

mod accounts;
mod batches;
mod deletes;
mod delivery;
mod lifetimes;
mod options;
mod replay;
mod rules;
mod shares;
mod stream;
mod subscribing;
mod topics;
mod undecided;

use serde_json::json;
use tempfile::TempDir;
use tuckbox::app::App;
use tuckbox::config::Config;
use tuckbox::realtime::{Lifetimes, Realtime, RealtimeParts};

/// An app of its own, with room for so many clients, whose streams live this long.
async fn room_of(most_clients: usize, lifetimes: Lifetimes) -> (TempDir, App, Realtime) {
    let dir = tempfile::tempdir().expect("a directory");
    let app = App::open(Config::new(dir.path()).expect("a configuration")).await.expect("an app");
    let realtime = Realtime::new(RealtimeParts {
        store: app.store.clone(),
        schema: app.schema.clone(),
        records: app.records.clone(),
        auth: app.auth.clone(),
        sealer: app.sealer.clone(),
        most_clients,
        lifetimes,
    });
    (dir, app, realtime)
}

/// A topic with options.
fn with(topic: &str, query: serde_json::Value) -> String {
    let options = json!({"query": query}).to_string();
    let encoded: String = options.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("{topic}?options={encoded}")
}
