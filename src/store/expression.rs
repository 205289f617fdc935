//! Expressions that engines write differently, behind functions named by intent. `filter` builds its SQL from them.
//!
//! Arguments are SQL already: quoted columns, placeholders, other expressions. Where an argument comes out more than
//! once, the function says so, because a placeholder may not be doubled unseen; such arguments are columns.

use super::{Sql, quoted};

/// A column of a table or alias.
pub fn column(table: &str, name: &str) -> String {
    format!("{}.{}", quoted(table), quoted(name))
}

/// A value with the type that a text column would give it in comparisons.
pub fn as_text(value: &str) -> String {
    format!("CAST({value} AS TEXT)")
}

/// A value with the type that a number column would give it in comparisons.
pub fn as_number(value: &str) -> String {
    format!("CAST({value} AS NUMERIC)")
}

/// The value at the top of a JSON column: texts unquoted, truths 1 and 0, arrays and objects as JSON text. What is
/// no JSON comes out as it is. The column comes out several times.
pub fn json_value(column: &str) -> String {
    format!("CASE WHEN json_valid({column}) THEN json_extract({column}, '$') ELSE {column} END")
}

/// The value at a path in a JSON column, NULL where there is none; one placeholder, for [`json_path`]. The column
/// comes out several times.
pub fn json_value_at(column: &str) -> String {
    format!("CASE WHEN json_valid({column}) THEN json_extract({column}, ?) END")
}

/// The path to bind for [`json_value_at`]; parts of digits are places in arrays.
pub fn json_path<'p>(parts: impl Iterator<Item = &'p str>) -> String {
    let mut path = String::from("$");
    for part in parts {
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            path.push_str(&format!("[{part}]"));
        } else {
            path.push_str(&format!(".\"{}\"", part.replace(['"', '\\'], "")));
        }
    }
    path
}

/// The rows of the elements of a list column, to be named with AS; what is no JSON is the only element. The column
/// comes out several times.
pub fn elements(column: &str) -> String {
    format!("json_each(CASE WHEN json_valid({column}) THEN {column} ELSE json_array({column}) END)")
}

/// The rows of the elements of a bound JSON array, to be named with AS; one placeholder.
pub const BOUND_ELEMENTS: &str = "json_each(?)";

/// The column of [`elements`] and [`BOUND_ELEMENTS`] that holds an element.
pub const ELEMENT: &str = "value";

/// A value under the name that [`values_of`] knows it by.
pub fn named_value(value: &str) -> String {
    format!("{value} AS \"value\"")
}

/// The first values that a query of [`named_value`] finds, as one JSON array.
pub fn values_of(query: &str, most: usize) -> String {
    format!("(SELECT json_group_array(\"value\") FROM ({query} LIMIT {most}))")
}

/// Whether a value is an element of a list column. The column comes out several times.
pub fn is_element(value: &str, column: &str) -> String {
    format!("{value} IN (SELECT \"value\" FROM {})", elements(column))
}

/// Whether a value is an element of a bound JSON array; one placeholder, behind those of the value.
pub fn is_bound_element(value: &str) -> String {
    format!("{value} IN (SELECT \"value\" FROM json_each(?))")
}

/// Whether a table, whose name is quoted already, has no more rows than so many. No more are looked at.
pub fn has_at_most(table: &str, rows: usize) -> String {
    format!("(SELECT COUNT(*) FROM (SELECT 1 FROM {table} LIMIT {})) <= {rows}", rows + 1)
}

/// A value, or the empty text in place of NULL; it has no column's type any more.
pub fn or_empty(value: &str) -> String {
    format!("COALESCE({value}, '')")
}

/// How many elements a list column has, never NULL. The column comes out several times.
pub fn list_length(column: &str) -> String {
    format!(
        "CASE WHEN {column} IS NULL OR {column} = '' THEN 0 WHEN json_valid({column}) THEN json_array_length({column}) ELSE 1 END"
    )
}

/// 1 where a text column holds something, else 0; never NULL.
pub fn text_length(column: &str) -> String {
    format!("(COALESCE({column}, '') <> '')")
}

/// The text with its ASCII letters in lower case.
pub fn lower(text: &str) -> String {
    format!("LOWER({text})")
}

/// A text that is compared without regard to the case of its ASCII letters, as an index with NOCASE keeps it.
pub fn ignoring_case(text: &str) -> String {
    format!("{text} COLLATE NOCASE")
}

/// A match with a pattern, `%` and `_` being wildcards and `\` their escape; ASCII letters match in both cases.
pub fn like(text: &str, pattern: &str, negated: bool) -> String {
    let not = if negated { "NOT " } else { "" };
    format!("{text} {not}LIKE {pattern} ESCAPE '\\'")
}

/// The pattern that is found wherever a text is part of another.
pub fn containing(text: &str) -> String {
    format!("'%' || {text} || '%'")
}

/// Whether both are the same, NULL being a value like any other.
pub fn is_same(left: &str, right: &str, negated: bool) -> String {
    let not = if negated { " NOT" } else { "" };
    format!("{left} IS{not} {right}")
}

/// A condition: a column holds something else than text.
pub fn is_no_text(column: &str) -> String {
    format!("typeof({column}) <> 'text'")
}

/// A condition: a column holds something else than a number.
pub fn is_no_number(column: &str) -> String {
    format!("typeof({column}) NOT IN ('integer', 'real')")
}

/// A condition: a column holds something else than 0 or 1. The column comes out several times.
pub fn is_no_truth(column: &str) -> String {
    format!("(typeof({column}) <> 'integer' OR {column} NOT IN (0, 1))")
}

/// A condition: a column holds something else than a JSON array. The column comes out several times.
pub fn is_no_list(column: &str) -> String {
    format!("NOT iif(json_valid({column}), json_type({column}) = 'array', FALSE)")
}

/// A condition: a column holds something else than a JSON object with the numbers `lon` and `lat`. The column comes
/// out several times.
pub fn is_no_point(column: &str) -> String {
    let is_number = |key: &str| format!("coalesce(json_type({column}, '$.{key}') IN ('integer', 'real'), FALSE)");
    format!("NOT iif(json_valid({column}), {} AND {}, FALSE)", is_number("lon"), is_number("lat"))
}

/// A condition: a column holds neither NULL nor a number nor JSON. The column comes out several times.
pub fn is_no_json(column: &str) -> String {
    format!("(typeof({column}) = 'blob' OR (typeof({column}) = 'text' AND NOT json_valid({column})))")
}

/// A time as text by SQLite's `strftime`; all arguments are SQL.
pub fn format_time(arguments: &[String]) -> String {
    format!("strftime({})", arguments.join(", "))
}

/// A piece of an expression that repeats its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Fixed text.
    Text(&'static str),
    /// The argument with this number comes out here.
    Argument(usize),
}

/// The great-circle distance in kilometres on a globe with a radius of 6371 of the points (argument 0, argument 1)
/// and (argument 2, argument 3), longitude first; NULL where one is no number.
pub const DISTANCE: &[Part] = &[
    Part::Text("(6371 * acos(max(-1.0, min(1.0, cos(radians("),
    Part::Argument(1),
    Part::Text(")) * cos(radians("),
    Part::Argument(3),
    Part::Text(")) * cos(radians("),
    Part::Argument(2),
    Part::Text(") - radians("),
    Part::Argument(0),
    Part::Text(")) + sin(radians("),
    Part::Argument(1),
    Part::Text(")) * sin(radians("),
    Part::Argument(3),
    Part::Text("))))))"),
];

/// A number by chance, for orders.
pub const RANDOM: &str = "RANDOM()";

/// The column of every table that tells where a row is, unless a column of the table's own has its name.
pub const ROW: &str = "_rowid_";

/// Appends a JSON object of columns, each with the name of its member: texts and numbers as they are stored.
pub fn push_object(sql: &mut Sql, members: &[(&str, &str)]) {
    sql.push("json_object(");
    for (at, (name, column)) in members.iter().enumerate() {
        sql.push(if at == 0 { "" } else { ", " }).bind(*name).push(", ").name(column);
    }
    sql.push(")");
}

/// What grows with each row of a table that was inserted, for orders; it finds a row faster than any key.
pub fn insertion_order(table: &str) -> String {
    column(table, ROW)
}

/// An inner join whose left side is read first, whatever the planner thinks: of the elements of a list it knows
/// nothing, and would rather walk through the whole table on the right.
pub const JOIN_IN_ORDER: &str = "CROSS JOIN";

/// How many tables one SELECT can join.
pub const MAX_JOINED_TABLES: usize = 60;

/// The longest pattern that [`like`] accepts, in bytes.
pub const MAX_PATTERN_BYTES: usize = 50_000;
