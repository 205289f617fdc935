//! Records as they were: the current row, with what the feed says of later changes undone.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::{Map, Value as Json};

use super::{Change, of_records};
use crate::error::Result;
use crate::schema::{CollectionRef, Record, Schema};
use crate::store::{Tx, Value};

/// The record that each of some changes tells of, by the change's number: as it was after a create or an update, before
/// a delete. The changes are a stretch of the feed, or what is wanted of one; `load` reads the current row. Changes of
/// collections that are gone tell of nothing, and what no longer fits to a collection's fields is left out.
///
/// # Errors
/// What the engine says.
pub fn states(
    tx: &mut Tx<'_>,
    schema: &Schema,
    changes: &[&Change],
    load: impl Fn(&mut Tx<'_>, &CollectionRef, &str) -> Result<Option<Record>>,
) -> Result<HashMap<i64, Record>> {
    let Some(last) = changes.last() else { return Ok(HashMap::new()) };
    let mut ids: Vec<&str> = changes.iter().map(|change| change.record.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut states: HashMap<&str, HashMap<&str, (&CollectionRef, Option<Record>)>> = HashMap::new();
    for change in changes {
        let Some(collection) = schema.by_id(&change.collection) else { continue };
        if let Entry::Vacant(place) = states.entry(&collection.id).or_default().entry(&change.record) {
            place.insert((collection, load(tx, collection, &change.record)?));
        }
    }
    // From now backwards, so that of all later changes one at a time is held.
    of_records(tx, last.seq, &ids, |later| {
        let state = states.get_mut(later.collection.as_str()).and_then(|all| all.get_mut(later.record.as_str()));
        if let Some((collection, state)) = state {
            told(collection, state, &later);
            undo(state, &later);
        }
    })?;
    let mut found = HashMap::new();
    for change in changes.iter().rev() {
        let state = states.get_mut(change.collection.as_str()).and_then(|all| all.get_mut(change.record.as_str()));
        let Some((collection, state)) = state else { continue };
        told(collection, state, change);
        if let Some(record) = state {
            found.insert(change.seq, record.clone());
        }
        undo(state, change);
    }
    Ok(found)
}

/// From the state after a change to the one that it tells of: a delete tells of the row that went.
fn told(collection: &CollectionRef, state: &mut Option<Record>, change: &Change) {
    if change.op == "delete" {
        let mut record = Record::new(CollectionRef::clone(collection));
        set(&mut record, change.data.as_deref().unwrap_or_default());
        *state = Some(record);
    }
}

/// From the state that a change tells of to the one before it.
fn undo(state: &mut Option<Record>, change: &Change) {
    match (change.op.as_str(), state.as_mut()) {
        ("create", _) => *state = None,
        ("update", Some(record)) => set(record, change.data.as_deref().unwrap_or_default()),
        _ => {}
    }
}

/// Sets the values that the feed kept, a JSON object.
fn set(record: &mut Record, data: &str) {
    let values: Map<String, Json> = serde_json::from_str(data).unwrap_or_default();
    for (name, value) in values {
        record.set(&name, stored(value));
    }
}

fn stored(value: Json) -> Value {
    match value {
        Json::Bool(flag) => flag.into(),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Int(whole),
            None => Value::Real(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::Text(text),
        Json::Null | Json::Array(_) | Json::Object(_) => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tempfile::TempDir;

    use super::super::{Op, after, append};
    use super::*;
    use crate::schema::field::number::NumberOptions;
    use crate::schema::field::text::TextOptions;
    use crate::schema::{Collection, Field, FieldKind};
    use crate::store::{Store, StoreOptions, WriteLane};

    fn note(schema: &Schema, title: &str, rank: f64) -> Record {
        let mut record = Record::new(Arc::clone(schema.by_id("c_notes").expect("there")));
        record.set("id", "n1");
        record.set("title", title);
        record.set("rank", rank);
        record
    }

    fn schema() -> Schema {
        let field = |name: &str, kind| Field::new(name, name, kind);
        Schema::new(
            1,
            vec![Collection {
                id: "c_notes".into(),
                name: "notes".into(),
                fields: vec![
                    field("id", FieldKind::Text(TextOptions::default())),
                    field("title", FieldKind::Text(TextOptions::default())),
                    field("rank", FieldKind::Number(NumberOptions::default())),
                ],
                ..Collection::default()
            }],
        )
    }

    #[tokio::test]
    async fn every_change_finds_the_record_as_it_was_then() {
        let dir = TempDir::new().expect("a directory");
        let store = Store::open(&StoreOptions::new(dir.path().join("data.db"))).expect("a database");
        let written = store.write(WriteLane::Grouped, |tx| {
            let schema = schema();
            let states = [note(&schema, "a", 1.0), note(&schema, "b", 1.5), note(&schema, "b", 2.0)];
            append(tx, &states[0], Op::Create, None)?;
            append(tx, &states[1], Op::Update(&states[0]), None)?;
            append(tx, &states[2], Op::Update(&states[1]), None)?;
            append(tx, &states[2], Op::Delete, None)?;
            append(tx, &note(&schema, "again", 7.0), Op::Create, None)
        });
        written.await.expect("written");
        let read = store.read_here(|tx| {
            let schema = schema();
            let changes = after(tx, 0, 100)?;
            let some: Vec<&Change> = changes.iter().take(4).collect();
            let states = states(tx, &schema, &some, |_, _, _| Ok(Some(note(&schema, "again", 7.0))))?;
            let told = |seq: i64| (states[&seq].text("title").to_owned(), states[&seq].get("rank").clone());
            assert_eq!(states.len(), 4);
            Ok((1..=4).map(told).collect::<Vec<_>>())
        });
        let told = |title: &str, rank| (title.to_owned(), rank);
        assert_eq!(
            read.expect("read"),
            [told("a", Value::Int(1)), told("b", Value::Real(1.5)), told("b", Value::Int(2)), told("b", Value::Int(2)),]
        );
    }
}
