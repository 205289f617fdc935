//! What a query answers.

use crate::store::ValueRef;

/// A row of an answer, while it is being read.
pub struct Row<'r> {
    pub(super) row: &'r rusqlite::Row<'r>,
}

impl Row<'_> {
    /// The value of a column by its place; NULL where there is no such column.
    #[inline]
    pub fn get(&self, at: usize) -> ValueRef<'_> {
        match self.row.get_ref(at) {
            Ok(rusqlite::types::ValueRef::Integer(number)) => ValueRef::Int(number),
            Ok(rusqlite::types::ValueRef::Real(number)) => ValueRef::Real(number),
            Ok(rusqlite::types::ValueRef::Text(bytes)) => {
                std::str::from_utf8(bytes).map_or(ValueRef::Null, ValueRef::Text)
            }
            _ => ValueRef::Null,
        }
    }
}
