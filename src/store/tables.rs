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

/// Renames a column.
pub fn rename_column(table: &str, from: &str, to: &str) -> String {
    let table = quoted(table);
    in_two_steps(from, to, |from, to| format!("ALTER TABLE {table} RENAME COLUMN {from} TO {to}"))
}

/// Removes a column with its data.
pub fn drop_column(table: &str, name: &str) -> String {
    format!("ALTER TABLE {} DROP COLUMN {}", quoted(table), quoted(name))
}

/// Makes a text column a list: `''` becomes `[]`, a JSON array stays, any other value is the only element.
/// The column's place among the others may change.
pub fn change_to_list(table: &str, name: &str) -> String {
    let old = quoted(name);
    let value = format!(
        "CASE WHEN coalesce({old}, '') = '' THEN '[]' WHEN {} THEN {old} ELSE json_array({old}) END",
        is_array(&old)
    );
    change_column(table, name, Column::List, &value)
}

/// Makes a list column a text: the last element stays.
pub fn change_to_single(table: &str, name: &str) -> String {
    let old = quoted(name);
    let value =
        format!("CASE WHEN {} THEN coalesce({old} ->> '$[#-1]', '') ELSE coalesce({old}, '') END", is_array(&old));
    change_column(table, name, Column::Text, &value)
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

fn change_column(table: &str, name: &str, column: Column, value: &str) -> String {
    let new = in_between(name);
    format!(
        "{}; UPDATE {} SET {} = {value}; {}; {}",
        add_column(table, &new, column),
        quoted(table),
        quoted(&new),
        drop_column(table, name),
        rename_column(table, &new, name)
    )
}

/// A name that nobody else can have: names of collections and fields have no spaces.
fn in_between(name: &str) -> String {
    format!("{name} (new)")
}

/// The engine takes names that differ in case alone for the same, and would refuse to rename one to the other.
fn in_two_steps(from: &str, to: &str, rename: impl Fn(&str, &str) -> String) -> String {
    if from.eq_ignore_ascii_case(to) && from != to {
        let between = quoted(&in_between(to));
        return format!("{}; {}", rename(&quoted(from), &between), rename(&between, &quoted(to)));
    }
    rename(&quoted(from), &quoted(to))
}
