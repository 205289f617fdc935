//! Reading rows as records, and where reads run.

use std::sync::Arc;

use super::layout::columns;
use crate::error::{Error, Result};
use crate::schema::{CollectionRef, Record};
use crate::store::{ReadLane, Row, Sql, Store, Tx, Value, lists, quoted};

/// A record by its id.
pub fn load(tx: &mut Tx<'_>, collection: &CollectionRef, id: &str) -> Result<Option<Record>> {
    find(tx, collection, "id", id)
}

/// The first record whose field has exactly this value; none where the collection has no such field.
pub fn find(tx: &mut Tx<'_>, collection: &CollectionRef, field: &str, value: &str) -> Result<Option<Record>> {
    let Some(field) = collection.field(field) else { return Ok(None) };
    let (table, column) = (quoted(&collection.name), quoted(&field.name));
    let text = format!("SELECT {} FROM {table} WHERE {table}.{column} = ? LIMIT 1", columns(collection));
    tx.row((text.as_str(), &[Value::from(value)][..]), |row| Ok(record(collection, row)))
}

/// Those of some records that are there, in no order.
pub fn load_all(tx: &mut Tx<'_>, collection: &CollectionRef, ids: &[String]) -> Result<Vec<Record>> {
    let mut sql = Sql::raw(format!("SELECT {} FROM {} WHERE ", columns(collection), quoted(&collection.name)));
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    lists::push_is_one(&mut sql, "id", &ids);
    let mut found = Vec::with_capacity(ids.len());
    tx.rows(&sql, |row| {
        found.push(record(collection, row));
        Ok(())
    })?;
    Ok(found)
}

/// Runs a read in its lane, which it is told; one that finds itself to be long work while it holds others up answers
/// `Deadline`, and begins anew among the long ones.
pub(super) async fn read_in<T, F>(store: &Store, lane: ReadLane, read: F) -> Result<T>
where
    T: Send + 'static,
    F: Fn(&mut Tx<'_>, ReadLane) -> Result<T> + Send + 'static,
{
    if lane == ReadLane::Fast {
        match store.read_here(|tx| read(tx, ReadLane::Fast)) {
            Err(Error::Deadline) => {}
            done => return done,
        }
    }
    store.read(ReadLane::Slow, move |tx| read(tx, ReadLane::Slow)).await
}

/// A row whose columns are the collection's fields in their order.
pub(super) fn record(collection: &CollectionRef, row: &Row<'_>) -> Record {
    let values = (0..collection.fields.len()).map(|at| row.get(at).to_value()).collect();
    Record { collection: Arc::clone(collection), values }
}
