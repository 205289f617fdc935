//! Accounts: what users may do, and how they sign in.

mod email_change;
mod house;
mod letters;
mod otp;
mod password_reset;
mod verification;
