//! What the database really consists of, whatever the program believes: tables, columns, indexes.

use super::Tx;
use super::sql::Sql;
use crate::error::Result;

/// A table or a view.
#[derive(Debug, Clone, PartialEq)]
pub struct TableEntry {
    /// Its name as it was written.
    pub name: String,
    /// Whether it is a view.
    pub view: bool,
}

/// An index that somebody made; those that come with a primary key are part of their table.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexEntry {
    /// Its name as it was written.
    pub name: String,
    /// The table that it is on.
    pub table: String,
    /// The statement that made it.
    pub statement: String,
}

/// All tables and views but the engine's own, by name.
///
/// # Errors
/// What the engine says.
pub fn tables(tx: &mut Tx<'_>) -> Result<Vec<TableEntry>> {
    let query = "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') \
                 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    let mut found = Vec::new();
    tx.rows(query, |row| {
        found.push(TableEntry { name: row.get(0).as_text().to_owned(), view: row.get(1).as_text() == "view" });
        Ok(())
    })?;
    Ok(found)
}

/// The names of the columns of a table or view, in their order.
///
/// # Errors
/// What the engine says.
pub fn columns(tx: &mut Tx<'_>, table: &str) -> Result<Vec<String>> {
    let mut query = Sql::raw("SELECT name FROM pragma_table_xinfo(");
    query.bind(table).push(") ORDER BY cid");
    tx.texts(&query)
}

/// All indexes, by name.
///
/// # Errors
/// What the engine says.
pub fn indexes(tx: &mut Tx<'_>) -> Result<Vec<IndexEntry>> {
    let query = "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name";
    let mut found = Vec::new();
    tx.rows(query, |row| {
        let text = |at| row.get(at).as_text().to_owned();
        found.push(IndexEntry { name: text(0), table: text(1), statement: text(2) });
        Ok(())
    })?;
    Ok(found)
}
