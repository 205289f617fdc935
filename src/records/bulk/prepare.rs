//! A row becomes a record with everything that needs no database: casts, generated values, checks, the dates of the
//! row. The order of the checks is that of a create.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::{BulkOptions, FAILURE, Links};
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::records::validate::{self, Link};
use crate::records::{accounts, create, input, write};
use crate::schema::{CollectionRef, FieldKind, Record, Schema};

/// Rows, prepared for one version of the collections.
pub(super) struct Draft {
    pub(super) schema: Arc<Schema>,
    pub(super) insertion: String,
    pub(super) ready: Vec<Ready>,
}

/// A row that nothing speaks against yet.
pub(super) struct Ready {
    /// Its place among the rows that came.
    pub(super) place: usize,
    pub(super) record: Record,
    pub(super) generated_id: bool,
    pub(super) links: Vec<Link>,
    /// The new plain passwords by the place of their fields, until they are hashed.
    pub(super) passwords: Vec<(usize, String)>,
}

/// What rows are prepared with, on another thread.
pub(super) struct Preparation {
    pub(super) schema: Arc<Schema>,
    pub(super) collection: CollectionRef,
    pub(super) options: BulkOptions,
}

impl Preparation {
    /// The rows of these places: those that nothing speaks against yet, and what speaks against the others.
    pub(super) fn run(&self, rows: &[Map<String, Json>], places: Vec<usize>) -> (Draft, Vec<(usize, Error)>) {
        let mut ready = Vec::with_capacity(places.len());
        let mut refused = Vec::new();
        for place in places {
            match self.row(place, &rows[place]) {
                Ok(row) => ready.push(row),
                Err(error) => {
                    refused.push((place, error));
                    if self.options.stop_at_refusal {
                        break;
                    }
                }
            }
        }
        let insertion = write::insertion(&self.collection);
        (Draft { schema: Arc::clone(&self.schema), insertion, ready }, refused)
    }

    /// A row as a record; the order of the checks is that of a create.
    fn row(&self, place: usize, row: &Map<String, Json>) -> Result<Ready> {
        let mut record = Record::new(Arc::clone(&self.collection));
        let resolved = input::resolve(&record, row, &[], true);
        resolved.apply(&mut record);
        if self.collection.is_auth() {
            let mut errors = accounts::check_create(&self.collection, &with_confirmation(row), &record, true, true);
            if !row.contains_key("passwordConfirm") {
                errors.remove("passwordConfirm");
            }
            errors.into_result(FAILURE)?;
        }
        let passwords = input::take_passwords(&mut record, &resolved);
        let generated_id = record.id().is_empty();
        create::generate(&mut record, None);
        let checked = validate::Check {
            schema: &self.schema,
            record: &record,
            before: None,
            passwords: &passwords,
            files: &[],
            generated_id,
        };
        let (mut errors, mut links) = checked.run_unasked()?;
        accounts::complete(&mut record);
        write::set_dates(&mut record, true);
        if self.options.keep_dates {
            keep_dates(&mut record, row, &mut errors);
        }
        errors.into_result(FAILURE)?;
        if self.options.links == Links::Trusted {
            links.clear();
        }
        Ok(Ready { place, record, generated_id, links, passwords })
    }
}

/// The form of an account asks for the password twice, which rows of a file need not have.
fn with_confirmation(row: &Map<String, Json>) -> Map<String, Json> {
    let mut form: Map<String, Json> = row
        .iter()
        .filter(|(key, _)| matches!(key.as_str(), "password" | "passwordConfirm"))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if let Some(password) = form.get("password").cloned() {
        form.entry("passwordConfirm").or_insert(password);
    }
    form
}

/// Puts the dates of a row in the place of the server's.
fn keep_dates(record: &mut Record, row: &Map<String, Json>, errors: &mut FieldErrors) {
    let collection = Arc::clone(&record.collection);
    for (at, field) in collection.fields.iter().enumerate() {
        let FieldKind::Autodate(_) = field.kind else { continue };
        match row.get(&field.name) {
            None | Some(Json::Null) => {}
            Some(Json::String(text)) if text.is_empty() => {}
            Some(given) => {
                let kept = field.cast(given);
                if kept.as_text().is_empty() {
                    errors.add(field.name.as_str(), Fault::new("validation_invalid_value", "Must be a valid date."));
                }
                record.values[at] = kept;
            }
        }
    }
}
