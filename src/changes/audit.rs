//! The feed held against the tables: where its last word about a record is not what the table says. Raw SQL does that.

use std::collections::HashSet;

use super::epoch;
use super::read::integer;
use crate::error::Result;
use crate::schema::Collection;
use crate::store::{Sql, Tx, Value};

/// The numbers of the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The oldest; 0 where there is no change.
    pub first: i64,
    /// The newest.
    pub last: i64,
    /// How many changes there are.
    pub count: i64,
    /// Whether records were there before its first change.
    pub begun_late: bool,
}

impl Range {
    /// Whether it begins with the first record, and nothing was trimmed yet: every record must then have a change.
    pub fn is_whole(self) -> bool {
        self.first <= 1 && self.holes() == 0 && !self.begun_late
    }

    /// How many numbers are missing between the oldest and the newest.
    pub fn holes(self) -> i64 {
        if self.count == 0 { 0 } else { self.last - self.first + 1 - self.count }
    }
}

/// The numbers of the feed.
///
/// # Errors
/// What the engine says.
pub fn range(tx: &mut Tx<'_>) -> Result<Range> {
    let range = tx.row("SELECT min(seq), max(seq), count(*) FROM _tb_changes", |row| {
        Ok((integer(row.get(0)), integer(row.get(1)), integer(row.get(2))))
    })?;
    let (first, last, count) = range.unwrap_or_default();
    Ok(Range { first, last, count, begun_late: epoch::has_begun_late(tx)? })
}

/// The records of a collection that changed behind a place in the feed.
///
/// # Errors
/// What the engine says.
pub fn records_behind(tx: &mut Tx<'_>, collection: &str, seq: i64) -> Result<HashSet<String>> {
    let mut records = HashSet::new();
    let query = "SELECT record FROM _tb_changes WHERE seq > ? AND collection = ?";
    tx.rows((query, &[Value::Int(seq), collection.into()]), |row| {
        records.insert(row.get(0).as_text().to_owned());
        Ok(())
    })?;
    Ok(records)
}

/// Asks for the ids of records that the table has and whose last change is a delete.
pub fn kept(collection: &Collection) -> Sql {
    let mut query = last_changes(collection);
    query.push(" WHERE c.op = 'delete' AND ");
    push_exists(&mut query, collection);
    query
}

/// Asks for the ids of records that the table has not and whose last change is none.
pub fn gone(collection: &Collection) -> Sql {
    let mut query = last_changes(collection);
    query.push(" WHERE c.op <> 'delete' AND NOT ");
    push_exists(&mut query, collection);
    query
}

/// Asks for the ids of records that the feed never heard of; it means something only where the feed is whole.
pub fn unheard(collection: &Collection) -> Sql {
    let mut query = Sql::raw("SELECT ");
    query.column(&collection.name, "id").push(" FROM ").name(&collection.name).push(" WHERE ");
    query.column(&collection.name, "id").push(" NOT IN (SELECT record FROM _tb_changes WHERE collection = ");
    query.bind(collection.id.as_str()).push(")");
    query
}

/// The last change of each record of a collection, as `c`. What is older than the collection belongs to one that had
/// the same id: dropping a collection says nothing about its records.
fn last_changes(collection: &Collection) -> Sql {
    let mut query = Sql::raw(
        "SELECT c.record FROM _tb_changes c JOIN (SELECT max(seq) AS seq FROM _tb_changes WHERE collection = ",
    );
    query.bind(collection.id.as_str());
    if let Some(since) = crate::schema::field::date::parse(&collection.created) {
        query.push(" AND at >= ").bind(since.timestamp_millis());
    }
    query.push(" GROUP BY record) last ON last.seq = c.seq");
    query
}

fn push_exists(query: &mut Sql, collection: &Collection) {
    query.push("EXISTS (SELECT 1 FROM ").name(&collection.name).push(" AS \"row\" WHERE ");
    query.column("row", "id").push(" = c.record)");
}
