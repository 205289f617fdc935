//! A copy of another program's database while it becomes one of ours. Nobody else has it open.

pub use super::sqlite::adoption::Adoption;
