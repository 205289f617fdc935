//! The `tuckbox` executable.
fn main() {}
