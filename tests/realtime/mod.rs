//! Clients that hear of changes as they happen (contract: realtime).

mod accounts;
mod batches;
mod deletes;
mod delivery;
mod lifetimes;
mod options;
mod replay;
mod rules;
mod stream;
mod subscribing;
mod topics;

use serde_json::json;

/// A topic with options.
fn with(topic: &str, query: serde_json::Value) -> String {
    let options = json!({"query": query}).to_string();
    let encoded: String = options.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("{topic}?options={encoded}")
}
