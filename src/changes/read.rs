//! Reading the feed.

use crate::error::Result;
use crate::store::{Row, Sql, Tx, Value, ValueRef, lists};

/// A committed change of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Its number; the numbers grow with the commits.
    pub seq: i64,
    /// The collection's id.
    pub collection: String,
    /// The record's id.
    pub record: String,
    /// `create`, `update` or `delete`.
    pub op: String,
    /// `<collection id>/<record id>` of the caller; `None` for guests and the server itself.
    pub actor: Option<String>,
    /// Milliseconds since 1970, UTC.
    pub at: i64,
    /// Nothing for a create, the old values of the changed fields for an update, the whole old row for a delete:
    /// stored values by field name, as JSON text.
    pub data: Option<String>,
}

/// The changes after a number, oldest first, `limit` at most.
///
/// # Errors
/// What the engine says.
pub fn after(tx: &mut Tx<'_>, seq: i64, limit: i64) -> Result<Vec<Change>> {
    let query =
        "SELECT seq, collection, record, op, actor, at, data FROM _tb_changes WHERE seq > ? ORDER BY seq LIMIT ?";
    let mut changes = Vec::new();
    tx.rows((query, &[Value::Int(seq), Value::Int(limit)]), |row| {
        changes.push(change(row));
        Ok(())
    })?;
    Ok(changes)
}

/// Hands out the changes of some records after a number, newest first, one at a time: there may be very many.
///
/// # Errors
/// What the engine says.
pub fn of_records(tx: &mut Tx<'_>, seq: i64, records: &[&str], mut each: impl FnMut(Change)) -> Result<()> {
    let mut query = Sql::raw("SELECT seq, collection, record, op, actor, at, data FROM _tb_changes WHERE seq > ");
    query.bind(seq).push(" AND ");
    lists::push_is_one(&mut query, "record", records);
    query.push(" ORDER BY seq DESC");
    tx.rows(&query, |row| {
        each(change(row));
        Ok(())
    })
}

fn change(row: &Row<'_>) -> Change {
    Change {
        seq: integer(row.get(0)),
        collection: row.get(1).as_text().to_owned(),
        record: row.get(2).as_text().to_owned(),
        op: row.get(3).as_text().to_owned(),
        actor: text(row.get(4)),
        at: integer(row.get(5)),
        data: text(row.get(6)),
    }
}

/// The number of the oldest change that is kept; 0 where there is none.
///
/// # Errors
/// What the engine says.
pub fn oldest(tx: &mut Tx<'_>) -> Result<i64> {
    Ok(tx.row("SELECT min(seq) FROM _tb_changes", |row| Ok(integer(row.get(0))))?.unwrap_or(0))
}

/// The number of the newest change; 0 where there is none.
///
/// # Errors
/// What the engine says.
pub fn newest(tx: &mut Tx<'_>) -> Result<i64> {
    let newest = tx.row("SELECT max(seq) FROM _tb_changes", |row| Ok(integer(row.get(0))))?;
    Ok(newest.unwrap_or(0))
}

pub(super) fn integer(value: ValueRef<'_>) -> i64 {
    match value {
        ValueRef::Int(number) => number,
        _ => 0,
    }
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Text(text) => Some(text.to_owned()),
        _ => None,
    }
}
