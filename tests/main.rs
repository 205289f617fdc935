//! The integration tests: what the product does, through its public surface.
#![allow(clippy::unwrap_used)]

mod support;

mod accounts;
mod api;
mod check;
mod layers;
mod safety;

mod collections;
mod contract;
mod crons;
mod files;
mod filter;
mod import;
mod jobs;
mod realtime;
mod records;
mod restoring;
mod store;
mod writes;
