//! Restoring: an archive becomes the data of the directory, wholly or not at all.
//!
//! What is in the archive is made ready in a folder of its own while the server goes on (`stage.rs`): unpacked with
//! its maker taken for an enemy (`archive/`, `names.rs`), held against its manifest, and opened once as the next start
//! would open it (`trial.rs`). Only then the directory waits for a start, which swaps the data by renames (`swap.rs`,
//! by a journal: `journal.rs`) and keeps the old one until the new one has opened well.

mod archive;
mod journal;
mod names;
mod room;
mod serving;
mod stage;
mod swap;
mod trial;

pub use serving::Fetched;
pub use stage::{Given, stage_here};
pub use swap::{Placed, Resumed, Staging, is_under_way, resume};
