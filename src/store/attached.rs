//! What hangs on tables and must make way for their changes: indexes and triggers, and the engine's views.

use super::{Sql, Tx, Value};
use crate::error::{Error, Result};

/// A view of the engine's, with what hangs on it.
#[derive(Debug)]
pub struct View {
    /// Its name.
    pub name: String,
    /// The statements that make it: the view's own, then those of its triggers.
    texts: Vec<String>,
}

/// The statements that make a table's indexes and triggers, in the order in which they were made. What belongs to
/// the declaration of a column is not among them.
///
/// # Errors
/// What the engine answers.
pub fn of_table(tx: &mut Tx<'_>, table: &str) -> Result<Vec<String>> {
    const QUERY: &str = "SELECT sql FROM sqlite_schema WHERE tbl_name = ? COLLATE NOCASE AND sql IS NOT NULL \
                         AND type IN ('index', 'trigger') ORDER BY rowid";
    texts(tx, QUERY, table)
}

fn texts(tx: &mut Tx<'_>, query: &str, of: &str) -> Result<Vec<String>> {
    tx.texts((query, &[Value::from(of)]))
}

/// The names of the triggers of a table.
///
/// # Errors
/// What the engine answers.
pub fn triggers(tx: &mut Tx<'_>, table: &str) -> Result<Vec<String>> {
    const QUERY: &str =
        "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE ORDER BY rowid";
    texts(tx, QUERY, table)
}

/// Lets tables be renamed whatever triggers and views speak of, from now on.
///
/// # Errors
/// What the engine answers.
pub fn rename_whatever_speaks_of_it(tx: &mut Tx<'_>) -> Result<()> {
    tx.define("PRAGMA legacy_alter_table = ON")
}

/// All views, in the order in which they were made.
///
/// # Errors
/// What the engine answers.
pub fn views(tx: &mut Tx<'_>) -> Result<Vec<View>> {
    let mut views = Vec::new();
    tx.rows("SELECT name, sql FROM sqlite_schema WHERE type = 'view' ORDER BY rowid", |row| {
        let (name, text) = (row.get(0).as_text().to_owned(), row.get(1).as_text().to_owned());
        views.push(View { name, texts: vec![text] });
        Ok(())
    })?;
    for view in &mut views {
        view.texts.extend(of_table(tx, &view.name)?);
    }
    Ok(views)
}

impl View {
    /// The statement that makes it.
    pub fn definition(&self) -> &str {
        self.texts.first().map_or("", String::as_str)
    }

    /// Removes it, and its triggers with it.
    ///
    /// # Errors
    /// What the engine answers.
    pub fn set_aside(&self, tx: &mut Tx<'_>) -> Result<()> {
        let mut text = Sql::raw("DROP VIEW ");
        text.name(&self.name);
        tx.define(&text.text)
    }

    /// Makes it anew, whatever it speaks of.
    ///
    /// # Errors
    /// What the engine answers.
    pub fn restore(&self, tx: &mut Tx<'_>) -> Result<()> {
        self.texts.iter().try_for_each(|text| tx.define_one(text))
    }

    /// What the engine has against reading it, as things are; it is compiled, not read.
    ///
    /// # Errors
    /// A failure of the machine.
    pub fn fault(&self, tx: &mut Tx<'_>) -> Result<Option<String>> {
        let mut query = Sql::raw("SELECT * FROM ");
        query.name(&self.name);
        match tx.compile(&query.text) {
            Ok(()) => Ok(None),
            Err(Error::Engine(text) | Error::StaleSchema(text)) => Ok(Some(text)),
            Err(error) => Err(error),
        }
    }
}
