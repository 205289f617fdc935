//! Accounts: what users may do, and how they sign in.

mod oauth2;
mod rules;
