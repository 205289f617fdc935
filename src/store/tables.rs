//! Changes of tables, by intent. Each function answers the statements for [`super::Tx::define`].

use super::expression::ignoring_case;
use super::{Column, quoted};

/// Makes a table with these columns in this order.
pub fn create_table(name: &str, columns: &[(&str, Column)]) -> String {
    let columns: Vec<String> =
        columns.iter().map(|(name, column)| format!("{} {}", quoted(name), column.declaration())).collect();
    format!("CREATE TABLE {} ({})", quoted(name), columns.join(", "))
}

/// Makes a view of a query with these names for its columns. They hold whatever becomes of the names below; `as_text`
/// is the place of a column whose values become texts.
pub fn create_view(name: &str, columns: &[&str], query: &str, as_text: Option<usize>) -> String {
    let names = columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
    let body = match as_text {
        // A comment at the end of the query ends with its line.
        None => format!("SELECT * FROM ({query}\n)"),
        Some(_) => named_columns(columns, query, as_text),
    };
    format!("CREATE VIEW {} ({names}) AS {body}", quoted(name))
}

/// Makes a view of a query whose columns nobody knows.
pub fn create_plain_view(name: &str, query: &str) -> String {
    format!("CREATE VIEW {} AS SELECT * FROM ({query}\n)", quoted(name))
}

/// A query under these names for its columns. `as_text` is the place of a column whose values become texts.
pub fn named_columns(columns: &[&str], query: &str, as_text: Option<usize>) -> String {
    let names: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let chosen: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(at, name)| if as_text == Some(at) { as_text_named(name) } else { name.clone() })
        .collect();
    // A name that nobody else can have.
    let source = quoted("the query");
    format!("WITH {source} ({}) AS ({query}\n) SELECT {} FROM {source}", names.join(", "), chosen.join(", "))
}

fn as_text_named(name: &str) -> String {
    format!("{} AS {name}", super::expression::as_text(name))
}

/// Removes a view, if it is there.
pub fn drop_view(name: &str) -> String {
    format!("DROP VIEW IF EXISTS {}", quoted(name))
}

/// Removes a table with its indexes.
pub fn drop_table(name: &str) -> String {
    format!("DROP TABLE {}", quoted(name))
}

/// Renames a table.
pub fn rename_table(from: &str, to: &str) -> String {
    in_two_steps(from, to, |from, to| format!("ALTER TABLE {from} RENAME TO {to}"))
}

/// Adds a column; rows that exist take its default.
pub fn add_column(table: &str, name: &str, column: Column) -> String {
    format!("ALTER TABLE {} ADD COLUMN {} {}", quoted(table), quoted(name), column.declaration())
}

/// Adds a column that another program declared so; rows that exist take its default.
pub fn add_column_of_others(table: &str, name: &str, declaration: &str) -> String {
    format!("ALTER TABLE {} ADD COLUMN {} {declaration}", quoted(table), quoted(name))
}

/// Copies all rows with their keys into a table of other columns.
pub fn copy_all_rows(from: &str, to: &str, key: &str, columns: &[Copied]) -> String {
    format!("{} ORDER BY {}", copy_of_rows(from, to, key, columns), quoted(key))
}

/// Renames a column.
pub fn rename_column(table: &str, from: &str, to: &str) -> String {
    let table = quoted(table);
    in_two_steps(from, to, |from, to| format!("ALTER TABLE {table} RENAME COLUMN {from} TO {to}"))
}

/// Removes a column with its data.
pub fn drop_column(table: &str, name: &str) -> String {
    format!("ALTER TABLE {} DROP COLUMN {}", quoted(table), quoted(name))
}

/// What becomes of a column's values where they go over into another column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// They stay as they are.
    Same,
    /// Single values become lists: `''` becomes `[]`, a JSON array stays, any other value is the only element.
    ToList,
    /// Lists become single values: the last element stays.
    ToSingle,
}

/// A column of a table that takes the rows of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Copied {
    /// Its name, in both tables.
    pub name: String,
    /// What it is in the new one.
    pub column: Column,
    /// What becomes of the values; `None` where it is new and takes its default.
    pub values: Option<Values>,
}

/// A name of a table or column that nobody else can have: names of collections and fields have no spaces.
pub fn in_between(name: &str) -> String {
    format!("{name} (new)")
}

/// The name by which the place of a row in the order of insertion is called in a table with these columns; `None`
/// where columns have taken all of them.
pub fn row_key(columns: &[String]) -> Option<&'static str> {
    let free = |key: &&str| !columns.iter().any(|column| column.eq_ignore_ascii_case(key));
    ["_rowid_", "rowid", "oid"].into_iter().find(free)
}

/// The end of the next rows of a table: one placeholder for the key to begin with, one for how many rows at most.
/// NULL where there are none.
pub fn end_of_rows(table: &str, key: &str) -> String {
    let (table, key) = (quoted(table), quoted(key));
    format!("SELECT max(k) FROM (SELECT {key} AS k FROM {table} WHERE {key} >= ? ORDER BY {key} LIMIT ?)")
}

/// Copies rows with their keys into a table of other columns; placeholders for the first and the last key.
pub fn copy_rows(from: &str, to: &str, key: &str, columns: &[Copied]) -> String {
    let copy = copy_of_rows(from, to, key, columns);
    let key = quoted(key);
    format!("{copy} WHERE {key} BETWEEN ? AND ? ORDER BY {key}")
}

fn copy_of_rows(from: &str, to: &str, key: &str, columns: &[Copied]) -> String {
    let taken: Vec<(&Copied, Values)> = columns.iter().filter_map(|one| Some((one, one.values?))).collect();
    let names: Vec<String> = taken.iter().map(|(one, _)| quoted(&one.name)).collect();
    let values: Vec<String> = taken.iter().map(|(one, values)| filled(&one.name, one.column, *values)).collect();
    let (from, to, key) = (quoted(from), quoted(to), quoted(key));
    format!("INSERT INTO {to} ({key}, {}) SELECT {key}, {} FROM {from}", names.join(", "), values.join(", "))
}

/// Writes what becomes of columns into the columns of their names [`in_between`]; placeholders for the first and
/// the last key.
pub fn convert_rows(table: &str, key: &str, columns: &[(String, Values)]) -> String {
    let set: Vec<String> = columns
        .iter()
        .map(|(name, values)| format!("{} = {}", quoted(&in_between(name)), converted(name, *values)))
        .collect();
    format!("UPDATE {} SET {} WHERE {} BETWEEN ? AND ?", quoted(table), set.join(", "), quoted(key))
}

/// The values of a column for a new one, which takes no NULL unless it is JSON.
fn filled(name: &str, column: Column, values: Values) -> String {
    let value = converted(name, values);
    let default = match column {
        Column::Text => "''",
        Column::Number => "0",
        Column::Bool => "FALSE",
        Column::List => "'[]'",
        Column::Point => r#"'{"lon":0,"lat":0}'"#,
        Column::Id | Column::Json => return value,
    };
    if values == Values::Same { format!("coalesce({value}, {default})") } else { value }
}

fn converted(name: &str, values: Values) -> String {
    let old = quoted(name);
    match values {
        Values::Same => old,
        Values::ToList => format!(
            "CASE WHEN coalesce({old}, '') = '' THEN '[]' WHEN {} THEN {old} ELSE json_array({old}) END",
            is_array(&old)
        ),
        Values::ToSingle => {
            format!("CASE WHEN {} THEN coalesce({old} ->> '$[#-1]', '') ELSE coalesce({old}, '') END", is_array(&old))
        }
    }
}

/// Removes an index, if it is there.
pub fn drop_index(name: &str) -> String {
    format!("DROP INDEX IF EXISTS {}", quoted(name))
}

/// Makes a plain index of ours (`_tb_…`) on one column, if it is not there.
pub fn create_plain_index(name: &str, table: &str, column: &str) -> String {
    format!("CREATE INDEX IF NOT EXISTS {} ON {} ({})", quoted(name), quoted(table), quoted(column))
}

/// Makes an index of ours on one column that finds texts whatever the case of their ASCII letters, if it is not there.
pub fn create_index_ignoring_case(name: &str, table: &str, column: &str) -> String {
    let column = ignoring_case(&quoted(column));
    format!("CREATE INDEX IF NOT EXISTS {} ON {} ({column})", quoted(name), quoted(table))
}

/// A condition: the column holds a JSON array. `iif`, because the type of what is no JSON may not be asked.
fn is_array(column: &str) -> String {
    format!("iif(json_valid({column}), json_type({column}) = 'array', FALSE)")
}

/// The engine takes names that differ in case alone for the same, and would refuse to rename one to the other.
fn in_two_steps(from: &str, to: &str, rename: impl Fn(&str, &str) -> String) -> String {
    if from.eq_ignore_ascii_case(to) && from != to {
        let between = quoted(&in_between(to));
        return format!("{}; {}", rename(&quoted(from), &between), rename(&between, &quoted(to)));
    }
    rename(&quoted(from), &quoted(to))
}
