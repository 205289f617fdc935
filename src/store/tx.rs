//! A transaction: the few verbs that everything below the rooms is made of.

use super::{Sql, Value, ValueRef};
use crate::error::Result;

/// A statement with its values: what [`Tx`] runs.
pub trait Statement {
    /// The text; each `?` stands for the next value.
    fn text(&self) -> &str;
    /// The values to bind, in order.
    fn values(&self) -> &[Value];
}

impl Statement for &Sql {
    fn text(&self) -> &str {
        &self.text
    }
    fn values(&self) -> &[Value] {
        &self.values
    }
}

/// Fixed text and its values.
impl Statement for (&str, &[Value]) {
    fn text(&self) -> &str {
        self.0
    }
    fn values(&self) -> &[Value] {
        self.1
    }
}

/// Fixed text without values.
impl Statement for &str {
    fn text(&self) -> &str {
        self
    }
    fn values(&self) -> &[Value] {
        &[]
    }
}

/// An open transaction, on a reader or on the writer.
pub struct Tx<'c> {
    pub(super) marker: std::marker::PhantomData<&'c ()>,
}

/// A row of an answer, while it is being read.
pub struct Row<'r> {
    pub(super) marker: std::marker::PhantomData<&'r ()>,
}

impl Row<'_> {
    /// The value of a column by its place.
    pub fn get(&self, _at: usize) -> ValueRef<'_> {
        todo!()
    }
}

impl Tx<'_> {
    /// Runs a query and hands each row to `each`; an error of `each` ends it.
    pub fn rows(&mut self, _query: impl Statement, _each: impl FnMut(&Row<'_>) -> Result<()>) -> Result<()> {
        todo!()
    }

    /// The first row of a query, read by `read`; `None` where there is none.
    pub fn row<T>(&mut self, _query: impl Statement, _read: impl FnOnce(&Row<'_>) -> Result<T>) -> Result<Option<T>> {
        todo!()
    }

    /// Runs a statement that answers no rows; how many rows it changed.
    pub fn execute(&mut self, _statement: impl Statement) -> Result<usize> {
        todo!()
    }

    /// Runs a change of tables, as `tables.rs` builds them.
    pub fn define(&mut self, _text: &str) -> Result<()> {
        todo!()
    }

    /// Runs nested work that is undone alone where it fails.
    pub fn savepoint<T>(&mut self, _work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        todo!()
    }

    /// What happens once this transaction is committed, before its answer; on the writer, so it must be short.
    pub fn after_commit(&mut self, _effect: impl FnOnce() + Send + 'static) {
        todo!()
    }

    /// What happens if this write is undone.
    pub fn on_rollback(&mut self, _effect: impl FnOnce() + Send + 'static) {
        todo!()
    }
}
