//! The writing side of records, driven as Rust: what is stored, what is refused, and what goes along.

#![allow(clippy::unwrap_used)]

mod accounts;
mod batches;
mod bulk;
mod cascade_model;
mod cascades;
mod concurrent;
mod files;
mod hostile;
mod house;
mod modifiers;
mod refusals;
