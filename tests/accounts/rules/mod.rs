//! Rules with real users: every path to a record asks the same rule of the same caller. the world is `support::club`.

mod addresses;
mod bodies;
mod callers;
mod files;
mod managers;
mod neighbours;
mod paths;
mod recipes;
mod requests;
mod statuses;
mod support_rows;
mod tokens;
mod views;
