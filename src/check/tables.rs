//! Are tables, columns and indexes what the collections say? What no collection knows is reported and never touched.

use std::collections::HashSet;

use super::{Finding, Repair, World, again};
use crate::collections::{ExpectedIndex, expected_indexes};
use crate::error::{Error, Result};
use crate::schema::{Collection, Index};
use crate::store::catalogue::{self, IndexEntry, TableEntry};
use crate::store::{Store, Tx, WriteLane, tables};

/// Tables that are nobody's collection. `_migrations` comes with a PocketBase directory that was taken over.
fn is_ours(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("_tb_") || ["_collections", "_params", "_migrations"].contains(&name.as_str())
}

pub(super) fn look(tx: &mut Tx<'_>, world: &World) -> Result<Vec<Finding>> {
    let tables = catalogue::tables(tx)?;
    let indexes = catalogue::indexes(tx)?;
    let mut found = Vec::new();
    for collection in world.schema.all() {
        look_at(tx, collection, &tables, &indexes, &mut found)?;
    }
    for table in tables.iter().filter(|table| !is_ours(&table.name) && world.schema.by_name(&table.name).is_none()) {
        let what = if table.view { "a view" } else { "a table" };
        found.push(Finding::one(&table.name, format!("{what} that no collection knows")));
    }
    Ok(found)
}

fn look_at(
    tx: &mut Tx<'_>,
    collection: &Collection,
    tables: &[TableEntry],
    indexes: &[IndexEntry],
    found: &mut Vec<Finding>,
) -> Result<()> {
    let name = &collection.name;
    let what = if collection.is_view() { "view" } else { "table" };
    match tables.iter().find(|table| table.name.eq_ignore_ascii_case(name)) {
        Some(table) if table.view != collection.is_view() => {
            found.push(Finding::one(name, format!("should be a {what}, and is none")));
            return Ok(());
        }
        Some(_) => {}
        None => {
            found.push(Finding::one(name, format!("the {what} of the collection is missing")));
            return Ok(());
        }
    }
    let columns = match catalogue::columns(tx, name) {
        Ok(columns) => columns,
        Err(Error::Engine(words) | Error::StaleSchema(words)) => {
            found.push(Finding::one(name, format!("the {what} cannot be read: {words}")));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    for field in &collection.fields {
        if !columns.iter().any(|column| column.eq_ignore_ascii_case(&field.name)) {
            found.push(Finding::one(format!("{name}.{}", field.name), "the column of the field is missing"));
        }
    }
    for column in &columns {
        if !collection.fields.iter().any(|field| field.name.eq_ignore_ascii_case(column)) {
            found.push(Finding::one(format!("{name}.{column}"), "a column that no field knows"));
        }
    }
    if !collection.is_view() {
        let expected = expected_indexes(collection);
        for index in &expected {
            if let Some(problem) = problem_of(index, indexes, name) {
                found.push(Finding::one(format!("{name} ({})", index.name), problem).with(Repair::Indexes));
            }
        }
        let known: HashSet<String> = expected.iter().map(|index| index.name.to_ascii_lowercase()).collect();
        let on_it = indexes.iter().filter(|index| index.table.eq_ignore_ascii_case(name));
        for index in on_it.filter(|index| !known.contains(&index.name.to_ascii_lowercase())) {
            found.push(Finding::one(format!("{name} ({})", index.name), "an index that the collection does not know"));
        }
    }
    Ok(())
}

/// What is wrong with an index of a table.
fn problem_of(expected: &ExpectedIndex, indexes: &[IndexEntry], table: &str) -> Option<&'static str> {
    let Some(there) = indexes.iter().find(|index| index.name.eq_ignore_ascii_case(&expected.name)) else {
        return Some("the index is missing");
    };
    if !there.table.eq_ignore_ascii_case(table) {
        return Some("the index is on another table");
    }
    let definition =
        |text: &str| Index::parse(text).map(|index| Index { table: table.to_owned(), ..index }.definition());
    (definition(&there.statement) != definition(&expected.statement)).then_some("the index is another one")
}

/// Makes indexes anew that are missing or others than they should be. One that the records forbid is told, and keeps
/// no other from being made.
pub(super) async fn make_indexes(store: &Store, world: &World) -> Result<Vec<String>> {
    let mut done = Vec::new();
    for collection in &world.whole {
        world.tell(&format!("indexes of {}", collection.name));
        let id = collection.id.clone();
        done.extend(store.write(WriteLane::Exclusive, move |tx| make_indexes_of(tx, &id)).await?);
    }
    Ok(done)
}

fn make_indexes_of(tx: &mut Tx<'_>, id: &str) -> Result<Vec<String>> {
    let (_, collection) = again(tx, id)?;
    let name = &collection.name;
    let mut done = Vec::new();
    for expected in expected_indexes(&collection) {
        let there = catalogue::indexes(tx)?;
        let Some(problem) = problem_of(&expected, &there, name) else { continue };
        let index = &expected.name;
        if problem == "the index is on another table" {
            done.push(format!("The index {index} of {name} was not made: another table has one of that name."));
            continue;
        }
        let made = tx.savepoint(|tx| {
            tx.define_one(&tables::drop_index(index))?;
            tx.define_one(&expected.statement)
        });
        match made {
            Ok(()) => done.push(format!("The index {index} of {name} was made anew.")),
            Err(Error::Unique { columns, .. }) => done.push(format!(
                "The index {index} of {name} was not made: it is unique, and there are records with the same {}.",
                if columns.is_empty() { "values".to_owned() } else { columns.join(", ") }
            )),
            Err(Error::Engine(words) | Error::StaleSchema(words)) => {
                done.push(format!("The index {index} of {name} was not made: {words}."));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}
