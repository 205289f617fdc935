//! Restoring backups: uploading them, while a server serves, by a command, after crashes, and hostile ones.

mod command;
mod crashes;
mod hostile;
mod house;
mod serving;
mod upload;
