//! The HTTP API; the tree mirrors the routes.

pub mod backups;
pub mod batch;
mod check_filter;
mod chinook;
pub mod collections;
mod command_line;
mod crons;
mod explain;
mod files;
mod health;
mod http;
mod lifecycle;
mod logs;
mod public;
mod records;
mod server;
mod settings;
mod sql;
mod superusers;
mod views;
