//! Lists of texts in one column, asked for by intent.

use super::Sql;
use super::expression::elements;
use super::sql::quoted;

/// Appends the condition that a list column holds a text. A column that holds a bare text counts as a list of it.
///
/// A search for the bare text goes first: it is many times faster than reading the list, and nearly always enough.
/// It cannot miss: an element stands in the list as it is, unless it has characters that JSON may escape.
pub fn push_holds(sql: &mut Sql, column: &str, text: &str) {
    let column = quoted(column);
    sql.push("(");
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
        sql.push("instr(").push(&column).push(", ").bind(text).push(") > 0 AND ");
    }
    sql.push("(").push(&column).push(" = ").bind(text);
    sql.push(" OR EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(").push(&column).push(") THEN ");
    sql.push(&column).push(" ELSE '[]' END) WHERE json_each.value = ").bind(text).push(")))");
}

/// Appends the condition that a column is one of some texts, however many. An index on the column is used.
pub fn push_is_one(sql: &mut Sql, column: &str, texts: &[&str]) {
    sql.name(column).push(" IN (SELECT value FROM json_each(").bind(array(texts)).push("))");
}

/// Appends the condition that a list column holds one of some texts, however many: one walk through the table for all
/// of them. A column that holds a bare text counts as a list of it.
pub fn push_holds_one(sql: &mut Sql, column: &str, texts: &[&str]) {
    sql.push("EXISTS (SELECT 1 FROM ").push(&elements(&quoted(column))).push(" AS held WHERE held.value IN ");
    sql.push("(SELECT value FROM json_each(").bind(array(texts)).push(")))");
}

fn array(texts: &[&str]) -> String {
    serde_json::to_string(texts).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::store::Value;

    fn finds(list: &str, text: &str) -> bool {
        let db = Connection::open_in_memory().expect("memory");
        db.execute_batch("CREATE TABLE t (\"l\" JSON)").expect("table");
        db.execute("INSERT INTO t VALUES (?)", [list]).expect("row");
        let mut sql = Sql::raw("SELECT count(*) FROM t WHERE ");
        push_holds(&mut sql, "l", text);
        let values = sql.values.iter().map(|value| match value {
            Value::Text(text) => text.clone(),
            other => panic!("a text is bound, not {other:?}"),
        });
        db.query_row(&sql.text, rusqlite::params_from_iter(values), |row| row.get::<_, i64>(0)).expect("count") == 1
    }

    #[test]
    fn a_list_holds_its_elements_and_nothing_else() {
        assert!(finds(r#"["a","b"]"#, "b"));
        assert!(!finds(r#"["ab"]"#, "b"));
        assert!(!finds("[]", "b"));
        assert!(finds("b", "b"), "a bare text is a list of one");
        assert!(!finds("not json", "b"));
        assert!(finds(r#"["a\u0026b"]"#, "a&b"), "an escaped element is found");
        assert!(finds(r#"["größe"]"#, "größe"));
    }
}
