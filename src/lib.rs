//! Tuckbox: a whole backend in one executable.
//!
//! The map of the house, from the top down; imports point down this list only:
//!
//! - [`cli`]: parses the command line and calls the library
//! - [`http`]: axum; status codes, headers and envelopes exist there and nowhere below
//! - [`app`]: opens the store, builds the rooms, stops them in reverse
//! - the rooms, what Tuckbox does: [`records`], [`collections`], [`auth`], [`files`], [`settings`],
//!   [`rates`], [`jobs`], [`crons`], [`mail`], [`console`], [`check`], [`import`], [`realtime`], [`backups`],
//!   [`logs`]
//! - the language, what the rooms speak: [`changes`], [`filter`], [`schema`], [`pick`]
//! - the seam: [`store`]
//! - the ground: [`config`], [`error`], [`ids`], [`time`], [`context`], [`cron`], [`crypto`]

pub mod app;
pub mod auth;
pub mod backups;
pub mod changes;
pub mod check;
pub mod cli;
pub mod collections;
pub mod config;
pub mod console;
pub mod context;
pub mod cron;
pub mod crons;
pub mod crypto;
pub mod error;
pub mod files;
pub mod filter;
pub mod http;
pub mod ids;
pub mod import;
pub mod jobs;
pub mod logs;
pub mod mail;
pub mod pick;
pub mod rates;
pub mod realtime;
pub mod records;
pub mod schema;
pub mod settings;
pub mod store;
pub mod time;
