//! Deleting a record with what goes with it (contract: records, section 8). A chain of records may be of any length,
//! so that what is left to do stands in a list, not on the stack.

use std::collections::HashMap;
use std::rc::Rc;
use std::vec::IntoIter;

use super::{accounts, write};
use crate::changes::{self, Op};
use crate::error::{Error, Result};
use crate::files::Files;
use crate::schema::{CollectionRef, Field, FieldKind, Record, Schema};
use crate::store::{Sql, Tx, lists};

/// Cascades over more records than this are no short work.
const SHORT: usize = 200;

/// The contract's message of a delete that fails.
pub(super) const FAILURE: &str =
    "Failed to delete record. Make sure that the record is not part of a required relation reference.";

/// A relation field with its collection.
type Reference = (CollectionRef, usize);

/// A deleted record, with what is left to do about it.
struct Deleted {
    id: String,
    references: Rc<[Reference]>,
    /// How many of the references are asked for already.
    asked: usize,
    /// Records that point to it through the last reference that was asked for.
    pointing: IntoIter<String>,
    /// Rows of the support collections that belong to it.
    support: Vec<(CollectionRef, String)>,
}

/// Deletes a record with its cascades; its files go after the commit.
///
/// # Errors
/// `Invalid` for the last superuser and where a required relation would be left empty.
pub(super) fn delete(
    tx: &mut Tx<'_>,
    schema: &Schema,
    files: &Files,
    record: Record,
    actor: Option<&str>,
) -> Result<()> {
    let mut cascade = Cascade { schema, files, actor, references: HashMap::new() };
    let mut open = vec![cascade.remove(tx, &record)?];
    drop(record);
    while let Some(deleted) = open.last_mut() {
        // Any number of records may go with it.
        tx.advance()?;
        match deleted.next(tx)? {
            None => {
                open.pop();
            }
            Some(Step::Support(collection, id)) => {
                if let Some(row) = super::load(tx, &collection, &id)? {
                    open.push(cascade.remove(tx, &row)?);
                }
            }
            Some(Step::Unset((collection, at), id)) => {
                let gone = deleted.id.clone();
                if let Some(record) = cascade.unset(tx, &collection, at, &id, &gone)? {
                    open.push(cascade.remove(tx, &record)?);
                }
            }
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
    for id in accounts::support_rows(tx, schema, support, of)? {
        if let Some(row) = super::load(tx, &collection, &id)? {
            delete(tx, schema, files, row, actor)?;
        }
    }
    Ok(())
}

/// Whether deleting a record is short work: few records point to it, and none of them takes others along.
pub(super) fn is_short(tx: &mut Tx<'_>, schema: &Schema, record: &Record) -> Result<bool> {
    let mut found = 0;
    for (collection, at) in schema.references_to(&record.collection.id) {
        let pointing = pointing(tx, collection, &collection.fields[at], record.id(), Some(SHORT + 1))?;
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

/// What is to be done next.
enum Step {
    /// A record points to the deleted one.
    Unset(Reference, String),
    /// A row of a support collection belongs to it.
    Support(CollectionRef, String),
}

impl Deleted {
    fn next(&mut self, tx: &mut Tx<'_>) -> Result<Option<Step>> {
        if let Some((collection, id)) = self.support.pop() {
            return Ok(Some(Step::Support(collection, id)));
        }
        loop {
            if let Some(id) = self.pointing.next() {
                let reference = self.references[self.asked - 1].clone();
                return Ok(Some(Step::Unset(reference, id)));
            }
            let Some((collection, at)) = self.references.get(self.asked) else { return Ok(None) };
            self.asked += 1;
            self.pointing = pointing(tx, collection, &collection.fields[*at], &self.id, None)?.into_iter();
        }
    }
}

struct Cascade<'a> {
    schema: &'a Schema,
    files: &'a Files,
    actor: Option<&'a str>,
    /// What points to a collection, by its id.
    references: HashMap<String, Rc<[Reference]>>,
}

impl Cascade<'_> {
    /// Removes one row.
    fn remove(&mut self, tx: &mut Tx<'_>, record: &Record) -> Result<Deleted> {
        let collection = &record.collection;
        if collection.is_superusers() {
            refuse_last(tx, record)?;
        }
        let mut support = Vec::new();
        if collection.is_auth() {
            for name in accounts::SUPPORT {
                if let Some(of) = self.schema.by_name(name) {
                    let rows = accounts::support_rows(tx, self.schema, name, record)?;
                    support.extend(rows.into_iter().map(|id| (CollectionRef::clone(of), id)));
                }
            }
        }
        write::remove(tx, record)?;
        changes::append(tx, record, Op::Delete, self.actor)?;
        self.files.drop_record(tx, &collection.id, record.id(), &write::files_of(record))?;
        let references = self.references.entry(collection.id.clone()).or_insert_with(|| {
            let found = self.schema.references_to(&collection.id);
            found.into_iter().map(|(collection, at)| (CollectionRef::clone(collection), at)).collect()
        });
        Ok(Deleted {
            id: record.id().to_owned(),
            references: Rc::clone(references),
            asked: 0,
            pointing: Vec::new().into_iter(),
            support,
        })
    }

    /// Takes a deleted id out of a record that points to it; the record itself where it goes too.
    fn unset(
        &self,
        tx: &mut Tx<'_>,
        collection: &CollectionRef,
        at: usize,
        id: &str,
        gone: &str,
    ) -> Result<Option<Record>> {
        let Some(before) = super::load(tx, collection, id)? else { return Ok(None) };
        let field = &collection.fields[at];
        let mut ids = field.elements(before.values[at].borrow());
        let count = ids.len();
        ids.retain(|id| id != gone);
        if ids.len() == count {
            return Ok(None);
        }
        let cascades = matches!(&field.kind, FieldKind::Relation(options) if options.cascade_delete);
        if ids.is_empty() && cascades {
            return Ok(Some(before));
        }
        if ids.is_empty() && field.required {
            return Err(Error::bad_request(FAILURE));
        }
        let mut record = before.clone();
        record.values[at] = field.from_elements(&ids);
        write::set_dates(&mut record, false);
        write::change(tx, &before, &record)?;
        changes::append(tx, &record, Op::Update(&before), self.actor)?;
        Ok(None)
    }
}

fn refuse_last(tx: &mut Tx<'_>, record: &Record) -> Result<()> {
    let mut sql = Sql::raw("SELECT 1 FROM ");
    sql.name(&record.collection.name).push(r#" WHERE "id" <> "#).bind(record.id()).push(" LIMIT 1");
    match tx.row(&sql, |_| Ok(()))? {
        Some(()) => Ok(()),
        None => Err(Error::bad_request("You can't delete the only existing superuser.")),
    }
}

/// The ids of the records that point to a record through a field.
fn pointing(
    tx: &mut Tx<'_>,
    collection: &CollectionRef,
    field: &Field,
    id: &str,
    most: Option<usize>,
) -> Result<Vec<String>> {
    let mut sql = Sql::raw(r#"SELECT "id" FROM "#);
    sql.name(&collection.name).push(" WHERE ");
    if field.is_multiple() {
        lists::push_holds(&mut sql, &field.name, id);
    } else {
        sql.name(&field.name).push(" = ").bind(id);
    }
    if let Some(most) = most {
        sql.push(" LIMIT ").bind(i64::try_from(most).unwrap_or(i64::MAX));
    }
    let mut found = Vec::new();
    tx.rows(&sql, |row| {
        found.push(row.get(0).as_text().to_owned());
        Ok(())
    })?;
    Ok(found)
}
