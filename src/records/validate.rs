//! The checks of all fields of a record together, those that need the database included.

use std::collections::HashSet;

use super::accounts;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::files::{NewFile, limits};
use crate::schema::auth_options::is_provider;
use crate::schema::field::file::FileOptions;
use crate::schema::field::password::PasswordOptions;
use crate::schema::field::relation::RelationOptions;
use crate::schema::field::text::{self, TextOptions};
use crate::schema::{Collection, CollectionRef, Field, FieldKind, Record, Schema};
use crate::store::{Tx, Value, expression, quoted};

/// How much of a name that is no file's an error repeats.
const LONGEST_NAME: usize = 250;

/// Ids that a record newly points to: they are looked up once more when it is written.
#[derive(Debug, Clone)]
pub(super) struct Link {
    field: String,
    pub(super) target: CollectionRef,
    pub(super) ids: Vec<String>,
}

/// A record that is to be checked.
pub(super) struct Check<'a> {
    pub(super) schema: &'a Schema,
    pub(super) record: &'a Record,
    /// The stored state; `None` for a new record.
    pub(super) before: Option<&'a Record>,
    /// The new plain passwords by the place of their fields.
    pub(super) passwords: &'a [(usize, String)],
    /// The new files by the place of their fields.
    pub(super) files: &'a [(usize, &'a NewFile)],
    /// Whether the id was generated.
    pub(super) generated_id: bool,
}

impl Check<'_> {
    /// Everything that is wrong, and what must be looked up again at the write.
    pub(super) fn run(&self, tx: &mut Tx<'_>) -> Result<(FieldErrors, Vec<Link>)> {
        let (mut errors, links) = self.fields(Some(&mut *tx))?;
        references(tx, self.schema, self.record, &mut errors)?;
        Ok((errors, links))
    }

    /// What can be said without a database; [`again`] and [`references`] say the rest at the write.
    pub(super) fn run_unasked(&self) -> Result<(FieldErrors, Vec<Link>)> {
        self.fields(None)
    }

    fn fields(&self, mut tx: Option<&mut Tx<'_>>) -> Result<(FieldErrors, Vec<Link>)> {
        let mut errors = FieldErrors::new();
        let mut links = Vec::new();
        for (at, field) in self.record.collection.fields.iter().enumerate() {
            let value = &self.record.values[at];
            let fault = match &field.kind {
                FieldKind::Autodate(_) => None,
                FieldKind::Text(options) if options.primary_key => self.id(tx.as_deref_mut(), field, options)?,
                FieldKind::Password(options) => self.password(at, field, options),
                FieldKind::File(options) => self.files(at, field, options),
                FieldKind::Relation(options) => match field.check(value) {
                    Some(fault) => Some(fault),
                    None => self.relation(tx.as_deref_mut(), at, field, options, &mut links)?,
                },
                _ => field.check(value),
            };
            if let Some(fault) = fault {
                errors.add(field.name.as_str(), fault);
            }
        }
        Ok((errors, links))
    }

    fn id(&self, mut tx: Option<&mut Tx<'_>>, field: &Field, options: &TextOptions) -> Result<Option<Fault>> {
        let id = self.record.id();
        if let Some(before) = self.before {
            return Ok((before.id() != id)
                .then(|| Fault::new("validation_pk_change", "The record primary key cannot be changed.")));
        }
        if let Some(tx) = tx.as_deref_mut()
            && let Some(fault) = same_but_for_case(tx, self.record)?
        {
            return Ok(Some(fault));
        }
        if id.is_empty() || self.generated_id {
            return Ok(field.check(self.record.get("id")));
        }
        match text::check_primary_key(options, id).or_else(|| field.check(self.record.get("id"))) {
            None => tx.map_or(Ok(None), |tx| foreign_auth_id(tx, self.schema, self.record)),
            fault => Ok(fault),
        }
    }

    fn password(&self, at: usize, field: &Field, options: &PasswordOptions) -> Option<Fault> {
        match self.passwords.iter().find(|(of, _)| *of == at) {
            Some((_, plain)) => options.check_plain(plain),
            None if field.required && self.record.values[at].as_text().is_empty() => Some(Fault::required()),
            None => None,
        }
    }

    fn files(&self, at: usize, field: &Field, options: &FileOptions) -> Option<Fault> {
        let value = &self.record.values[at];
        let names = field.elements(value.borrow());
        if names.is_empty() {
            return field.check(value);
        }
        let new: Vec<&NewFile> = self.files.iter().filter(|(of, _)| *of == at).map(|(_, file)| *file).collect();
        let mut known = self.stored(at, field);
        known.extend(new.iter().map(|file| file.name.clone()));
        let unknown: Vec<String> = names.iter().filter(|name| !known.contains(*name)).map(|name| cut(name)).collect();
        if !unknown.is_empty() {
            return Some(limits::invalid_names(unknown));
        }
        field.check(value).or_else(|| new.iter().find_map(|file| limits::check(options, file)))
    }

    fn relation(
        &self,
        tx: Option<&mut Tx<'_>>,
        at: usize,
        field: &Field,
        options: &RelationOptions,
        links: &mut Vec<Link>,
    ) -> Result<Option<Fault>> {
        let mut ids = field.elements(self.record.values[at].borrow());
        if ids.is_empty() {
            return Ok(None);
        }
        let Some(target) = self.schema.by_id(&options.collection_id) else {
            let message = "Relation connection is missing or cannot be accessed.";
            return Ok(Some(Fault::new("validation_missing_rel_collection", message)));
        };
        if let Some(tx) = tx
            && !all_exist(tx, target, &ids)?
        {
            return Ok(Some(missing_records()));
        }
        let stored = self.stored(at, field);
        ids.retain(|id| !stored.contains(id));
        if !ids.is_empty() {
            links.push(Link { field: field.name.clone(), target: CollectionRef::clone(target), ids });
        }
        Ok(None)
    }

    /// What a list field holds already.
    fn stored(&self, at: usize, field: &Field) -> HashSet<String> {
        let before = self.before.map(|before| field.elements(before.values[at].borrow()));
        before.into_iter().flatten().collect()
    }
}

/// What rows of the support collections point to must exist.
pub(super) fn references(tx: &mut Tx<'_>, schema: &Schema, record: &Record, errors: &mut FieldErrors) -> Result<()> {
    let collection = &record.collection;
    if !collection.system || !accounts::SUPPORT.contains(&collection.name.as_str()) {
        return Ok(());
    }
    let [of, owner] = ["collectionRef", "recordRef"].map(|name| record.text(name));
    let target = schema.by_id(of);
    if !of.is_empty() {
        match target {
            None => errors.add("collectionRef", invalid_collection("validation_invalid_collection_id")),
            Some(target) if !target.is_auth() => {
                let message = "Invalid collection type - must be auth.";
                errors.add("collectionRef", Fault::new("validation_invalid_collection_type", message));
            }
            Some(_) => {}
        }
    }
    if !owner.is_empty() {
        match target {
            None => errors.add("recordRef", invalid_collection("validation_invalid_collection")),
            Some(target) if !exists(tx, target, owner)? => {
                errors.add("recordRef", Fault::new("validation_invalid_record", "Missing or invalid record."));
            }
            Some(_) => {}
        }
    }
    if collection.name == accounts::EXTERNAL_AUTHS {
        let provider = record.text("provider");
        if !provider.is_empty() && !is_provider(provider) {
            errors.add("provider", Fault::new("validation_in_invalid", "Must be a valid value."));
        }
    }
    Ok(())
}

fn cut(name: &str) -> String {
    let mut end = name.len().min(LONGEST_NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name[..end].to_owned()
}

fn invalid_collection(code: &'static str) -> Fault {
    Fault::new(code, "Missing or invalid collection.")
}

fn missing_records() -> Fault {
    let message = "Failed to find all relation records with the provided ids.";
    Fault::new("validation_missing_rel_records", message)
}

/// The fault of an id that another record of the collection has.
pub(super) fn taken_id(collection: &Collection) -> Fault {
    if allows_mixed_case_ids(collection) {
        Fault::new("validation_pk_invalid", "The record primary key is invalid or already exists.")
    } else {
        Fault::new("validation_not_unique", "Value must be unique.")
    }
}

fn allows_mixed_case_ids(collection: &Collection) -> bool {
    collection.id_options().is_some_and(TextOptions::allows_mixed_case_ids)
}

/// Whether another record has the id of a new one, be it in another case, where ids can differ so. An index of ours
/// finds it.
fn same_but_for_case(tx: &mut Tx<'_>, record: &Record) -> Result<Option<Fault>> {
    if !allows_mixed_case_ids(&record.collection) {
        return Ok(None);
    }
    let column = expression::ignoring_case(&quoted("id"));
    let text = format!("SELECT 1 FROM {} WHERE {column} = ? LIMIT 1", quoted(&record.collection.name));
    let found = tx.row((text.as_str(), &[Value::from(record.id())][..]), |_| Ok(()))?;
    Ok(found.map(|()| taken_id(&record.collection)))
}

/// An id is unique among all records that can log in.
fn foreign_auth_id(tx: &mut Tx<'_>, schema: &Schema, record: &Record) -> Result<Option<Fault>> {
    if !record.collection.is_auth() {
        return Ok(None);
    }
    for other in schema.all().iter().filter(|other| other.is_auth() && other.id != record.collection.id) {
        if exists(tx, other, record.id())? {
            let message = "Invalid or duplicated auth record id.";
            return Ok(Some(Fault::new("validation_invalid_auth_id", message)));
        }
    }
    Ok(None)
}

/// Whether a record of this id is there.
pub(super) fn exists(tx: &mut Tx<'_>, collection: &Collection, id: &str) -> Result<bool> {
    let text = format!(r#"SELECT 1 FROM {} WHERE "id" = ?"#, quoted(&collection.name));
    Ok(tx.row((text.as_str(), &[Value::from(id)][..]), |_| Ok(()))?.is_some())
}

fn all_exist(tx: &mut Tx<'_>, collection: &Collection, ids: &[String]) -> Result<bool> {
    let text = format!(r#"SELECT 1 FROM {} WHERE "id" = ?"#, quoted(&collection.name));
    for id in ids {
        let value: [Value; 1] = [id.as_str().into()];
        if tx.row((text.as_str(), &value[..]), |_| Ok(()))?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What may have changed between the checks and the write: records that went, ids that came.
pub(super) fn again(
    tx: &mut Tx<'_>,
    schema: &Schema,
    record: &Record,
    links: &[Link],
    is_new: bool,
    failure: &'static str,
) -> Result<()> {
    for link in links {
        if !all_exist(tx, &link.target, &link.ids)? {
            return Err(Error::invalid(failure, (link.field.as_str(), missing_records()).into()));
        }
    }
    let fault = match is_new.then(|| same_but_for_case(tx, record)).transpose()?.flatten() {
        None if is_new => foreign_auth_id(tx, schema, record)?,
        fault => fault,
    };
    fault.map_or(Ok(()), |fault| Err(Error::invalid(failure, ("id", fault).into())))
}
