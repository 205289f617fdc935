//! Rules with real users: every path to a record asks the same rule of the same caller. `club` is the world.

mod addresses;
mod bodies;
mod callers;
mod club;
mod managers;
mod neighbours;
mod paths;
mod requests;
mod statuses;
mod support_rows;
mod views;
