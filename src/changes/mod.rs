//! The feed: the ordered log of committed changes of records, written in the transaction of each change.
//!
//! The current row and the old values give every state in between. What follows the feed (later) reads it from a
//! position of its own; a position is opaque to it.

mod append;
mod audit;
mod read;
mod trim;

pub use append::{Op, append, append_all, append_deletes, append_lost};
pub use audit::{Range, gone, kept, range, records_behind, unheard};
pub use read::{Change, after, newest};
pub use trim::{Retention, trim};
