//! Making what was planned: collections first, then records table by table, then indexes.
//!
//! Every step finds what an earlier run did, so that one that was interrupted is begun again and goes on. Indexes come
//! last: records come faster without them, and one that the values do not allow is reported and left out.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use tokio::sync::mpsc;

use super::convert;
use super::kind::Kind;
use super::plan::{FieldPlan, Plan, TablePlan};
use super::report::{Report, TableReport, ViewReport};
use super::views::ViewPlan;
use super::{Import, Progress, Step};
use crate::collections::Collections;
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::records::{self, Bulk, BulkOptions, Existing, Links, Outcome, Records};
use crate::schema::{Collection, CollectionRef, Published};
use crate::store::foreign::{Database, LeftOut};
use crate::store::{ReadLane, Sql, Store};

/// How many rows, and about how many bytes, are handed on at once.
const BATCH_ROWS: usize = 1000;
const BATCH_BYTES: usize = 4 << 20;

/// How many batches may wait to be written.
const WAITING: usize = 2;

/// How many refused rows are told in words.
const REASONS: usize = 3;

/// What an import writes through.
#[derive(Clone)]
pub struct Rooms {
    /// The database.
    pub store: Store,
    /// The current snapshot of the collections.
    pub schema: Arc<Published>,
    /// Where collections are made.
    pub collections: Collections,
    /// Where records are made.
    pub records: Records,
}

type Rows = Vec<Map<String, Json>>;

impl Import {
    /// Does what was planned.
    ///
    /// # Errors
    /// What ends it altogether: a collection cannot be made, the source cannot be read any more, the disk is full. What
    /// was written until then stays, and the next run goes on.
    pub async fn run(self, rooms: &Rooms, progress: Progress<'_>) -> Result<Report> {
        let Self { mut database, mut plan } = self;
        make_collections(rooms, &plan).await?;
        complete_collections(rooms, &mut plan).await?;
        let mut report = Report { refused: plan.refused, left_out: plan.left_out, ..Report::default() };
        for table in plan.tables {
            progress(Step::Writing(&table.table, table.rows));
            let (returned, written) = write(rooms, database, Arc::new(table), progress).await?;
            database = returned;
            progress(Step::Done);
            report.tables.push(written);
        }
        database.still_the_same()?;
        for view in plan.views {
            match make_view(rooms, &view).await {
                Ok(made) => report.views.push(made),
                Err(error) if error.is_callers_fault() => {
                    let reason = format!("its query is no query of a view here: {}", texts(&error, false));
                    report.left_out.push(LeftOut { name: view.view, reason });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(report)
    }
}

/// Makes the collections that are not there, those that others point to first. Where they point to each other in a
/// circle, one of them gets its relation afterwards.
async fn make_collections(rooms: &Rooms, plan: &Plan) -> Result<()> {
    let mut there: HashSet<String> = rooms.schema.current().all().iter().map(|one| one.id.clone()).collect();
    let mut missing: Vec<&TablePlan> = plan.tables.iter().filter(|table| table.is_new).collect();
    let mut unfinished = Vec::new();
    while !missing.is_empty() {
        let ready = |table: &&TablePlan| table.fields.iter().all(|field| can_be_made(field, &table.id, &there));
        let next = missing.iter().position(ready);
        let table = missing.remove(next.unwrap_or(0));
        let (now, later): (Vec<_>, Vec<_>) =
            table.fields.iter().partition(|field| can_be_made(field, &table.id, &there));
        let body = json!({"id": table.id, "name": table.collection, "type": "base", "fields": fields_json(&now)});
        let made = rooms.collections.create(object(body)).await;
        made.map_err(|error| told(&format!("The collection {} was not made.", table.collection), error))?;
        there.insert(table.id.clone());
        unfinished.extend((!later.is_empty()).then_some(table));
    }
    for table in unfinished {
        let fields: Vec<&FieldPlan> = table.fields.iter().collect();
        change(rooms, table, json!({"fields": fields_json(&fields)})).await?;
    }
    Ok(())
}

fn can_be_made(field: &FieldPlan, own: &str, there: &HashSet<String>) -> bool {
    match &field.kind {
        Kind::Relation { collection, .. } => collection == own || there.contains(collection),
        _ => true,
    }
}

fn fields_json(fields: &[&FieldPlan]) -> Vec<Json> {
    fields.iter().map(|field| field.kind.to_json(&field.name, field.required)).collect()
}

fn object(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}

async fn change(rooms: &Rooms, table: &TablePlan, body: Json) -> Result<()> {
    let changed = rooms.collections.update(&table.id, object(body)).await;
    changed.map(drop).map_err(|error| told(&format!("The collection {} was not changed.", table.collection), error))
}

/// Makes the collection of a view, unless it is there.
async fn make_view(rooms: &Rooms, view: &ViewPlan) -> Result<ViewReport> {
    if view.is_new {
        let body = json!({"id": view.id, "name": view.collection, "type": "view", "viewQuery": view.query});
        rooms.collections.create(object(body)).await?;
    }
    let schema = rooms.schema.current();
    let collection = schema.by_id(&view.id).map_or(view.collection.clone(), |there| there.name.clone());
    let records = match count(&rooms.store, &collection).await {
        Err(Error::Deadline) => None,
        counted => Some(counted?),
    };
    Ok(ViewReport { view: view.view.clone(), records, collection, made: view.is_new, rows: view.rows })
}

/// What an earlier run left undone: fields of collections that have no records yet, and limits that longer texts need.
/// A field that somebody removed since is left out.
async fn complete_collections(rooms: &Rooms, plan: &mut Plan) -> Result<()> {
    for table in plan.tables.iter_mut().filter(|table| !table.is_new) {
        let Some(collection) = rooms.schema.current().by_id(&table.id).cloned() else { continue };
        let missing = table.fields.iter().any(|field| field.is_missing);
        let add = missing && count(&rooms.store, &collection.name).await? == 0;
        let mut fields = stored_fields(&collection);
        let mut changed = false;
        for field in &mut table.fields {
            if field.is_missing && add {
                fields.push(field.kind.to_json(&field.name, field.required));
                field.is_missing = false;
                changed = true;
            } else if field.is_missing {
                table
                    .notes
                    .push(format!("{}: left out, since the collection has no field {}", field.column, field.name));
            }
            let stored = fields.iter_mut().find(|stored| stored["name"] == field.name.as_str());
            if let (Some(limit), Some(stored)) = (field.limit, stored) {
                let option = if stored["type"] == "json" { "maxSize" } else { "max" };
                stored[option] = json!(limit);
                changed = true;
            }
        }
        if changed {
            change(rooms, table, json!({"fields": fields})).await?;
        }
    }
    Ok(())
}

fn stored_fields(collection: &Collection) -> Vec<Json> {
    collection.fields.iter().map(|field| Json::Object(field.to_json())).collect()
}

async fn count(store: &Store, table: &str) -> Result<u64> {
    let mut query = Sql::raw("SELECT count(*) FROM ");
    query.name(table);
    let counted = store.read(ReadLane::Slow, move |tx| tx.row(&query, |row| Ok(row.get(0).as_f64() as u64))).await?;
    Ok(counted.unwrap_or(0))
}

/// Writes a table; the source comes back for the next one.
async fn write(
    rooms: &Rooms,
    database: Database,
    table: Arc<TablePlan>,
    progress: Progress<'_>,
) -> Result<(Database, TableReport)> {
    let options = BulkOptions { links: Links::Trusted, existing: Existing::Skip, ..BulkOptions::default() };
    let bulk = rooms.records.bulk(&RequestContext::internal(), &table.id, options)?;
    let mut written = TableReport {
        table: table.table.clone(),
        collection: table.collection.clone(),
        rows: table.rows,
        notes: table.notes.clone(),
        ..TableReport::default()
    };
    let (sender, mut batches) = mpsc::channel(WAITING);
    let plan = Arc::clone(&table);
    let reader = tokio::task::spawn_blocking(move || {
        let read = read(&database, &plan, &sender);
        (database, read)
    });
    let mut failed = None;
    while let Some(batch) = batches.recv().await {
        match store_batch(rooms, &bulk, &table, batch, &mut written).await {
            Ok(rows) => progress(Step::Rows(rows)),
            Err(error) => {
                failed = Some(error);
                // The reader ends with its channel.
                batches.close();
                break;
            }
        }
    }
    drop(batches);
    let (database, read) = reader.await.map_err(|error| Error::internal(format!("reading failed: {error}")))?;
    failed.map_or(Ok(()), Err)?;
    read?;
    index(rooms, &table, &mut written).await;
    written.records = count(&rooms.store, &current(rooms, &table)?.name).await?;
    Ok((database, written))
}

/// Reads a table from the source, batch by batch, until nobody listens.
fn read(database: &Database, plan: &TablePlan, sender: &mpsc::Sender<Rows>) -> Result<()> {
    let mut batch = Rows::new();
    let mut bytes = 0;
    database.rows(&plan.selection, |cells| {
        let (row, size) = convert::row(plan, cells);
        batch.push(row);
        bytes += size;
        if batch.len() < BATCH_ROWS && bytes < BATCH_BYTES {
            return Ok(ControlFlow::Continue(()));
        }
        bytes = 0;
        Ok(match sender.blocking_send(std::mem::take(&mut batch)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        })
    })?;
    if !batch.is_empty() {
        // Where nobody listens any more, the other side knows why.
        let _ = sender.blocking_send(batch);
    }
    Ok(())
}

async fn store_batch(
    rooms: &Rooms,
    bulk: &Bulk,
    table: &TablePlan,
    batch: Rows,
    written: &mut TableReport,
) -> Result<u64> {
    let rows = batch.len() as u64;
    // Records of an earlier run are compared with their rows; those of this one are their rows.
    let sent = if table.is_new { Rows::new() } else { batch.clone() };
    let outcomes = bulk.create(batch).await?;
    let mut there = Vec::new();
    for (at, outcome) in outcomes.into_iter().enumerate() {
        match outcome {
            Ok(Outcome::Created(_)) => written.made += 1,
            Ok(Outcome::Existing(_)) => {
                written.there += 1;
                there.extend(sent.get(at).cloned());
            }
            Err(error) if error.is_callers_fault() => {
                written.refused += 1;
                if written.reasons.len() < REASONS {
                    written.reasons.push(words(&error));
                }
            }
            Err(error) => return Err(error),
        }
    }
    if !there.is_empty() {
        let collection = current(rooms, table)?;
        written.differing += rooms.store.read(ReadLane::Slow, move |tx| differing(tx, &collection, &there)).await?;
    }
    Ok(rows)
}

fn current(rooms: &Rooms, table: &TablePlan) -> Result<CollectionRef> {
    let schema = rooms.schema.current();
    schema
        .by_id(&table.id)
        .cloned()
        .ok_or_else(|| Error::Setup(format!("The collection {} was removed during the import.", table.collection)))
}

/// How many of these rows differ from their records.
fn differing(tx: &mut crate::store::Tx<'_>, collection: &CollectionRef, rows: &Rows) -> Result<u64> {
    let mut count = 0;
    for row in rows {
        let id = row.get("id").and_then(Json::as_str).unwrap_or_default();
        let Some(record) = records::load(tx, collection, id)? else { continue };
        let fields = collection.fields.iter().zip(&record.values);
        let differs = fields.filter_map(|(field, stored)| Some((field, stored, row.get(&field.name)?)));
        let mut differs =
            differs.map(|(field, stored, sent)| field.to_answer(stored) != field.to_answer(&field.cast(sent)));
        count += u64::from(differs.any(|differs| differs));
    }
    Ok(count)
}

/// Makes the indexes one by one; one that cannot be made is told.
async fn index(rooms: &Rooms, table: &TablePlan, written: &mut TableReport) {
    for index in &table.indexes {
        let made = async {
            let mut indexes = current(rooms, table)?.indexes.clone();
            indexes.push(index.text.clone());
            rooms.collections.update(&table.id, object(json!({"indexes": indexes}))).await
        };
        if let Err(error) = made.await {
            written.notes.push(format!("{}: left out, since {}", index.source, texts(&error, false)));
        }
    }
}

/// An error under a sentence that says what did not happen.
fn told(sentence: &str, error: Error) -> Error {
    if !error.is_callers_fault() {
        return error;
    }
    Error::Setup(format!("{sentence} {}", words(&error)))
}

/// What is wrong, in words.
fn words(error: &Error) -> String {
    texts(error, true)
}

fn texts(error: &Error, with_paths: bool) -> String {
    let Error::Invalid(invalid) = error else { return error.to_string() };
    let faults = invalid.fields.faults().into_iter();
    let said: Vec<String> = match with_paths {
        true => faults.map(|(path, fault)| format!("{path}: {}", fault.message)).collect(),
        false => faults.map(|(_, fault)| fault.message.clone()).collect(),
    };
    if said.is_empty() { invalid.message.to_string() } else { said.join(" ") }
}
