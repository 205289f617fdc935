//! One file a layer; `router` lays them once, in the order a request meets them.

pub(super) mod body_limit;
pub(super) mod compression;
pub(super) mod cors;
pub(super) mod header_limits;
pub(super) mod panics;
pub(super) mod request_id;
pub(super) mod security_headers;
pub(super) mod trace;
