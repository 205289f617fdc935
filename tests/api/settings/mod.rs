//! `/api/settings`: reading, changing, what lies on the disk, and the client secret for Apple.

mod apple;
mod forms;
mod other_processes;
mod rate_limit_test;
mod renames;
mod sealed;
mod update;
mod view;

/// Where they are.
const SETTINGS: &str = "/api/settings";
