//! An answer, and its JSON.

use std::time::Duration;

use crate::schema::field::encode;
use crate::store::Table;

/// What came of a text.
#[derive(Debug, Clone)]
pub struct Answer {
    /// How long it took, waiting included.
    pub exec_time: Duration,
    /// How many rows the last statement changed; 0 for queries and changes of tables.
    pub affected_rows: u64,
    /// What was asked for; empty for what writes.
    pub table: Table,
}

impl Answer {
    /// The answer as the contract shows it.
    pub fn to_json(&self) -> Vec<u8> {
        let milliseconds = self.exec_time.as_millis();
        let head = format!("{{\"execTime\":{milliseconds},\"affectedRows\":{},\"columns\":", self.affected_rows);
        let mut out = head.into_bytes();
        list(&mut out, &self.table.columns, |out, column| {
            out.extend_from_slice(b"{\"name\":");
            encode::string(&column.name, out);
            out.extend_from_slice(b",\"type\":");
            encode::string(&column.declared, out);
            out.extend_from_slice(format!(",\"nullable\":{}}}", column.nullable).as_bytes());
        });
        out.extend_from_slice(b",\"rows\":");
        list(&mut out, &self.table.rows, |out, row| {
            list(out, row, |out, cell| match cell {
                Some(text) => encode::string(text, out),
                None => out.extend_from_slice(b"null"),
            });
        });
        out.push(b'}');
        out
    }
}

fn list<T>(out: &mut Vec<u8>, elements: &[T], write: impl Fn(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (at, element) in elements.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(out, element);
    }
    out.push(b']');
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::store::TableColumn;

    #[test]
    fn cells_are_texts_or_null() {
        let column = |name: &str, declared: &str| TableColumn {
            name: name.to_owned(),
            declared: declared.to_owned(),
            nullable: declared.is_empty(),
        };
        let rows = vec![vec![Some("a\"b".to_owned()), None], vec![None, Some("1".to_owned())]];
        let table = Table { columns: vec![column("t", "TEXT"), column("max(\"n\")", "")], rows, more: true };
        let answer = Answer { exec_time: Duration::from_micros(3999), affected_rows: 0, table };
        let shown: Json = serde_json::from_slice(&answer.to_json()).expect("JSON");
        let expected = json!({
            "execTime": 3, "affectedRows": 0,
            "columns": [
                {"name": "t", "type": "TEXT", "nullable": false},
                {"name": "max(\"n\")", "type": "", "nullable": true},
            ],
            "rows": [["a\"b", null], [null, "1"]],
        });
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_writes_answers_empty_lists() {
        let answer = Answer { exec_time: Duration::ZERO, affected_rows: 7, table: Table::default() };
        assert_eq!(answer.to_json(), br#"{"execTime":0,"affectedRows":7,"columns":[],"rows":[]}"#);
    }
}
