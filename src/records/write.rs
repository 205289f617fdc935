//! A row and its change in the feed, in one transaction; and what an engine's refusal means to the caller.

use std::collections::HashSet;

use super::save::{Draft, Save};
use super::{accounts, cascade, validate};
use crate::changes::{self, Op};
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::files::Files;
use crate::schema::{Collection, FieldKind, Record, Schema};
use crate::store::{Borrowed, Sql, Tx, Value, ValueRef, lists, quoted};
use crate::time;

/// Writes a draft with all its consequences, but for its files, which are then to be handed over with [`settle`]; the
/// record as it is stored. `hashes` are those of its new passwords.
pub(super) fn save(save: &Save, tx: &mut Tx<'_>, draft: &Draft, hashes: Vec<(usize, String)>) -> Result<Record> {
    let failure = save.failure();
    let mut record = draft.record.clone();
    validate::again(tx, &draft.schema, &record, &draft.links, draft.before.is_none(), failure)?;
    let password = record.collection.field_index("password");
    let password_sent = hashes.iter().any(|(at, _)| Some(*at) == password);
    for (at, hash) in hashes {
        record.values[at] = Value::from(hash);
    }
    accounts::complete(&mut record);
    set_dates(&mut record, draft.before.is_none());
    let actor = save.context.actor();
    let written = match &draft.before {
        None => create(save, tx, draft, &record, actor.as_deref()),
        Some(before) => update(save, tx, draft, before, &mut record, password_sent, actor.as_deref()),
    };
    written.map_err(|error| refusal(error, &record.collection, failure))?;
    Ok(record)
}

/// Hands the stored files of a draft over to the record that was written.
pub(super) fn settle(save: &Save, tx: &mut Tx<'_>, draft: &Draft, record: &Record) -> Result<()> {
    let names: Vec<String> = draft.files.iter().map(|file| file.name.clone()).collect();
    save.records.parts.files.settle(tx, &record.collection.id, record.id(), &names)
}

fn create(save: &Save, tx: &mut Tx<'_>, draft: &Draft, record: &Record, actor: Option<&str>) -> Result<()> {
    let layout = save.records.parts.layouts.of(&draft.schema, &record.collection);
    insert_as(tx, &layout.insertion, record)?;
    changes::append(tx, record, Op::Create, actor)?;
    replace_installer(tx, &draft.schema, &save.records.parts.files, record, actor)
}

/// The account that sets up the first superuser goes once there is another one.
pub(super) fn replace_installer(
    tx: &mut Tx<'_>,
    schema: &Schema,
    files: &Files,
    record: &Record,
    actor: Option<&str>,
) -> Result<()> {
    if record.collection.is_superusers()
        && record.text("email") != accounts::INSTALLER_EMAIL
        && let Some(installer) = super::find(tx, &record.collection, "email", accounts::INSTALLER_EMAIL)?
    {
        cascade::delete(tx, schema, files, vec![installer], actor)?;
    }
    Ok(())
}

fn update(
    save: &Save,
    tx: &mut Tx<'_>,
    draft: &Draft,
    before: &Record,
    record: &mut Record,
    password_sent: bool,
    actor: Option<&str>,
) -> Result<()> {
    let files = &save.records.parts.files;
    let mut cleared = Vec::new();
    if record.collection.is_auth() {
        cleared = accounts::consequences(tx, &draft.schema, before, record, password_sent)?;
    }
    change(tx, before, record)?;
    changes::append(tx, record, Op::Update(before), actor)?;
    for support in cleared {
        cascade::clear_support(tx, &draft.schema, files, support, before, actor)?;
    }
    files.drop_names(tx, &record.collection.id, record.id(), dropped_files(before, record))
}

/// Sets the dates that the server sets.
pub(super) fn set_dates(record: &mut Record, creating: bool) {
    let now = time::now_text();
    for (field, value) in record.collection.fields.iter().zip(&mut record.values) {
        if let FieldKind::Autodate(options) = &field.kind
            && if creating { options.on_create } else { options.on_update }
        {
            *value = Value::from(now.as_str());
        }
    }
}

pub(super) fn insert(tx: &mut Tx<'_>, record: &Record) -> Result<()> {
    insert_as(tx, &insertion(&record.collection), record)
}

/// The statement that adds a row to a collection's table.
pub(super) fn insertion(collection: &Collection) -> String {
    let mut text = format!("INSERT INTO {} (", quoted(&collection.name));
    for (at, field) in collection.fields.iter().enumerate() {
        text.push_str(if at == 0 { "" } else { ", " });
        text.push_str(&quoted(&field.name));
    }
    text.push_str(") VALUES (");
    for at in 0..collection.fields.len() {
        text.push_str(if at == 0 { "?" } else { ", ?" });
    }
    text.push(')');
    text
}

/// Adds a row with the statement of its collection.
pub(super) fn insert_as(tx: &mut Tx<'_>, insertion: &str, record: &Record) -> Result<()> {
    let values: Vec<ValueRef<'_>> = record.values.iter().map(Value::borrow).collect();
    tx.execute(Borrowed(insertion, &values))?;
    Ok(())
}

/// Writes the columns that differ.
pub(super) fn change(tx: &mut Tx<'_>, before: &Record, record: &Record) -> Result<()> {
    let mut text = format!("UPDATE {}", quoted(&record.collection.name));
    let mut values = Vec::new();
    for ((field, old), new) in record.collection.fields.iter().zip(&before.values).zip(&record.values) {
        if !old.same(new) {
            text.push_str(if values.is_empty() { " SET " } else { ", " });
            text.push_str(&quoted(&field.name));
            text.push_str(" = ?");
            values.push(new.borrow());
        }
    }
    if values.is_empty() {
        return Ok(());
    }
    text.push_str(r#" WHERE "id" = ?"#);
    values.push(ValueRef::Text(before.id()));
    tx.execute(Borrowed(&text, &values))?;
    Ok(())
}

/// Removes rows.
pub(super) fn remove(tx: &mut Tx<'_>, collection: &Collection, ids: &[&str]) -> Result<()> {
    let mut sql = Sql::raw("DELETE FROM ");
    sql.name(&collection.name).push(" WHERE ");
    match ids {
        [id] => _ = sql.push(r#""id" = "#).bind(*id),
        ids => lists::push_is_one(&mut sql, "id", ids),
    }
    tx.execute(&sql)?;
    Ok(())
}

/// The names in a record's file fields.
pub(super) fn files_of(record: &Record) -> Vec<String> {
    let fields = record.collection.fields.iter().zip(&record.values);
    let files = fields.filter(|(field, _)| matches!(field.kind, FieldKind::File(_)));
    files.flat_map(|(field, value)| field.elements(value.borrow())).collect()
}

fn dropped_files(before: &Record, record: &Record) -> Vec<String> {
    let kept: HashSet<String> = files_of(record).into_iter().collect();
    files_of(before).into_iter().filter(|name| !kept.contains(name)).collect()
}

/// What a failed write means to the caller. An index refuses all its fields; a refusal that names none is told as a
/// whole.
pub(super) fn refusal(error: Error, collection: &Collection, failure: &'static str) -> Error {
    match error {
        Error::Unique { columns, table } if table.is_empty() || table.eq_ignore_ascii_case(&collection.name) => {
            let mut errors = FieldErrors::new();
            for column in columns.iter().filter(|column| collection.field(column).is_some()) {
                let fault = if column == "id" {
                    validate::taken_id(collection)
                } else {
                    Fault::new("validation_not_unique", "Value must be unique.")
                };
                errors.add(column.as_str(), fault);
            }
            Error::invalid(failure, errors)
        }
        Error::Unique { .. } => Error::bad_request(failure),
        Error::Engine(text) => {
            tracing::warn!(text, collection = collection.name, "a write was refused by the engine");
            Error::bad_request(failure)
        }
        other => other,
    }
}
