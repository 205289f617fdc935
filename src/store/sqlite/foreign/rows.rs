//! Rows of a table, with the keys of the rows that they point to.

use std::borrow::Cow;
use std::ops::ControlFlow;

use rusqlite::types::ValueRef;

use super::Database;
use crate::error::Result;
use crate::store::foreign::{Cell, Selection};
use crate::store::quoted;

/// A row, while it is being read.
pub struct Cells<'r>(&'r rusqlite::Row<'r>);

impl Cells<'_> {
    /// The value at a place of the selection; NULL where there is none.
    pub fn get(&self, at: usize) -> Cell<'_> {
        match self.0.get_ref(at) {
            Ok(ValueRef::Integer(number)) => Cell::Int(number),
            Ok(ValueRef::Real(number)) => Cell::Real(number),
            Ok(ValueRef::Blob(bytes)) => Cell::Blob(bytes),
            Ok(ValueRef::Text(bytes)) => match String::from_utf8_lossy(bytes) {
                Cow::Borrowed(text) => Cell::Text(Cow::Borrowed(text)),
                Cow::Owned(text) => Cell::Broken(text),
            },
            _ => Cell::Null,
        }
    }
}

impl Database {
    /// Hands each row of a selection to `each`, in the order of the table, until it breaks.
    ///
    /// # Errors
    /// `Engine` with the engine's text where this table alone cannot be read (it needs a function that its program
    /// brings along); one sentence where the file cannot; what `each` answers.
    pub fn rows(
        &self,
        selection: &Selection,
        mut each: impl FnMut(&Cells<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let explain = |error| self.explain(error);
        let mut statement = self.connection.prepare(&text_of(selection)).map_err(explain)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(explain)? {
            if each(&Cells(row))?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// `SELECT t.a, j0.id FROM t LEFT JOIN p AS j0 ON j0.id = +t.b`.
///
/// The pointing column is made an expression, so that the pointed one's affinity and collation decide alone, as they
/// do for foreign keys.
fn text_of(selection: &Selection) -> String {
    let mut wanted: Vec<String> = selection.columns.iter().map(|column| format!("t.{}", quoted(column))).collect();
    let mut from = format!("{} AS t", quoted(&selection.table));
    for (at, join) in selection.joins.iter().enumerate() {
        wanted.extend(join.wanted.iter().map(|column| format!("j{at}.{}", quoted(column))));
        from.push_str(&format!(
            " LEFT JOIN {} AS j{at} ON j{at}.{} = +t.{}",
            quoted(&join.table),
            quoted(&join.target),
            quoted(&join.column)
        ));
    }
    format!("SELECT {} FROM {from}", wanted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::foreign::Join;

    #[test]
    fn names_are_quoted_and_the_pointing_column_is_an_expression() {
        let join = Join { column: "b".into(), table: "p".into(), target: "k".into(), wanted: vec!["id".into()] };
        let selection = Selection { table: "a\"b".into(), columns: vec!["x y".into()], joins: vec![join] };
        assert_eq!(
            text_of(&selection),
            r#"SELECT t."x y", j0."id" FROM "a""b" AS t LEFT JOIN "p" AS j0 ON j0."k" = +t."b""#
        );
    }
}
