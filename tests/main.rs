//! The integration tests: what the product does, through its public surface.

mod collections;
mod filter;
mod records;
mod store;
mod writes;
