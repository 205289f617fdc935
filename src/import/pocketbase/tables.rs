//! The table of a collection is brought into shape: declared as ours are, and with no value that a field of its type
//! does not have. One that is in shape already, as PocketBase has made them since 0.23, is only read.

use super::values;
use crate::error::Result;
use crate::schema::{Collection, Field};
use crate::store::odd::{self, Expected};
use crate::store::tables::{self, Copied, Values};
use crate::store::{Column, Tx, attached, catalogue};

/// How many odd rows are put right at once.
const ROWS: usize = 1000;

/// Brings a table into shape, and its values where some are odd. Views must not be there meanwhile.
pub(super) fn shape(tx: &mut Tx<'_>, collection: &Collection, is_odd: bool) -> Result<()> {
    let declared = catalogue::declared(tx, &collection.name)?;
    let is_in_shape = is_in_shape(collection, &declared);
    if !is_in_shape {
        rebuild(tx, collection, &declared)?;
    }
    if is_in_shape && !is_odd { Ok(()) } else { put_right(tx, collection) }
}

/// Whether all fields have columns that are declared as ours.
pub(super) fn is_in_shape(collection: &Collection, declared: &[catalogue::DeclaredColumn]) -> bool {
    collection.fields.iter().all(|field| {
        let column = declared.iter().find(|column| column.name.eq_ignore_ascii_case(&field.name));
        column.is_some_and(|column| column.is(field.column()))
    })
}

/// Copies the rows with their places into a table that is declared as ours are. What no field knows stays: columns,
/// indexes, triggers.
fn rebuild(tx: &mut Tx<'_>, collection: &Collection, declared: &[catalogue::DeclaredColumn]) -> Result<()> {
    let table = &collection.name;
    let there: Vec<String> = declared.iter().map(|column| column.name.clone()).collect();
    let key = tables::row_key(&there).unwrap_or("rowid");
    let is_there = |field: &Field| there.iter().any(|name| name.eq_ignore_ascii_case(&field.name));
    let known = |name: &str| collection.fields.iter().any(|field| field.name.eq_ignore_ascii_case(name));
    let hanging = attached::of_table(tx, table)?;
    let new = tables::in_between(table);
    let columns: Vec<(&str, Column)> =
        collection.fields.iter().map(|field| (field.name.as_str(), field.column())).collect();
    tx.define(&tables::create_table(&new, &columns))?;
    let mut copied: Vec<Copied> = Vec::new();
    for field in collection.fields.iter().filter(|field| is_there(field)) {
        let values = match values::expected(field) {
            Expected::List => Values::ToList,
            Expected::Single => Values::ToSingle,
            _ => Values::Same,
        };
        copied.push(Copied { name: field.name.clone(), column: field.column(), values: Some(values) });
    }
    for column in declared.iter().filter(|column| !known(&column.name) && !column.generated) {
        tx.define(&tables::add_column_of_others(&new, &column.name, &column.declaration))?;
        copied.push(Copied { name: column.name.clone(), column: Column::Json, values: Some(Values::Same) });
    }
    tx.define(&tables::copy_all_rows(table, &new, key, &copied))?;
    tx.define(&tables::drop_table(table))?;
    tx.define(&tables::rename_table(&new, table))?;
    hanging.iter().try_for_each(|text| tx.define_one(text))
}

/// Puts odd values right.
fn put_right(tx: &mut Tx<'_>, collection: &Collection) -> Result<()> {
    let table = &collection.name;
    let there = catalogue::columns(tx, table)?;
    let key = tables::row_key(&there).unwrap_or("rowid");
    let fields: Vec<&Field> = collection.fields.iter().collect();
    let columns: Vec<(&str, Expected)> =
        fields.iter().map(|field| (field.name.as_str(), values::expected(field))).collect();
    let mut behind = None;
    loop {
        let rows = odd::rows(tx, table, key, &columns, behind, ROWS)?;
        let is_last = rows.len() < ROWS;
        for row in rows {
            behind = Some(row.key);
            let all = fields.iter().zip(&row.values).zip(&row.bytes);
            let changed = all.filter_map(|((field, value), is_bytes)| {
                let right = values::right(field, value);
                (*is_bytes || !right.same(value)).then_some((field.name.as_str(), right))
            });
            let changed: Vec<_> = changed.collect();
            if !changed.is_empty() {
                odd::put_right(tx, table, key, row.key, changed)?;
            }
        }
        if is_last {
            return Ok(());
        }
    }
}
