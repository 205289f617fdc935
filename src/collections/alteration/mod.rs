//! What must happen to a table when its collection changes. `plan.rs` says it as data, from the old and the new
//! collection alone (`columns.rs`, `renames.rs`, `indexes.rs`); `run.rs` does it. `model.rs` holds any plan against a
//! table of its own that is as strict as an engine.
//!
//! A plan has only the steps that are needed: a change of rules or options has none, renaming moves no data, and
//! an index is built anew only where its definition or a column that it mentions changes. What must write all rows
//! does so as seldom as possible: column by column in place, or once into a new table (`columns.rs` weighs it), some
//! thousand rows at a time (`rows.rs`).

mod columns;
mod indexes;
#[cfg(test)]
mod model;
mod plan;
mod renames;
mod rows;
mod run;

pub(super) use columns::values_between;
pub(super) use plan::{Alteration, Step};
pub use plan::{ExpectedIndex, expected_indexes};

/// What is put behind the name of a column that stands aside for another: no field can have it in its name.
const ASIDE: char = '~';
