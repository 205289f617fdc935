//! The reading side of records: list, view, expand and visibility, on a database of their own.

mod expand;
mod house;
mod list;
mod totals;
mod view;
mod visibility;
