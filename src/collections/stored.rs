//! Rows of `_collections`: the one place that names its columns.

use crate::error::{Error, Result};
use crate::schema::Collection;
use crate::schema::wire::Stored;
use crate::store::{Row, Sql, Tx, Value, expression};

/// The table's name.
pub(super) const TABLE: &str = "_collections";

/// The columns in the order in which [`read`] and [`values`] know them. `id` is the first.
const COLUMNS: [&str; 14] = [
    "id",
    "system",
    "type",
    "name",
    "fields",
    "indexes",
    "listRule",
    "viewRule",
    "createRule",
    "updateRule",
    "deleteRule",
    "options",
    "created",
    "updated",
];

/// Reads all collections, in the order of their creation.
///
/// # Errors
/// A row that no version of Tuckbox wrote.
pub fn load(tx: &mut Tx<'_>) -> Result<Vec<Collection>> {
    let mut found = Vec::new();
    tx.rows(&in_order(), |row| {
        found.push(read(row)?);
        Ok(())
    })?;
    Ok(found)
}

/// All collections in the order of their creation, for [`read`].
pub(super) fn in_order() -> Sql {
    let mut query = select();
    query.push(" ORDER BY ").push(&expression::insertion_order(TABLE));
    query
}

/// Whether there is no collection yet.
pub(super) fn none_yet(tx: &mut Tx<'_>) -> Result<bool> {
    let first = tx.row("SELECT 1 FROM _collections LIMIT 1", |_| Ok(()))?;
    Ok(first.is_none())
}

/// `SELECT … FROM "_collections"`, for [`read`].
pub(super) fn select() -> Sql {
    let mut query = Sql::new();
    for (at, column) in COLUMNS.iter().enumerate() {
        query.push(if at == 0 { "SELECT " } else { ", " }).column(TABLE, column);
    }
    query.push(" FROM ").name(TABLE);
    query
}

/// A collection from a row of [`select`].
pub(super) fn read(row: &Row<'_>) -> Result<Collection> {
    parse(row).map_err(Error::internal)
}

/// A collection from a row of [`select`], or why it cannot be read.
pub(super) fn parse(row: &Row<'_>) -> Result<Collection, String> {
    let text = |at| row.get(at).as_text().to_owned();
    let rule = |at| match row.get(at).to_value() {
        Value::Text(rule) => Some(rule),
        _ => None,
    };
    let stored = Stored {
        id: text(0),
        system: row.get(1).as_f64() != 0.0,
        kind: text(2),
        name: text(3),
        fields: text(4),
        indexes: text(5),
        rules: std::array::from_fn(|at| rule(6 + at)),
        options: text(11),
        created: text(12),
        updated: text(13),
    };
    Collection::from_stored(&stored)
        .map_err(|error| format!("the stored collection {} cannot be read: {error}", stored.name))
}

fn values(collection: &Collection) -> [Value; 14] {
    let stored = collection.to_stored();
    let [list, view, create, update, delete] = stored.rules;
    [
        stored.id.into(),
        stored.system.into(),
        stored.kind.into(),
        stored.name.into(),
        stored.fields.into(),
        stored.indexes.into(),
        list.into(),
        view.into(),
        create.into(),
        update.into(),
        delete.into(),
        stored.options.into(),
        stored.created.into(),
        stored.updated.into(),
    ]
}

/// Adds the row of a new collection.
pub(super) fn insert(tx: &mut Tx<'_>, collection: &Collection) -> Result<()> {
    let mut statement = Sql::new();
    statement.push("INSERT INTO ").name(TABLE);
    for (at, column) in COLUMNS.iter().enumerate() {
        statement.push(if at == 0 { " (" } else { ", " }).name(column);
    }
    for (at, value) in values(collection).into_iter().enumerate() {
        statement.push(if at == 0 { ") VALUES (" } else { ", " }).bind(value);
    }
    statement.push(")");
    tx.execute(&statement).map(drop)
}

/// Writes the row of a collection that is there.
pub(super) fn update(tx: &mut Tx<'_>, collection: &Collection) -> Result<()> {
    let mut statement = Sql::new();
    statement.push("UPDATE ").name(TABLE);
    for (at, (column, value)) in COLUMNS.iter().zip(values(collection)).enumerate().skip(1) {
        statement.push(if at == 1 { " SET " } else { ", " }).name(column).push(" = ").bind(value);
    }
    statement.push(" WHERE id = ").bind(collection.id.as_str());
    tx.execute(&statement).map(drop)
}

/// Removes the row of a collection.
pub(super) fn remove(tx: &mut Tx<'_>, id: &str) -> Result<()> {
    tx.execute(("DELETE FROM _collections WHERE id = ?", &[Value::from(id)][..])).map(drop)
}
