//! Statements that take long are told of: their text, their plan and how long they took. Values are never told.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::Watch;

/// How many bytes of a text are told.
const LONGEST: usize = 4000;
/// How many steps of a plan are told.
const MOST_STEPS: usize = 100;

/// Takes the time of a statement.
pub(in crate::store) struct Clock {
    began: Instant,
    slow: Duration,
}

impl Clock {
    /// Begins, where slow statements are told of.
    pub(in crate::store) fn start(watch: &Watch) -> Option<Self> {
        watch.slow().map(|slow| Self { began: Instant::now(), slow })
    }

    /// Tells of the statement that ended if it was slow; how many rows it answered or changed.
    pub(in crate::store) fn stop(self, connection: &Connection, text: &str, rows: usize) {
        let took = self.began.elapsed();
        if took < self.slow {
            return;
        }
        let plan = plan(connection, text).unwrap_or_else(|error| error.to_string());
        let (sql, ms) = (cut(text), took.as_micros() as f64 / 1000.0);
        tracing::warn!(target: "tuckbox::slow_query", sql, plan, duration_ms = ms, rows, "a statement took long");
    }
}

/// The steps of a statement's plan, one a line, each deeper by the two spaces of those that it belongs to.
fn plan(connection: &Connection, text: &str) -> rusqlite::Result<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {text}"))?;
    let mut rows = statement.raw_query();
    let (mut lines, mut depths) = (Vec::new(), std::collections::HashMap::new());
    while let Some(row) = rows.next()? {
        if lines.len() == MOST_STEPS {
            lines.push("…".to_owned());
            break;
        }
        let (id, parent, detail): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(3)?);
        let depth = depths.get(&parent).map_or(0, |depth| depth + 1);
        depths.insert(id, depth);
        lines.push(format!("{}{detail}", "  ".repeat(depth)));
    }
    Ok(lines.join("\n"))
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_told_with_their_depths_and_need_no_values() {
        let db = Connection::open_in_memory().expect("memory");
        db.execute_batch("CREATE TABLE t (a PRIMARY KEY, b)").expect("a table");
        assert_eq!(plan(&db, "SELECT * FROM t WHERE b = ?").expect("a plan"), "SCAN t");
        let union = plan(&db, "SELECT a FROM t UNION SELECT b FROM t WHERE a = ?").expect("a plan");
        assert!(union.contains("\n  LEFT\n    SCAN t ") && union.contains("\n  RIGHT\n    SEARCH t "), "{union}");
        assert_eq!(plan(&db, "INSERT INTO t VALUES (?, ?)").expect("a plan"), "");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut(&"é".repeat(3000)).len(), LONGEST);
        assert_eq!(cut("SELECT 1"), "SELECT 1");
    }
}
