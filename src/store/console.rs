//! SQL that a person typed: how much of it may come back, and what does. Which statements are refused stands in
//! `sqlite/console.rs`.

use std::time::Duration;

/// How much a typed query may take.
#[derive(Debug, Clone, Copy)]
pub struct ConsoleLimits {
    /// How long it may run.
    pub time: Duration,
    /// How many rows are kept; the rest is left out.
    pub rows: usize,
    /// How many bytes the cells of an answer may have together; more is an error.
    pub bytes: usize,
}

/// What a typed query answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// The columns in their order.
    pub columns: Vec<TableColumn>,
    /// The rows, one cell a column; `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
    /// Whether there are more rows than were asked for.
    pub more: bool,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct TableColumn {
    /// Its name.
    pub name: String,
    /// The type that the table declares for it; empty where it is an expression, or none is declared.
    pub declared: String,
    /// Whether it may be NULL: false for columns of tables that say NOT NULL.
    pub nullable: bool,
}
