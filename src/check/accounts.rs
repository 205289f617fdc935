//! Does what belongs to accounts have an account, and is each id the only one among all accounts?

use std::sync::Arc;

use super::{BATCH, Finding, Repair, World, again, ids_of, tally};
use crate::error::Result;
use crate::files::Files;
use crate::records;
use crate::schema::Collection;
use crate::store::{Sql, Store, Tx, WriteLane};

pub(super) fn look(tx: &mut Tx<'_>, world: &World) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for support in support(world) {
        let finding = tally(tx, &orphans(world, support))?.finding(&support.name, "rows whose account is gone");
        found.extend(finding.map(|finding| finding.with(Repair::Accounts)));
    }
    let auth: Vec<_> = world.whole.iter().filter(|collection| collection.is_auth()).collect();
    for (at, one) in auth.iter().enumerate() {
        for other in &auth[at + 1..] {
            let problem = "ids that both collections have; tokens of one cannot be told from those of the other";
            let subject = format!("{} and {}", one.name, other.name);
            found.extend(tally(tx, &shared(one, other))?.finding(subject, problem));
        }
    }
    Ok(found)
}

/// The collections whose rows belong to accounts.
fn support(world: &World) -> impl Iterator<Item = &Collection> {
    let named = records::SUPPORT.iter().filter_map(|name| world.schema.by_name(name));
    named.filter_map(|collection| world.whole(&collection.id)).map(AsRef::as_ref)
}

/// Asks for the rows whose account is gone, or whose collection has none.
fn orphans(world: &World, support: &Collection) -> Sql {
    let mut query = Sql::raw("SELECT ");
    query.column(&support.name, "id").push(" FROM ").name(&support.name).push(" WHERE ");
    query.column(&support.name, "id").push(" <> ''");
    for auth in world.whole.iter().filter(|collection| collection.is_auth()) {
        query.push(" AND NOT (").column(&support.name, "collectionRef").push(" = ").bind(auth.id.as_str());
        query.push(" AND EXISTS (SELECT 1 FROM ").name(&auth.name).push(" AS ").name("account").push(" WHERE ");
        query.column("account", "id").push(" = ").column(&support.name, "recordRef").push("))");
    }
    query
}

fn shared(one: &Collection, other: &Collection) -> Sql {
    let mut query = Sql::raw("SELECT ");
    query.column(&one.name, "id").push(" FROM ").name(&one.name);
    query.push(" WHERE EXISTS (SELECT 1 FROM ").name(&other.name).push(" AS ").name("other").push(" WHERE ");
    query.column("other", "id").push(" = ").column(&one.name, "id").push(")");
    query
}

/// Removes rows whose account is gone: ordinary deletes, some hundred in a transaction.
pub(super) async fn remove(store: &Store, files: &Files, world: &Arc<World>) -> Result<Vec<String>> {
    let mut done = Vec::new();
    for support in support(world) {
        let mut removed = 0;
        loop {
            let (id, files, known) = (support.id.clone(), files.clone(), Arc::clone(world));
            let step = store.write(WriteLane::Exclusive, move |tx| remove_some(tx, &known, &id, &files)).await?;
            if step == 0 {
                break;
            }
            removed += step;
        }
        if removed > 0 {
            done.push(format!("{}: {removed} rows whose account is gone were removed.", support.name));
        }
    }
    Ok(done)
}

/// The query runs in the transaction of the deletes, so that an account made meanwhile counts.
fn remove_some(tx: &mut Tx<'_>, known: &World, id: &str, files: &Files) -> Result<usize> {
    let (schema, support) = again(tx, id)?;
    let world = World::read(tx, known.progress.clone())?;
    let mut removed = 0;
    for id in ids_of(tx, &orphans(&world, &support), BATCH)? {
        if let Some(row) = records::load(tx, &support, &id)? {
            records::delete_within(tx, &schema, files, &row, None)?;
            removed += 1;
        }
    }
    Ok(removed)
}
