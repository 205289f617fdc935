//! What a transaction runs: text with its values.

use rusqlite::types::{ToSql, ToSqlOutput};

use crate::store::{Sql, Value, ValueRef};

/// A statement with its values: what [`Tx`] runs.
pub trait Statement {
    /// The text; each `?` stands for the next value.
    fn text(&self) -> &str;
    /// How many values there are.
    fn count(&self) -> usize;
    /// The value at a place below `count`.
    fn value(&self, at: usize) -> ValueRef<'_>;
}

impl Statement for &Sql {
    fn text(&self) -> &str {
        &self.text
    }
    fn count(&self) -> usize {
        self.values.len()
    }
    fn value(&self, at: usize) -> ValueRef<'_> {
        self.values[at].borrow()
    }
}

/// Fixed text and its values.
impl Statement for (&str, &[Value]) {
    fn text(&self) -> &str {
        self.0
    }
    fn count(&self) -> usize {
        self.1.len()
    }
    fn value(&self, at: usize) -> ValueRef<'_> {
        self.1[at].borrow()
    }
}

/// Fixed text and its values.
impl<const N: usize> Statement for (&str, &[Value; N]) {
    fn text(&self) -> &str {
        self.0
    }
    fn count(&self) -> usize {
        N
    }
    fn value(&self, at: usize) -> ValueRef<'_> {
        self.1[at].borrow()
    }
}

/// Fixed text and values that belong to others: nothing is copied on the way to the engine.
#[derive(Debug, Clone, Copy)]
pub struct Borrowed<'a>(pub &'a str, pub &'a [ValueRef<'a>]);

impl Statement for Borrowed<'_> {
    fn text(&self) -> &str {
        self.0
    }
    fn count(&self) -> usize {
        self.1.len()
    }
    fn value(&self, at: usize) -> ValueRef<'_> {
        self.1[at]
    }
}

/// Fixed text without values.
impl Statement for &str {
    fn text(&self) -> &str {
        self
    }
    fn count(&self) -> usize {
        0
    }
    fn value(&self, _at: usize) -> ValueRef<'_> {
        ValueRef::Null
    }
}

/// A value on its way to the engine.
pub(super) struct Bound<'a>(pub(super) ValueRef<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            ValueRef::Null => rusqlite::types::ValueRef::Null,
            ValueRef::Int(number) => rusqlite::types::ValueRef::Integer(number),
            ValueRef::Real(number) => rusqlite::types::ValueRef::Real(number),
            ValueRef::Text(text) => rusqlite::types::ValueRef::Text(text.as_bytes()),
        }))
    }
}
