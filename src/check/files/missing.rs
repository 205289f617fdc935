//! Names of files that are not there.

use super::file_fields;
use crate::check::{Finding, Tally};
use crate::error::{Error, Result};
use crate::records;
use crate::schema::CollectionRef;
use crate::store::{Sql, Store, Tx};

/// How many records without a file are asked for again at once.
const AT_ONCE: usize = 500;

/// The files that records of a collection name and that are not there, field by field. `exists` is asked for the id of a
/// record and a name.
pub(super) fn look(
    tx: &mut Tx<'_>,
    collection: &CollectionRef,
    store: &Store,
    exists: impl Fn(&str, &str) -> bool,
) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for at in file_fields(collection) {
        let field = &collection.fields[at];
        let mut query = Sql::raw("SELECT ");
        query.column(&collection.name, "id").push(", ").column(&collection.name, &field.name);
        query.push(" FROM ").name(&collection.name);
        let mut tally = Tally::default();
        let mut doubtful = Vec::new();
        tx.rows(&query, |row| {
            let id = row.get(0).as_text();
            for name in field.elements(row.get(1)) {
                if !exists(id, &name) {
                    doubtful.push((id.to_owned(), name));
                }
            }
            if doubtful.len() >= AT_ONCE {
                confirm(store, collection, at, std::mem::take(&mut doubtful), &mut tally)?;
            }
            Ok(())
        })?;
        confirm(store, collection, at, doubtful, &mut tally)?;
        found.extend(tally.finding(format!("{}.{}", collection.name, field.name), "names of files that are not there"));
    }
    Ok(found)
}

/// Counts what the newest state of the database still names.
fn confirm(
    store: &Store,
    collection: &CollectionRef,
    at: usize,
    doubtful: Vec<(String, String)>,
    tally: &mut Tally,
) -> Result<()> {
    if doubtful.is_empty() {
        return Ok(());
    }
    let asked = store.read_here(|tx| {
        for (id, name) in &doubtful {
            let record = records::load(tx, collection, id)?;
            if record.is_some_and(|record| collection.fields[at].elements(record.values[at].borrow()).contains(name)) {
                tally.add(|| format!("{}/{id}/{name}", collection.id));
            }
        }
        Ok(())
    });
    match asked {
        // The collection changed meanwhile; the next check will tell.
        Err(Error::StaleSchema(_)) => Ok(()),
        asked => asked,
    }
}
