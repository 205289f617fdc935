//! The seam: execution and dialect. Rooms see [`Store`], [`Tx`], [`Sql`] and [`Value`]; which engine answers, they
//! do not know. The store knows tables, columns and values, never a collection.

mod dialect;
mod sql;
mod value;

pub use dialect::Column;
pub use sql::{Sql, quoted};
pub use value::{Value, ValueRef};
