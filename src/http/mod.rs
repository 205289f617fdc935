//! HTTP: routes, middleware, extractors, envelope, status codes. Nothing below knows HTTP.
//!
//! A handler reads as: extract, call one function of a room, wrap. Each resource of the API has a file with its
//! `routes()` on top; [`Service`] merges them and lays the middleware around, [`serve`] brings it to a socket.

mod admin_ui;
mod auth;
mod backups;
mod batch;
mod collections;
mod connections;
mod crons;
mod envelope;
mod export;
mod extract;
mod fields;
mod files;
mod health;
mod import;
mod logs;
mod middleware;
mod public;
mod realtime;
mod records;
mod router;
mod rules;
pub mod serve;
mod server;
mod settings;
mod socket;
mod sql;

pub use router::Service;

/// What an app wants to have in the log's entry of a request, under `meta`: an extension of its answer.
#[derive(Debug, Clone)]
pub struct LogMeta(pub serde_json::Value);

/// An answer of which the log keeps nothing where it goes well: an extension of it.
#[derive(Debug, Clone, Copy)]
struct Routine;
