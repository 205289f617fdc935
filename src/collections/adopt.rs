//! Collections that come with the database of another program of the contract: their rows are read as that one wrote
//! them, and written as ours. Tables are there already; indexes and views are made here. Nothing is published: nobody
//! has the database open yet.

use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use super::publication::Next;
use super::{alteration, apply, stored, view_query, views};
use crate::error::{Error, Result};
use crate::schema::{Collection, CollectionRef, Field, Index, Schema};
use crate::store::{Tx, catalogue, tables};

/// A thing of a collection that does not work, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The collection.
    pub collection: String,
    /// What, as the beginning of a sentence: `the index idx_a does not come:`.
    pub what: String,
    /// Why, as its end.
    pub why: String,
}

/// The collections of a database, in the order of their creation; instead of those that cannot be read as they are,
/// sentences that say why.
///
/// # Errors
/// What the engine says: there is no table of collections.
pub fn read_foreign(tx: &mut Tx<'_>) -> Result<Vec<Result<Collection, Vec<String>>>> {
    let mut found = Vec::new();
    tx.rows(&stored::in_order(), |row| {
        let (name, fields) = (row.get(3).as_text(), row.get(4).as_text());
        let of_fields = field_faults(name, fields);
        found.push(match stored::parse(row) {
            _ if !of_fields.is_empty() => Err(of_fields),
            read => read.map_err(|words| vec![format!("{words}.")]),
        });
        Ok(())
    })?;
    Ok(found)
}

/// What is wrong with the fields of a collection, one by one.
fn field_faults(collection: &str, fields: &str) -> Vec<String> {
    let Ok(fields) = serde_json::from_str::<Vec<Map<String, Json>>>(fields) else { return Vec::new() };
    let mut faults = Vec::new();
    let (mut ids, mut names) = (HashSet::new(), HashSet::new());
    for (at, field) in fields.iter().enumerate() {
        let text = |key: &str| field.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let (id, name) = (text("id"), text("name"));
        let shown = if name.is_empty() { format!("field {}", at + 1) } else { name.clone() };
        if let Err(error) = Field::from_json(field) {
            faults.push(format!(
                "{collection}.{shown} is a field of a kind that is not known here ({error}). Change or remove the field \
                 in PocketBase."
            ));
        }
        if !id.is_empty() && !ids.insert(id.clone()) {
            faults.push(format!("{collection}.{shown} has the id {id}, which another field of the collection has."));
        }
        if !names.insert(name.to_ascii_lowercase()) {
            faults.push(format!("{collection} has two fields {shown}, apart from the case of letters. Rename one."));
        }
    }
    faults
}

/// Writes the rows of all collections into a database that has none.
///
/// # Errors
/// What the engine answers.
pub fn adopt(tx: &mut Tx<'_>, collections: &[CollectionRef]) -> Result<()> {
    collections.iter().try_for_each(|collection| stored::insert(tx, collection))
}

/// Makes the indexes that a collection's table lacks, those of the list and ours; what the engine refuses.
///
/// # Errors
/// What the engine answers beside refusals.
pub fn adopt_indexes(tx: &mut Tx<'_>, collection: &Collection) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    let definition =
        |text: &str| Index::parse(text).map(|index| Index { table: collection.name.clone(), ..index }.definition());
    for expected in alteration::expected_indexes(collection) {
        let there = catalogue::indexes(tx)?;
        let same_name = there.iter().find(|index| index.name.eq_ignore_ascii_case(&expected.name));
        let mut fault = |why: String| {
            let what = format!("the index {} does not come:", expected.name);
            faults.push(Fault { collection: collection.name.clone(), what, why });
        };
        match same_name {
            Some(index) if !index.table.eq_ignore_ascii_case(&collection.name) => {
                fault(format!("{} has an index of that name", index.table));
                continue;
            }
            Some(index) if definition(&index.statement) == definition(&expected.statement) => continue,
            _ => {}
        }
        let made = tx.savepoint(|tx| {
            tx.define(&tables::drop_index(&expected.name))?;
            tx.define_one(&expected.statement)
        });
        match made {
            Ok(()) => {}
            Err(Error::Unique { columns, .. }) if columns.is_empty() => {
                fault("it is unique, and there are records with the same values".to_owned());
            }
            Err(Error::Unique { columns, .. }) => {
                fault(format!("it is unique, and there are records with the same {}", columns.join(", ")));
            }
            Err(Error::Engine(words) | Error::StaleSchema(words)) => fault(words),
            Err(error) => return Err(error),
        }
    }
    Ok(faults)
}

/// Makes the SQL views of all view collections, each once what it reads is there. Those that cannot be read stay as
/// their collections say, and are told.
///
/// # Errors
/// What the engine answers beside refusals.
pub fn adopt_views(tx: &mut Tx<'_>, collections: &[CollectionRef]) -> Result<Vec<Fault>> {
    let (waiting, there): (Vec<_>, Vec<_>) = collections.iter().cloned().partition(|one| one.is_view());
    let mut next = Next::after(&Schema::sharing(0, there));
    let mut waiting: Vec<apply::Saved> =
        waiting.into_iter().map(|view| apply::Saved { old: Some(view.clone()), new: view }).collect();
    let mut faults = Vec::new();
    loop {
        let mut left = Vec::new();
        let before = waiting.len();
        for saved in waiting {
            let schema = next.schema();
            match tx.savepoint(|tx| views::write(tx, &schema, &saved)) {
                Ok(view) => {
                    if !view_query::same(&view.fields, &saved.new.fields) {
                        faults.push(changed(&saved.new, &view));
                    }
                    next.put(view);
                }
                Err(error) if error.is_callers_fault() => left.push((saved, error)),
                Err(error) => return Err(error),
            }
        }
        if left.is_empty() {
            return Ok(faults);
        }
        if left.len() == before {
            for (saved, error) in left {
                let view = &saved.new;
                make_unread(tx, view)?;
                let why = reason(&error);
                let what = "the view comes and cannot be read, since its query is none here:".to_owned();
                faults.push(Fault { collection: view.name.clone(), what, why });
            }
            return Ok(faults);
        }
        waiting = left.into_iter().map(|(saved, _)| saved).collect();
    }
}

/// Makes the view without looking whether it can be read, as its own program left it.
fn make_unread(tx: &mut Tx<'_>, view: &Collection) -> Result<()> {
    let Some(options) = view.view() else { return Ok(()) };
    let query = options.query.trim().trim_end_matches(';');
    match tx.savepoint(|tx| tx.define_one(&tables::create_plain_view(&view.name, query))) {
        // It is no query at all.
        Err(Error::Engine(_) | Error::StaleSchema(_)) => Ok(()),
        made => made,
    }
}

/// That the fields of a view are others here.
fn changed(before: &Collection, after: &Collection) -> Fault {
    let kinds = |of: &Collection| -> Vec<String> {
        of.fields.iter().map(|field| format!("{} ({})", field.name, field.type_name())).collect()
    };
    let (old, new) = (kinds(before), kinds(after));
    let differing: Vec<String> = new.iter().filter(|one| !old.contains(one)).cloned().collect();
    let list = if differing.is_empty() { "their options".to_owned() } else { differing.join(", ") };
    Fault {
        collection: before.name.clone(),
        what: "the fields of the view are found in its query anew, and others than before:".to_owned(),
        why: list,
    }
}

fn reason(error: &Error) -> String {
    match error {
        Error::Invalid(invalid) => {
            let faults = invalid.fields.faults();
            let texts: Vec<&str> = faults.iter().map(|(_, fault)| fault.message.as_str()).collect();
            if texts.is_empty() { invalid.message.to_string() } else { texts.join(" ") }
        }
        error => error.to_string(),
    }
}
