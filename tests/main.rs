//! The integration tests: what the product does, through its public surface.

mod writes;
