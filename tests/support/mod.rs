//! What every test stands on: a real server on a free port and a directory of its own, clients with a role,
//! answers that are asserted fluently, and fixtures with names.

mod answer;
mod client;
pub mod club;
mod database;
mod events;
mod fixtures;
mod mails;
mod process;
mod raw;
mod server;
mod taken_over;
mod template;
mod tokens;

pub use answer::Answer;
pub use client::{Client, Guest, Superuser, User, form, multipart};
pub use database::Database;
pub use events::{Event, Events};
pub use fixtures::{Fixture, blog, collection, comments_belong_to_their_writers, id, notes};
pub use process::{Process, run_command, run_command_with};
pub use raw::{raw_request, slow_connection};
pub use server::{Builder, TestServer};
pub use taken_over::{SOURCE, person};
pub use template::{SUPERUSER_EMAIL, SUPERUSER_PASSWORD};
pub use tokens::{Claims, second_superuser, sign_with};
