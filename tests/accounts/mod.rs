//! Accounts: who may sign in, from where, and how often.

mod addresses;
mod rate_limits;
