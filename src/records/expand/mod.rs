//! Expand: records that others point to, brought along (contract: records, section 16).
//!
//! `paths.rs` reads the parameter; `plan.rs` resolves it against the collections, so that it is known before the
//! read which statements will run and in which lane; `load.rs` runs them, one for each level of a path and batch of
//! ids; `compose.rs` puts the objects together.

mod compose;
mod load;
mod paths;
mod plan;

pub(super) use plan::Expansion;

/// How many levels a path may have; what is deeper is left out.
const DEPTH: usize = 6;
/// How many different relations one request follows.
const NODES: usize = 200;
/// How many records one request brings along.
const ROWS: usize = 50_000;
/// How many it brings along where it is answered among the short reads.
const SHORT_ROWS: usize = 1000;
/// How many bytes they may then have.
const SHORT_BYTES: usize = 4 << 20;
/// How many bytes they have, as loaded and as written out, where one record may stand in many places.
const BYTES: usize = 64 << 20;
/// How many records of a back-relation one record shows.
const BACK: usize = 1000;
