//! Databases of other programs, which are read and never changed: what is in them, as plain data, and their rows.
//!
//! Opening and reading is the engine's ([`Database`]); what it found is told here in words that need no engine.

use std::borrow::Cow;
use std::path::Path;

pub use super::sqlite::foreign::{Cells, Database};
use crate::error::Result;

/// Whose database a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// Ours.
    Tuckbox,
    /// One of PocketBase.
    PocketBase,
    /// Anybody else's.
    Another,
}

/// Whose database a file is; its log is read with it, and nothing is changed.
///
/// # Errors
/// One sentence where it is no database, or damaged.
pub fn owner(path: &Path) -> Result<Owner> {
    super::sqlite::owner(path)
}

/// What is in a database.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Catalogue {
    /// Its tables, in the order of their creation.
    pub tables: Vec<Table>,
    /// Its views, in the order of their creation.
    pub views: Vec<View>,
    /// What is there and cannot be read as a table, with the reason.
    pub left_out: Vec<LeftOut>,
}

/// A thing that is not read.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOut {
    /// What it is called.
    pub name: String,
    /// Why, as a clause such as `it is a virtual table`.
    pub reason: String,
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns in order, the generated ones among them.
    pub columns: Vec<Column>,
    /// The places of the columns of its primary key, in the key's order; empty where it has none.
    pub key: Vec<usize>,
    /// A name under which its row numbers can be asked for, where it has them.
    pub row_number: Option<&'static str>,
    /// Its foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Its indexes, but for those that only serve the primary key.
    pub indexes: Vec<ForeignIndex>,
}

/// A column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The declared type as it was written, or empty.
    pub declared: String,
    /// Whether it refuses NULL.
    pub not_null: bool,
    /// Whether the source computes it.
    pub generated: bool,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignKey {
    /// Its columns.
    pub columns: Vec<String>,
    /// The table that it points to.
    pub table: String,
    /// The columns that it points to, as many as `columns`; fewer where the other table has no such key.
    pub targets: Vec<String>,
    /// Whether rows go with the row that they point to.
    pub cascades: bool,
}

/// An index.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignIndex {
    /// Its name.
    pub name: String,
    /// Whether it is unique.
    pub unique: bool,
    /// Its entries in order.
    pub entries: Vec<IndexEntry>,
    /// Whether it has a condition.
    pub partial: bool,
    /// The statement that made it; none where a constraint of the table did.
    pub sql: Option<String>,
}

/// An entry of an index.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexEntry {
    /// The column; none for an expression.
    pub column: Option<String>,
    /// Whether it is in descending order.
    pub descending: bool,
    /// How its texts are compared.
    pub collation: String,
}

/// A view.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Its name.
    pub name: String,
    /// The statement that made it.
    pub sql: String,
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'r> {
    /// NULL.
    Null,
    /// A whole number.
    Int(i64),
    /// A number with a fraction, or an infinite one.
    Real(f64),
    /// A text.
    Text(Cow<'r, str>),
    /// A text that is not UTF-8; what cannot be read is replaced.
    Broken(String),
    /// Bytes.
    Blob(&'r [u8]),
}

impl Cell<'_> {
    /// Whether it is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

/// Which rows are read, and what comes along.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// The table.
    pub table: String,
    /// Its columns that are read, in the order in which rows have them.
    pub columns: Vec<String>,
    /// What is read of rows that these point to: behind the columns, in this order.
    pub joins: Vec<Join>,
}

/// A row of another table that a row points to, if there is one.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// The column that points.
    pub column: String,
    /// The other table.
    pub table: String,
    /// The column there that is pointed to; no two rows have the same value in it.
    pub target: String,
    /// The columns there that are read.
    pub wanted: Vec<String>,
}

/// The most tables that one query may join.
pub const MOST_JOINS: usize = 60;

/// The most values that a row of a query may have.
pub const MOST_VALUES: usize = 2000;
