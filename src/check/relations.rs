//! Do relations point to records? The repair takes ids that do not out of their fields.

use super::{BATCH, Finding, Repair, Tally, World, again, ids_of};
use crate::error::Result;
use crate::records;
use crate::schema::{Collection, FieldKind};
use crate::store::expression::{self, column};
use crate::store::{Sql, Store, Tx, WriteLane};

/// A relation field and where it points, as far as both can be asked.
struct Relation<'w> {
    collection: &'w Collection,
    at: usize,
    target: &'w Collection,
}

fn relations(world: &World) -> impl Iterator<Item = Relation<'_>> {
    world.whole.iter().flat_map(move |collection| {
        let fields = collection.fields.iter().enumerate();
        fields.filter_map(move |(at, field)| match &field.kind {
            FieldKind::Relation(options) => {
                let target = world.whole(&options.collection_id)?;
                Some(Relation { collection, at, target })
            }
            _ => None,
        })
    })
}

impl Relation<'_> {
    fn subject(&self) -> String {
        format!("{}.{}", self.collection.name, self.collection.fields[self.at].name)
    }

    /// Asks for each id that points to nothing: the record that holds it, and the id.
    fn dangling(&self) -> Sql {
        let (name, field) = (&self.collection.name, &self.collection.fields[self.at]);
        let mut query = Sql::raw("SELECT ");
        query.column(name, "id");
        if field.is_multiple() {
            let value = column("element", expression::ELEMENT);
            query.push(", ").push(&value).push(" FROM ").name(name).push(" ").push(expression::JOIN_IN_ORDER).push(" ");
            query.push(&expression::elements(&column(name, &field.name))).push(" AS ").name("element");
            query.push(" WHERE ").push(&value).push(" <> '' AND ");
            self.push_nobody(&mut query, &value);
        } else {
            let value = column(name, &field.name);
            query.push(", ").push(&value).push(" FROM ").name(name);
            query.push(" WHERE ").push(&value).push(" <> '' AND ");
            self.push_nobody(&mut query, &value);
        }
        query
    }

    fn push_nobody(&self, query: &mut Sql, value: &str) {
        query.push("NOT EXISTS (SELECT 1 FROM ").name(&self.target.name).push(" AS ").name("there");
        query.push(" WHERE ").column("there", "id").push(" = ").push(value).push(")");
    }
}

pub(super) fn look(tx: &mut Tx<'_>, world: &World) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for relation in relations(world) {
        world.tell(&format!("relations: {}", relation.subject()));
        let mut tally = Tally::default();
        tx.rows(&relation.dangling(), |row| {
            tally.add(|| format!("{} → {}", row.get(0).as_text(), row.get(1).as_text()));
            Ok(())
        })?;
        let problem = format!("ids of records that {} has not", relation.target.name);
        found.extend(tally.finding(relation.subject(), problem).map(|finding| finding.with(Repair::Relations)));
    }
    for collection in world.schema.all() {
        for field in &collection.fields {
            if let FieldKind::Relation(options) = &field.kind
                && world.schema.by_id(&options.collection_id).is_none()
            {
                let subject = format!("{}.{}", collection.name, field.name);
                found.push(Finding::one(
                    subject,
                    format!("points to the collection {}, which is gone", options.collection_id),
                ));
            }
        }
    }
    Ok(found)
}

/// Takes the ids out: ordinary updates, some hundred in a transaction.
pub(super) async fn empty(store: &Store, world: &World) -> Result<Vec<String>> {
    let mut done = Vec::new();
    for relation in relations(world) {
        world.tell(&format!("relations: {}", relation.subject()));
        let mut dropped = 0;
        let mut last = String::new();
        loop {
            let ids = page(store, &relation, &last).await?;
            let Some(newest) = ids.last() else { break };
            last.clone_from(newest);
            let (collection, target) = (relation.collection.id.clone(), relation.target.id.clone());
            let field = relation.collection.fields[relation.at].id.clone();
            let write = move |tx: &mut Tx<'_>| drop_from(tx, &collection, &field, &target, &ids);
            dropped += store.write(WriteLane::Exclusive, write).await?;
        }
        if dropped > 0 {
            done.push(format!("{}: {dropped} ids that pointed to nothing were taken out.", relation.subject()));
        }
    }
    Ok(done)
}

/// The next records with ids that point to nothing, behind one.
async fn page(store: &Store, relation: &Relation<'_>, last: &str) -> Result<Vec<String>> {
    let mut query = relation.dangling();
    let id = column(&relation.collection.name, "id");
    query.push(" AND ").push(&id).push(" > ").bind(last).push(" ORDER BY ").push(&id);
    let mut ids = store.read_apart(super::TIME, move |tx| ids_of(tx, &query, BATCH)).await?;
    ids.dedup();
    Ok(ids)
}

fn drop_from(tx: &mut Tx<'_>, collection: &str, field: &str, target: &str, ids: &[String]) -> Result<usize> {
    let (schema, collection) = again(tx, collection)?;
    let at = collection.fields.iter().position(|there| {
        there.id == field && matches!(&there.kind, FieldKind::Relation(options) if options.collection_id == target)
    });
    // Where the field points elsewhere by now, nothing is known of its ids.
    let (Some(at), Some(target)) = (at, schema.by_id(target)) else { return Ok(0) };
    let mut dropped = 0;
    for id in ids {
        dropped += records::drop_dangling(tx, &collection, at, target, id)?;
    }
    Ok(dropped)
}
