//! Data in and out: imports and exports, on the command line and over HTTP.

mod command_line;
mod crash;
mod export;
mod films;
mod hostile;
mod house;
mod http;
mod large;
mod pocketbase;
mod said;
mod sqlite;
mod together;
