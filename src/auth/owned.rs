//! Rows of the server's own that belong to an account: one-time passwords, second factors, places of sign-in.

use crate::error::{Error, Result};
use crate::records;
use crate::schema::{Record, Schema};
use crate::store::{Sql, Tx};

/// A new row of such a collection that belongs to this account; nothing is written yet.
pub(super) fn row(schema: &Schema, collection: &str, owner: &Record) -> Result<Record> {
    let collection = schema.by_name(collection).filter(|collection| collection.system).cloned();
    let collection = collection.ok_or_else(|| Error::internal("a collection of the system is missing"))?;
    let mut row = Record::new(collection);
    row.set("collectionRef", owner.collection.id.as_str());
    row.set("recordRef", owner.id());
    Ok(row)
}

/// Whether a row belongs to an account.
pub(super) fn belongs_to(row: &Record, owner: &Record) -> bool {
    row.text("collectionRef") == owner.collection.id && row.text("recordRef") == owner.id()
}

/// The rows of such a collection that belong to an account, the newest first; at most `limit`.
pub(super) fn newest(
    tx: &mut Tx<'_>,
    schema: &Schema,
    collection: &str,
    owner: &Record,
    limit: usize,
) -> Result<Vec<Record>> {
    let Some(collection) = schema.by_name(collection).filter(|collection| collection.system) else {
        return Ok(Vec::new());
    };
    let mut query = Sql::raw(r#"SELECT "id" FROM "#);
    query.name(&collection.name).push(r#" WHERE "collectionRef" = "#).bind(owner.collection.id.as_str());
    query.push(r#" AND "recordRef" = "#).bind(owner.id());
    query.push(r#" ORDER BY "created" DESC, "id" DESC LIMIT "#).bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let ids = tx.texts(&query)?;
    let mut rows = records::load_all(tx, collection, &ids)?;
    rows.sort_by_key(|row| ids.iter().position(|id| id == row.id()));
    Ok(rows)
}

/// Whether an account is still what it was when its credentials were proven: the same person, with the same tokens.
pub(super) fn is_current(tx: &mut Tx<'_>, proven: &Record) -> Result<bool> {
    let now = records::load(tx, &proven.collection, proven.id())?;
    Ok(now.is_some_and(|now| now.text("tokenKey") == proven.text("tokenKey")))
}
