//! The HTTP API; the tree mirrors the routes.

mod chinook;
pub mod collections;
mod files;
mod health;
mod http;
mod lifecycle;
mod records;
mod superusers;
mod views;
