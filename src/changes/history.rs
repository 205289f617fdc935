//! Records as they were: the current row, with what the feed says of later changes undone.

use std::collections::HashMap;

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
    let later = of_records(tx, last.seq, &ids)?;
    let mut lives: HashMap<(&str, &str), Vec<&Change>> = HashMap::new();
    for change in changes.iter().copied().chain(&later) {
        lives.entry((&change.collection, &change.record)).or_default().push(change);
    }
    let mut found = HashMap::new();
    for ((collection, record), life) in lives {
        let Some(collection) = schema.by_id(collection) else { continue };
        let mut state = match life.last() {
            Some(newest) if newest.op != "delete" => load(tx, collection, record)?,
            _ => None,
        };
        for change in life.into_iter().rev() {
            let data = change.data.as_deref().unwrap_or_default();
            if change.op == "delete" {
                let mut record = Record::new(CollectionRef::clone(collection));
                set(&mut record, data);
                state = Some(record);
            }
            if change.seq <= last.seq
                && let Some(record) = &state
            {
                found.insert(change.seq, record.clone());
            }
            match (change.op.as_str(), &mut state) {
                ("create", _) => state = None,
                ("update", Some(record)) => set(record, data),
                _ => {}
            }
        }
    }
    Ok(found)
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
