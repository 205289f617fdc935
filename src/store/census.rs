//! Questions about the records of a table that is about to change, asked with the names that it is going to have.

use super::tables::{Values, converted};
use super::{Sql, Value, quoted};

/// A column as it will be.
#[derive(Debug, Clone)]
pub struct Coming {
    /// Its name.
    pub name: String,
    /// The name that it has, and what becomes of its values; `None` where it does not exist yet.
    pub from: Option<(String, Values)>,
    /// What a record has there that was made before it.
    pub zero: Value,
}

/// What must be different in all records, as an index says it.
#[derive(Debug, Clone)]
pub struct Key {
    /// Columns, quoted, and expressions, each with its collation.
    pub parts: Vec<String>,
    /// A condition that records must satisfy to be looked at, or empty.
    pub condition: String,
}

impl Key {
    /// A column as a part of a key.
    pub fn column(name: &str, collate: &str) -> String {
        Self::expression(&quoted(name), collate)
    }

    /// An expression as a part of a key.
    pub fn expression(text: &str, collate: &str) -> String {
        if collate.is_empty() { text.to_owned() } else { format!("{text} COLLATE {collate}") }
    }
}

/// How many records share a key with another, and the ids of two of those that share one. `name` is what the table
/// will be called.
pub fn sharing_a_key(table: &str, name: &str, columns: &[Coming], key: &Key) -> Sql {
    let mut sql = Sql::raw("WITH ");
    sql.name(name).push(" AS (SELECT ");
    for (at, column) in columns.iter().enumerate() {
        sql.push(if at == 0 { "" } else { ", " });
        match &column.from {
            Some((from, values)) => sql.push(&converted(from, *values)),
            None => sql.bind(column.zero.clone()),
        };
        sql.push(" AS ").name(&column.name);
    }
    // A name that nobody else can have.
    let shared = quoted("the shared keys");
    let parts = key.parts.join(", ");
    let known: Vec<String> = key.parts.iter().map(|part| format!("({part}\n) IS NOT NULL")).collect();
    let condition = if key.condition.is_empty() { String::new() } else { format!("({}\n) AND ", key.condition) };
    sql.push(" FROM main.").name(table);
    sql.push(&format!(
        "), {shared} AS (SELECT count(*) AS many, min(id) AS first, max(id) AS last FROM {} WHERE {condition}{} \
         GROUP BY {parts} HAVING count(*) > 1) SELECT total(many), min(first), \
         (SELECT last FROM {shared} ORDER BY first LIMIT 1) FROM {shared}",
        quoted(name),
        known.join(" AND "),
    ));
    sql
}
