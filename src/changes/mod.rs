//! The feed: the ordered log of committed changes of records, written in the transaction of each change.
//!
//! The current row and the old values give every state in between (`history.rs`). What reacts to changes follows the feed
//! (`follow.rs`) from a position of its own.

mod append;
mod audit;
mod data;
mod epoch;
mod follow;
mod history;
mod position;
mod read;
mod trim;

pub use append::{Op, append, append_all, append_deletes, append_lost};
pub use audit::{Range, gone, kept, range, records_behind, unheard};
pub use epoch::{begin_late, epoch, renew_epoch};
pub use follow::{Begin, Feed, Follower, Lag};
pub use history::states;
pub use position::{save, saved};
pub use read::{Change, after, newest, of_records, oldest};
pub use trim::{Retention, trim};
