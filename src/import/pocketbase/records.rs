//! What is asked of the records of a source: ids, values that a field of their type does not have, and whether the
//! files that they name are there.

use std::path::Path;

use super::look::Plan;
use super::values;
use crate::error::Result;
use crate::schema::{Collection, Field, FieldKind};
use crate::store::odd::{self, Expected};
use crate::store::{Sql, Tx, Value, catalogue, tables};

/// How many odd rows are read at once.
const ROWS: usize = 1000;
/// For how many files a bucket is asked.
const ASKED: usize = 20;
/// How many records are named.
const NAMED: usize = 3;

/// Values of one field that are not as they should be.
#[derive(Default)]
struct Odd {
    /// How many are put into the form of the field.
    formed: u64,
    /// How many mean nothing in it.
    lost: u64,
    /// Some of the records.
    records: Vec<String>,
}

/// Looks at the records of a collection; whether some have odd values. `storage` is where its files lie, if they do on
/// the disk.
pub(super) fn look(tx: &mut Tx<'_>, collection: &Collection, storage: Option<&Path>, plan: &mut Plan) -> Result<bool> {
    let odd = look_at_values(tx, collection, plan)?;
    look_at_files(tx, collection, storage, plan)?;
    Ok(odd)
}

fn look_at_values(tx: &mut Tx<'_>, collection: &Collection, plan: &mut Plan) -> Result<bool> {
    let table = &collection.name;
    let there = catalogue::columns(tx, table)?;
    let key = tables::row_key(&there).unwrap_or("rowid");
    let known = |field: &&Field| there.iter().any(|column| column.eq_ignore_ascii_case(&field.name));
    let fields: Vec<&Field> = collection.fields.iter().filter(known).collect();
    let columns: Vec<(&str, Expected)> =
        fields.iter().map(|field| (field.name.as_str(), values::expected(field))).collect();
    let id = columns.iter().position(|(_, expected)| *expected == Expected::Id).unwrap_or(0);
    let mut found: Vec<Odd> = fields.iter().map(|_| Odd::default()).collect();
    let (mut behind, mut without_id) = (None, 0_u64);
    loop {
        let rows = odd::rows(tx, table, key, &columns, behind, ROWS)?;
        let is_last = rows.len() < ROWS;
        for row in rows {
            behind = Some(row.key);
            without_id += u64::from(row.values[id].as_text().is_empty());
            for ((field, value), odd) in fields.iter().zip(&row.values).zip(&mut found) {
                odd.see(field, value, row.values[id].as_text());
            }
        }
        if is_last {
            break;
        }
    }
    if without_id > 0 {
        plan.obstacles.push(format!(
            "{table}: {without_id} records have no id, so that PocketBase cannot open them either. Remove them from the \
             database (DELETE FROM \"{table}\" WHERE coalesce(id, '') = ''), or give them ids."
        ));
    }
    for (field, odd) in fields.iter().zip(found) {
        odd.tell(table, field, plan);
    }
    Ok(behind.is_some())
}

impl Odd {
    fn see(&mut self, field: &Field, value: &Value, record: &str) {
        // Nothing and empty are the same.
        if matches!(value, Value::Null) || value.as_text().is_empty() && matches!(value, Value::Text(_)) {
            return;
        }
        let right = values::right(field, value);
        if right.same(value) {
            return;
        }
        match values::is_lost(field, value, &right) {
            true => {
                self.lost += 1;
                if self.records.len() < NAMED {
                    self.records.push(record.to_owned());
                }
            }
            false => self.formed += 1,
        }
    }

    fn tell(self, table: &str, field: &Field, plan: &mut Plan) {
        let (name, kind) = (&field.name, field.type_name());
        let values = |count: u64| if count == 1 { "1 value".to_owned() } else { format!("{count} values") };
        if self.formed > 0 {
            let count = values(self.formed);
            plan.notes
                .push(format!("{table}.{name}: {count} put into the form of a {kind} field; they mean the same."));
        }
        if self.lost > 0 {
            let more = if self.lost > self.records.len() as u64 { ", …" } else { "" };
            plan.notes.push(format!(
                "{table}.{name}: {} not all of which a {kind} field can hold; the API shows what it showed before \
                 (records {}{more}).",
                values(self.lost),
                self.records.join(", ")
            ));
        }
    }
}

/// Files that records name in one field and that are not there.
#[derive(Default)]
struct Missing {
    count: u64,
    names: Vec<String>,
}

/// Whether the files are there that records name; where they lie in a bucket, some of them are remembered.
fn look_at_files(tx: &mut Tx<'_>, collection: &Collection, storage: Option<&Path>, plan: &mut Plan) -> Result<()> {
    let there = catalogue::columns(tx, &collection.name)?;
    let known = |field: &&Field| there.iter().any(|column| column.eq_ignore_ascii_case(&field.name));
    let of_files = |field: &&Field| matches!(field.kind, FieldKind::File(_));
    let fields: Vec<&Field> = collection.fields.iter().filter(of_files).filter(known).collect();
    if fields.is_empty() {
        return Ok(());
    }
    let mut query = Sql::raw("SELECT \"id\"");
    for field in &fields {
        query.push(", ").name(&field.name);
    }
    query.push(" FROM ").name(&collection.name);
    if storage.is_none() {
        query.push(&format!(" LIMIT {ASKED}"));
    }
    let mut missing: Vec<Missing> = fields.iter().map(|_| Missing::default()).collect();
    tx.rows(&query, |row| {
        let record = row.get(0).as_text();
        for (at, (field, missing)) in fields.iter().zip(&mut missing).enumerate() {
            let value = values::right(field, &row.get(at + 1).to_value());
            for name in field.elements(value.borrow()) {
                match storage {
                    Some(storage) => missing.see(&storage.join(&collection.id), record, &name),
                    None if plan.some_files.len() < ASKED => {
                        plan.some_files.push((collection.id.clone(), record.to_owned(), name));
                    }
                    None => {}
                }
            }
        }
        Ok(())
    })?;
    for (field, Missing { count, names }) in fields.iter().zip(missing).filter(|(_, missing)| missing.count > 0) {
        let more = if count > names.len() as u64 { ", …" } else { "" };
        plan.notes.push(format!(
            "{}.{}: {count} files that records name are not in the storage ({}{more}); the names come.",
            collection.name,
            field.name,
            names.join(", ")
        ));
    }
    Ok(())
}

impl Missing {
    fn see(&mut self, folder: &Path, record: &str, name: &str) {
        if folder.join(record).join(name).is_file() {
            return;
        }
        self.count += 1;
        if self.names.len() < NAMED {
            self.names.push(format!("{record}/{name}"));
        }
    }
}
