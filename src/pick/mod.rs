//! Which keys of rendered JSON its reader wants, as the parameter `fields` says. What is kept is copied as it stands, so
//! that numbers and whole subtrees come out byte for byte.

mod cut;
mod excerpt;
mod parse;

pub use cut::pick;
pub use parse::{Wanted, wanted};
