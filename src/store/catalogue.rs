//! What the database really consists of, whatever the program believes: tables, columns, indexes.

use super::sql::Sql;
use super::{Column, Tx, ValueRef};
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

/// Whether the rows of a table have numbers: those of virtual tables may not.
///
/// # Errors
/// What the engine says.
pub fn has_row_numbers(tx: &mut Tx<'_>, table: &str) -> Result<bool> {
    let mut query =
        Sql::raw("SELECT type = 'table' AND wr = 0 FROM pragma_table_list WHERE schema = 'main' AND name = ");
    query.bind(table).push(" COLLATE NOCASE");
    Ok(tx.row(&query, |row| Ok(row.get(0).as_f64() != 0.0))?.unwrap_or(false))
}

/// A column as its table declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclaredColumn {
    /// Its name as it was written.
    pub name: String,
    /// Type, default and whether it takes NULL, as text.
    pub declaration: String,
    /// Whether it is the primary key, or a part of it.
    pub key: bool,
    /// Whether it is computed from others.
    pub generated: bool,
}

impl DeclaredColumn {
    /// Whether it is declared as a column of this kind.
    pub fn is(&self, column: Column) -> bool {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase();
        let ours = words(column.declaration()).replace(" primary key", "");
        !self.generated && self.key == (column == Column::Id) && words(&self.declaration) == ours
    }
}

/// The columns of a table as it declares them, in their order.
///
/// # Errors
/// What the engine says.
pub fn declared(tx: &mut Tx<'_>, table: &str) -> Result<Vec<DeclaredColumn>> {
    let mut query = Sql::raw("SELECT name, type, dflt_value, \"notnull\", pk, hidden FROM pragma_table_xinfo(");
    query.bind(table).push(") ORDER BY cid");
    let mut found = Vec::new();
    tx.rows(&query, |row| {
        let flag = |at| row.get(at).as_f64() != 0.0;
        let mut declaration = row.get(1).as_text().to_owned();
        if let ValueRef::Text(default) = row.get(2) {
            // The engine leaves out the brackets of an expression.
            let default = if default.contains("||") { format!("({default})") } else { default.to_owned() };
            declaration.push_str(&format!(" DEFAULT {default}"));
        }
        if flag(3) {
            declaration.push_str(" NOT NULL");
        }
        let generated = row.get(5).as_f64() > 1.0;
        found.push(DeclaredColumn { name: row.get(0).as_text().to_owned(), declaration, key: flag(4), generated });
        Ok(())
    })?;
    Ok(found)
}
