//! Deleting records with what goes with them (contract: records, section 8). A chain of records may be of any length,
//! so that what is left to do stands in a list, not on the stack. Records that go at once, because of the same
//! reference, are a level: what points to them is asked for all of them together, and changed in bulk.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::read::load_all;
use super::{accounts, write};
use crate::changes::{self, Op};
use crate::error::{Error, Result};
use crate::files::Files;
use crate::schema::{CollectionRef, Field, FieldKind, Record, Schema};
use crate::store::{Sql, Tx, lists};

/// Cascades over more records than this are no short work.
const SHORT: usize = 200;

/// How many rows are in memory at once.
const CHUNK: usize = 1000;

/// The contract's message of a delete that fails.
pub(super) const FAILURE: &str =
    "Failed to delete record. Make sure that the record is not part of a required relation reference.";

/// A relation field with its collection.
type Reference = (CollectionRef, usize);

/// Deleted records of one collection, with what is left to do about them.
struct Level {
    gone: Rc<HashSet<String>>,
    references: Rc<[Reference]>,
    /// How many of the references are asked for already.
    asked: usize,
    /// Rows of the support collections that belong to them.
    support: Vec<(CollectionRef, Vec<String>)>,
}

/// Deletes records of one collection with their cascades; their files go after the commit. References between them
/// do not hold.
///
/// # Errors
/// `Invalid` for the last superuser and where a required relation would be left empty.
pub(super) fn delete(
    tx: &mut Tx<'_>,
    schema: &Schema,
    files: &Files,
    records: Vec<Record>,
    actor: Option<&str>,
) -> Result<()> {
    let Some(collection) = records.first().map(|record| CollectionRef::clone(&record.collection)) else {
        return Ok(());
    };
    let mut cascade = Cascade { schema, files, actor, references: HashMap::new() };
    let mut first = Doomed::default();
    cascade.remove(tx, &collection, &records, &mut first)?;
    drop(records);
    let mut open = vec![cascade.level(&collection, first)];
    while let Some(level) = open.last_mut() {
        // Any number of records may go with it.
        tx.advance()?;
        let doomed = if let Some((collection, ids)) = level.support.pop() {
            let doomed = cascade.remove_ids(tx, &collection, &ids)?;
            (collection, doomed)
        } else if let Some((collection, at)) = level.references.get(level.asked).cloned() {
            level.asked += 1;
            let gone = Rc::clone(&level.gone);
            let doomed = cascade.unset(tx, &collection, at, &gone)?;
            (collection, doomed)
        } else {
            open.pop();
            continue;
        };
        let (collection, doomed) = doomed;
        if !doomed.ids.is_empty() {
            open.push(cascade.level(&collection, doomed));
        }
    }
    Ok(())
}

/// Deletes a record's rows in one support collection.
pub(super) fn clear_support(
    tx: &mut Tx<'_>,
    schema: &Schema,
    files: &Files,
    support: &str,
    of: &Record,
    actor: Option<&str>,
) -> Result<()> {
    let Some(collection) = schema.by_name(support).cloned() else { return Ok(()) };
    let ids = accounts::support_rows(tx, schema, support, &of.collection.id, &[of.id()])?;
    for ids in ids.chunks(CHUNK) {
        let rows = load_all(tx, &collection, ids)?;
        delete(tx, schema, files, rows, actor)?;
    }
    Ok(())
}

/// Whether deleting a record is short work: few records point to it, and none of them takes others along.
pub(super) fn is_short(tx: &mut Tx<'_>, schema: &Schema, record: &Record) -> Result<bool> {
    let mut found = 0;
    let gone = HashSet::from([record.id().to_owned()]);
    for (collection, at) in schema.references_to(&record.collection.id) {
        let pointing = pointing(tx, collection, &collection.fields[at], &gone, Some(SHORT + 1))?;
        found += pointing.len();
        let spreads = !pointing.is_empty()
            && matches!(&collection.fields[at].kind, FieldKind::Relation(options) if options.cascade_delete)
            && !schema.references_to(&collection.id).is_empty();
        if spreads || found > SHORT {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Records that were removed and whose cascades follow.
#[derive(Default)]
struct Doomed {
    ids: HashSet<String>,
    support: Vec<(CollectionRef, Vec<String>)>,
}

struct Cascade<'a> {
    schema: &'a Schema,
    files: &'a Files,
    actor: Option<&'a str>,
    /// What points to a collection, by its id.
    references: HashMap<String, Rc<[Reference]>>,
}

impl Cascade<'_> {
    fn level(&mut self, collection: &CollectionRef, doomed: Doomed) -> Level {
        let references = self.references.entry(collection.id.clone()).or_insert_with(|| {
            let found = self.schema.references_to(&collection.id);
            found.into_iter().map(|(collection, at)| (CollectionRef::clone(collection), at)).collect()
        });
        let references = Rc::clone(references);
        Level { gone: Rc::new(doomed.ids), references, asked: 0, support: doomed.support }
    }

    /// Removes rows of one collection.
    fn remove(
        &self,
        tx: &mut Tx<'_>,
        collection: &CollectionRef,
        records: &[Record],
        doomed: &mut Doomed,
    ) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        tx.deletes(&collection.id)?;
        let ids: Vec<&str> = records.iter().map(Record::id).collect();
        if collection.is_superusers() {
            refuse_last(tx, collection, &ids)?;
        }
        if collection.is_auth() {
            for name in accounts::SUPPORT {
                if let Some(of) = self.schema.by_name(name) {
                    let rows = accounts::support_rows(tx, self.schema, name, &collection.id, &ids)?;
                    if !rows.is_empty() {
                        doomed.support.push((CollectionRef::clone(of), rows));
                    }
                }
            }
        }
        write::remove(tx, collection, &ids)?;
        changes::append_all(tx, records.iter().map(|record| (record, Op::Delete)), self.actor)?;
        let held = records.iter().map(|record| (record.id().to_owned(), write::files_of(record)));
        self.files.drop_records(tx, &collection.id, held.collect())?;
        doomed.ids.extend(ids.into_iter().map(str::to_owned));
        Ok(())
    }

    /// Whether nothing follows from the end of a collection's records but their rows of the feed.
    fn is_leaf(&self, collection: &CollectionRef) -> bool {
        let holds_files = collection.fields.iter().any(|field| matches!(field.kind, FieldKind::File(_)));
        !collection.is_auth()
            && !holds_files
            && !self.files.may_hold(&collection.id)
            && self.schema.references_to(&collection.id).is_empty()
    }

    /// Removes all records of a leaf that point to deleted ones, without a look at each. False where the engine cannot
    /// tell the feed of them; those that it told of are gone then.
    fn sweep(
        &self,
        tx: &mut Tx<'_>,
        collection: &CollectionRef,
        field: &Field,
        gone: &HashSet<String>,
    ) -> Result<bool> {
        tx.deletes(&collection.id)?;
        let ids: Vec<&str> = gone.iter().map(String::as_str).collect();
        for ids in ids.chunks(CHUNK) {
            let condition = points_to(field, ids);
            if !changes::append_deletes(tx, collection, &condition, self.actor)? {
                return Ok(false);
            }
            let mut sql = Sql::raw("DELETE FROM ");
            sql.name(&collection.name).push(" WHERE ").append(&condition);
            tx.execute(&sql)?;
            tx.advance()?;
        }
        Ok(true)
    }

    fn remove_ids(&self, tx: &mut Tx<'_>, collection: &CollectionRef, ids: &[String]) -> Result<Doomed> {
        let mut doomed = Doomed::default();
        for ids in ids.chunks(CHUNK) {
            let rows = load_all(tx, collection, ids)?;
            self.remove(tx, collection, &rows, &mut doomed)?;
        }
        Ok(doomed)
    }

    /// Takes deleted ids out of the records that point to them through a field; those that go too are removed.
    fn unset(&self, tx: &mut Tx<'_>, collection: &CollectionRef, at: usize, gone: &HashSet<String>) -> Result<Doomed> {
        let field = &collection.fields[at];
        let cascades = matches!(&field.kind, FieldKind::Relation(options) if options.cascade_delete);
        let mut doomed = Doomed::default();
        if cascades && !field.is_multiple() && self.is_leaf(collection) && self.sweep(tx, collection, field, gone)? {
            return Ok(doomed);
        }
        for ids in pointing(tx, collection, field, gone, None)?.chunks(CHUNK) {
            let mut going = Vec::new();
            let mut staying = Vec::new();
            for before in load_all(tx, collection, ids)? {
                let mut ids = field.elements(before.values[at].borrow());
                let count = ids.len();
                ids.retain(|id| !gone.contains(id));
                if ids.len() == count {
                    continue;
                }
                if ids.is_empty() && cascades {
                    going.push(before);
                } else if ids.is_empty() && field.required {
                    return Err(Error::bad_request(FAILURE));
                } else {
                    let mut record = before.clone();
                    record.values[at] = field.from_elements(&ids);
                    write::set_dates(&mut record, false);
                    staying.push((before, record));
                }
            }
            for (before, record) in &staying {
                write::change(tx, before, record)?;
            }
            let updates = staying.iter().map(|(before, record)| (record, Op::Update(before)));
            changes::append_all(tx, updates, self.actor)?;
            self.remove(tx, collection, &going, &mut doomed)?;
        }
        Ok(doomed)
    }
}

/// The condition that a record points to one of these through a field of one id.
fn points_to(field: &Field, ids: &[&str]) -> Sql {
    let mut sql = Sql::new();
    match ids {
        [id] => _ = sql.name(&field.name).push(" = ").bind(*id),
        ids => lists::push_is_one(&mut sql, &field.name, ids),
    }
    sql
}

fn refuse_last(tx: &mut Tx<'_>, collection: &CollectionRef, ids: &[&str]) -> Result<()> {
    let mut sql = Sql::raw("SELECT 1 FROM ");
    sql.name(&collection.name).push(r#" WHERE NOT ("#);
    lists::push_is_one(&mut sql, "id", ids);
    sql.push(") LIMIT 1");
    match tx.row(&sql, |_| Ok(()))? {
        Some(()) => Ok(()),
        None => Err(Error::bad_request("You can't delete the only existing superuser.")),
    }
}

/// The ids of the records that point to one of these through a field.
fn pointing(
    tx: &mut Tx<'_>,
    collection: &CollectionRef,
    field: &Field,
    gone: &HashSet<String>,
    most: Option<usize>,
) -> Result<Vec<String>> {
    let mut sql = Sql::raw(r#"SELECT "id" FROM "#);
    sql.name(&collection.name).push(" WHERE ");
    let ids: Vec<&str> = gone.iter().map(String::as_str).collect();
    match (field.is_multiple(), ids.as_slice()) {
        (true, [id]) => lists::push_holds(&mut sql, &field.name, id),
        (true, ids) => lists::push_holds_one(&mut sql, &field.name, ids),
        (false, ids) => _ = sql.append(&points_to(field, ids)),
    }
    if let Some(most) = most {
        sql.push(" LIMIT ").bind(i64::try_from(most).unwrap_or(i64::MAX));
    }
    tx.texts(&sql)
}
