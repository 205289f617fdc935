//! Restoring backups: uploading them, while a server serves, by a command, and after crashes.
//! What hostile archives do is among the attacks (`safety/attacks/a39_hostile_backups.rs`).

mod bucket;
mod busy;
mod command;
mod crashes;
pub mod house;
mod logs;
mod serving;
mod upload;
