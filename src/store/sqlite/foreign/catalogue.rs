//! What is in a database: tables with their columns, keys and indexes, and views.

use std::collections::HashMap;

use rusqlite::types::ValueRef;
use rusqlite::{Params, Row};

use super::Database;
use crate::error::Result;
use crate::store::foreign::{Catalogue, Column, ForeignIndex, ForeignKey, IndexEntry, LeftOut, Table, View};

/// The names under which a table's row numbers can be asked for, unless columns have them.
const ROW_NUMBERS: [&str; 3] = ["rowid", "oid", "_rowid_"];

/// What the list of tables says of one.
struct Listed {
    name: String,
    kind: String,
    without_row_numbers: bool,
    sql: String,
}

impl Database {
    /// What is in the database.
    ///
    /// # Errors
    /// One sentence where the file is damaged.
    pub fn catalogue(&self) -> Result<Catalogue> {
        self.read_catalogue().map_err(|error| self.explain(error))
    }

    fn read_catalogue(&self) -> rusqlite::Result<Catalogue> {
        let listed = self.all(
            "SELECT l.name, l.type, l.wr, s.sql FROM pragma_table_list l
             JOIN sqlite_schema s ON s.name = l.name AND s.type IN ('table', 'view')
             WHERE l.schema = 'main' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY s.rowid",
            [],
            |row| Listed {
                name: text(row, 0),
                kind: text(row, 1),
                without_row_numbers: flag(row, 2),
                sql: text(row, 3),
            },
        )?;
        let mut catalogue = Catalogue::default();
        for one in listed {
            let left_out = |name, reason: &str| LeftOut { name, reason: reason.to_owned() };
            match one.kind.as_str() {
                "view" => catalogue.views.push(View { name: one.name, sql: one.sql }),
                "virtual" => catalogue.left_out.push(left_out(one.name, "it is a virtual table")),
                "shadow" => catalogue.left_out.push(left_out(one.name, "it is the storage of a virtual table")),
                _ => match self.table(&one) {
                    Ok(table) => catalogue.tables.push(table),
                    Err(error) if is_of_the_file(&error) => return Err(error),
                    Err(error) => catalogue.left_out.push(left_out(one.name, &format!("it cannot be read: {error}"))),
                },
            }
        }
        resolve_targets(&mut catalogue.tables);
        Ok(catalogue)
    }

    fn table(&self, listed: &Listed) -> rusqlite::Result<Table> {
        let mut table = Table { name: listed.name.clone(), ..Table::default() };
        let mut key = Vec::new();
        let columns = self.all(
            "SELECT name, type, \"notnull\", pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid",
            [&listed.name],
            |row| {
                let generated = integer(row, 4) > 1;
                let column = Column { name: text(row, 0), declared: text(row, 1), not_null: flag(row, 2), generated };
                (column, integer(row, 3))
            },
        )?;
        for (at, (column, place)) in columns.into_iter().enumerate() {
            if place > 0 {
                key.push((place, at));
            }
            table.columns.push(column);
        }
        key.sort_unstable();
        table.key = key.into_iter().map(|(_, at)| at).collect();
        let is_free = |name: &&str| !table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        table.row_number = ROW_NUMBERS.into_iter().find(is_free).filter(|_| !listed.without_row_numbers);
        table.foreign_keys = self.foreign_keys(&listed.name)?;
        table.indexes = self.indexes(&listed.name)?;
        Ok(table)
    }

    fn foreign_keys(&self, table: &str) -> rusqlite::Result<Vec<ForeignKey>> {
        let rows = self.all(
            "SELECT id, \"table\", \"from\", \"to\", on_delete FROM pragma_foreign_key_list(?) ORDER BY id, seq",
            [table],
            |row| (integer(row, 0), text(row, 1), text(row, 2), text(row, 3), text(row, 4)),
        )?;
        let mut keys: Vec<(i64, ForeignKey)> = Vec::new();
        for (id, table, column, target, on_delete) in rows {
            if keys.last().is_none_or(|(last, _)| *last != id) {
                let cascades = on_delete.eq_ignore_ascii_case("CASCADE");
                keys.push((id, ForeignKey { columns: Vec::new(), table, targets: Vec::new(), cascades }));
            }
            if let Some((_, key)) = keys.last_mut() {
                key.columns.push(column);
                key.targets.extend(Some(target).filter(|target| !target.is_empty()));
            }
        }
        // The engine lists them backwards.
        Ok(keys.into_iter().rev().map(|(_, key)| key).collect())
    }

    fn indexes(&self, table: &str) -> rusqlite::Result<Vec<ForeignIndex>> {
        let listed = self.all(
            "SELECT l.name, l.\"unique\", l.partial, s.sql FROM pragma_index_list(?) l
             LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = l.name
             WHERE l.origin <> 'pk' ORDER BY l.seq DESC",
            [table],
            |row| (text(row, 0), flag(row, 1), flag(row, 2), text(row, 3)),
        )?;
        let mut indexes = Vec::new();
        for (name, unique, partial, sql) in listed {
            let entries = self.all(
                "SELECT cid, name, \"desc\", coll FROM pragma_index_xinfo(?) WHERE \"key\" ORDER BY seqno",
                [&name],
                |row| IndexEntry {
                    column: (integer(row, 0) >= 0).then(|| text(row, 1)),
                    descending: flag(row, 2),
                    collation: text(row, 3),
                },
            )?;
            let sql = Some(sql).filter(|sql| !sql.is_empty());
            indexes.push(ForeignIndex { name, unique, entries, partial, sql });
        }
        Ok(indexes)
    }

    fn all<T>(&self, query: &str, params: impl Params, read: impl Fn(&Row<'_>) -> T) -> rusqlite::Result<Vec<T>> {
        let mut statement = self.connection.prepare_cached(query)?;
        let rows = statement.query_map(params, |row| Ok(read(row)))?;
        rows.collect()
    }
}

/// A foreign key that names no columns points to the primary key.
fn resolve_targets(tables: &mut [Table]) {
    let keys: HashMap<String, Vec<String>> = tables
        .iter()
        .map(|table| {
            let columns = table.key.iter().map(|&at| table.columns[at].name.clone()).collect();
            (table.name.to_ascii_lowercase(), columns)
        })
        .collect();
    for key in tables.iter_mut().flat_map(|table| &mut table.foreign_keys).filter(|key| key.targets.is_empty()) {
        key.targets = keys.get(&key.table.to_ascii_lowercase()).cloned().unwrap_or_default();
    }
}

/// Whether nothing else in the file can be read either.
fn is_of_the_file(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase, SystemIoFailure};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase | SystemIoFailure))
}

/// A text of the engine's own tables; names that are no UTF-8 lose what cannot be read.
fn text(row: &Row<'_>, at: usize) -> String {
    match row.get_ref(at) {
        Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    }
}

fn integer(row: &Row<'_>, at: usize) -> i64 {
    row.get_ref(at).ok().and_then(|value| value.as_i64().ok()).unwrap_or(0)
}

fn flag(row: &Row<'_>, at: usize) -> bool {
    integer(row, at) != 0
}
