//! What is asked of the collections of a source: whether they can be read, have tables, and would work here.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::look::Plan;
use super::tables;
use crate::collections::{self, Fault, Judgement};
use crate::error::{Error, Result};
use crate::schema::{Collection, CollectionRef, Index, Schema, system};
use crate::store::{Tx, attached, catalogue};

/// How long the trial without records may take.
const TRIAL: Duration = Duration::from_secs(120);

/// What the names of our own tables begin with.
const OURS: &str = "_tb_";

/// Faults of a collection with which it could not be served at all.
const OBSTACLES: [&str; 8] = [
    "validation_collection_name_exists",
    "validation_collection_name_invalid",
    "validation_missing_primary_key",
    "validation_missing_password_field",
    "validation_missing_tokenKey_field",
    "validation_missing_email_field",
    "validation_missing_emailVisibility_field",
    "validation_missing_verified_field",
];

/// Reads the collections, and finds all that is wrong with them; beside them the names of those that have no table.
pub(super) fn read(tx: &mut Tx<'_>, plan: &mut Plan) -> Result<(Vec<CollectionRef>, HashSet<String>)> {
    let mut found: Vec<CollectionRef> = Vec::new();
    for read in collections::read_foreign(tx)? {
        match read {
            Ok(collection) => found.push(CollectionRef::new(pointed_here(collection))),
            Err(sentences) => plan.obstacles.extend(sentences),
        }
    }
    refuse_missing(&found, plan);
    let unreadable = !plan.obstacles.is_empty();
    refuse_repeated(&found, plan);
    let without_table = look_at_tables(tx, &found, plan)?;
    // Where some cannot be read, the others may speak of them.
    if !unreadable {
        collections::judge(&found).iter().for_each(|judgement| tell(judgement, plan));
    }
    if plan.obstacles.is_empty() {
        try_out(tx, &found, plan)?;
    }
    Ok((found, without_table))
}

/// Indexes of a collection that was renamed may name the table as it was called then.
fn pointed_here(mut collection: Collection) -> Collection {
    for text in &mut collection.indexes {
        if let Some(mut index) = Index::parse(text)
            && !index.table.eq_ignore_ascii_case(&collection.name)
        {
            index.table.clone_from(&collection.name);
            *text = index.build();
        }
    }
    collection
}

/// Without the collections of the system nobody could sign in.
fn refuse_missing(found: &[CollectionRef], plan: &mut Plan) {
    let schema = Schema::sharing(0, found.to_vec());
    for needed in system::system_collections().into_iter().filter(|needed| needed.system) {
        let there = schema.by_name(&needed.name).filter(|there| there.type_name() == needed.type_name());
        if there.is_none() && !plan.obstacles.iter().any(|sentence| sentence.starts_with(&needed.name)) {
            plan.obstacles.push(format!(
                "The system collection {} is missing. Start PocketBase once on a copy of the directory, which makes it, \
                 and import the copy.",
                needed.name
            ));
        }
    }
}

fn refuse_repeated(found: &[CollectionRef], plan: &mut Plan) {
    let mut names: HashMap<String, &str> = HashMap::new();
    for collection in found {
        if let Some(other) = names.insert(collection.name.to_ascii_lowercase(), &collection.name) {
            let name = &collection.name;
            plan.obstacles.push(format!("Two collections are called {other} and {name}. Rename one in PocketBase."));
        }
    }
}

/// Whether tables are what the collections say, and what else there is; the names of the collections without one.
fn look_at_tables(tx: &mut Tx<'_>, found: &[CollectionRef], plan: &mut Plan) -> Result<HashSet<String>> {
    let there = catalogue::tables(tx)?;
    let mut without = HashSet::new();
    for collection in found.iter().filter(|collection| !collection.is_view()) {
        let name = &collection.name;
        if !there.iter().any(|table| !table.view && table.name.eq_ignore_ascii_case(name)) {
            plan.obstacles.push(format!(
                "The collection {name} has no table in the database. Remove the collection in PocketBase."
            ));
        } else if !catalogue::has_row_numbers(tx, name)? {
            plan.obstacles.push(format!(
                "The table of the collection {name} was made by another program in a way that records cannot be kept \
                 in (it is virtual, or has no row numbers). Copy its rows into a new collection."
            ));
        } else {
            look_at_table(tx, collection, plan)?;
            continue;
        }
        without.insert(name.clone());
    }
    let known = |name: &str| {
        let internal = ["_collections", "_params", "_migrations"].contains(&name);
        internal || found.iter().any(|collection| collection.name.eq_ignore_ascii_case(name))
    };
    for other in there.iter().filter(|table| !known(&table.name)) {
        let name = &other.name;
        if name.to_ascii_lowercase().starts_with(OURS) {
            plan.obstacles.push(format!("The table {name} has a name that tables of Tuckbox have. Rename it."));
        } else if other.view {
            plan.notes.push(format!("{name}: a view that no collection knows; it does not come."));
        } else {
            plan.notes.push(format!("{name}: a table that no collection knows; it comes along as it is."));
        }
    }
    Ok(without)
}

fn look_at_table(tx: &mut Tx<'_>, collection: &Collection, plan: &mut Plan) -> Result<()> {
    let name = &collection.name;
    let rebuilt = !tables::is_in_shape(collection, &catalogue::declared(tx, name)?);
    for column in catalogue::declared(tx, name)? {
        if collection.fields.iter().any(|field| field.name.eq_ignore_ascii_case(&column.name)) {
            continue;
        }
        let what = match column.generated && rebuilt {
            true => "a computed column that no field knows; it does not come",
            false => "a column that no field knows; it comes along as it is",
        };
        plan.notes.push(format!("{name}.{}: {what}.", column.name));
    }
    for trigger in attached::triggers(tx, name)? {
        plan.notes.push(format!("{name}: the trigger {trigger} comes along, and runs here too."));
    }
    Ok(())
}

/// What is wrong with a collection, as an obstacle or as a note.
fn tell(judgement: &Judgement, plan: &mut Plan) {
    let Judgement { collection, path, field, message, .. } = judgement;
    let message = message.trim_end_matches('.');
    let (place, option) = match field {
        Some(field) => (format!("{collection}.{field}"), path.rsplit('.').next().unwrap_or(path)),
        None => (collection.clone(), path.as_str()),
    };
    if OBSTACLES.contains(&judgement.code) {
        // Said already, with both names.
        if judgement.code != "validation_collection_name_exists" {
            plan.obstacles.push(format!("{place}: {message}. Put it right in PocketBase."));
        }
        return;
    }
    plan.notes.push(match judgement.is_rule {
        true => {
            format!("{place}: the rule {path} comes and cannot be used, so that it admits superusers alone: {message}.")
        }
        false => format!(
            "{place}: {option} comes as it is, and the collection cannot be saved until it is changed: {message}."
        ),
    });
}

/// Does with the tables, without their records, what the take-over is going to do.
fn try_out(tx: &mut Tx<'_>, found: &[CollectionRef], plan: &mut Plan) -> Result<()> {
    let tried = tx.rehearse(&[], TRIAL, |tx| {
        attached::rename_whatever_speaks_of_it(tx)?;
        for view in attached::views(tx)? {
            view.set_aside(tx)?;
        }
        let mut faults = Vec::new();
        for collection in found.iter().filter(|collection| !collection.is_view()) {
            match tables::shape(tx, collection, true) {
                Err(Error::Engine(why) | Error::StaleSchema(why)) => {
                    faults.push(Err(format!("The table of {} cannot be taken over: {why}.", collection.name)));
                }
                shaped => {
                    shaped?;
                    faults.extend(collections::adopt_indexes(tx, collection)?.into_iter().map(Ok));
                }
            }
        }
        faults.extend(collections::adopt_views(tx, found)?.into_iter().map(Ok));
        Ok(faults)
    });
    for fault in tried?.0 {
        match fault {
            Ok(fault) => plan.notes.push(sentence(&fault)),
            Err(obstacle) => plan.obstacles.push(obstacle),
        }
    }
    Ok(())
}

/// A fault of a collection, in a sentence.
pub(super) fn sentence(fault: &Fault) -> String {
    let Fault { collection, what, why } = fault;
    format!("{collection}: {what} {}.", why.trim_end_matches('.'))
}
