//! Workloads and floors; `cargo bench` runs them all.
fn main() {}
