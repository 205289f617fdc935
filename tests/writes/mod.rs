//! The writing side of records, driven as Rust: what is stored, what is refused, and what goes along.

mod accounts;
mod cascades;
mod concurrent;
mod files;
mod house;
mod modifiers;
mod refusals;
