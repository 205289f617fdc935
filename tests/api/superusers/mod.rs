//! `_superusers`: signing in, tokens, the first one, the command line.

mod command_line;
mod installer;
mod records;
mod refresh;
mod sign_in;
mod tokens;
