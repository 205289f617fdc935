//! How far followers have come, for those that go on there after a restart.

use super::read::integer;
use crate::error::Result;
use crate::store::{Tx, Value};

/// The last change that a follower has taken in; `None` where it never said.
///
/// # Errors
/// What the engine says.
pub fn saved(tx: &mut Tx<'_>, name: &str) -> Result<Option<i64>> {
    tx.row(("SELECT seq FROM _tb_followers WHERE name = ?", &[Value::from(name)]), |row| Ok(integer(row.get(0))))
}

/// Saves how far a follower has come.
///
/// # Errors
/// What the engine says.
pub fn save(tx: &mut Tx<'_>, name: &str, seq: i64) -> Result<()> {
    let text = "INSERT INTO _tb_followers (name, seq, at) VALUES (?, ?, ?) \
                ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, at = excluded.at";
    let now = crate::time::now().timestamp_millis();
    tx.execute((text, &[Value::from(name), Value::Int(seq), Value::Int(now)])).map(drop)
}

/// The follower that is furthest behind, with the last change that it has taken in.
///
/// # Errors
/// What the engine says.
pub(super) fn slowest(tx: &mut Tx<'_>) -> Result<Option<(String, i64)>> {
    tx.row("SELECT name, seq FROM _tb_followers ORDER BY seq LIMIT 1", |row| {
        Ok((row.get(0).as_text().to_owned(), integer(row.get(1))))
    })
}
