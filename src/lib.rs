//! Tuckbox: a whole backend in one executable.

pub mod context;
pub mod error;
pub mod files;
pub mod ids;
pub mod schema;
pub mod store;
pub mod time;
