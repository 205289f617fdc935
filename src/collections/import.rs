//! Importing a whole schema: collections that are there are merged with what is sent, others are made, and those that
//! are missing go where that is asked for. All of it is one transaction that publishes one snapshot.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::apply::{Changes, Saved, apply};
use super::create::kind;
use super::delete::let_go;
use super::draft::refuse_excess;
use super::publication::Next;
use super::save::engine_text;
use super::update::type_fault;
use super::{Collections, rules, view_query};
use crate::context::RequestContext;
use crate::error::{Error, Fault, FieldError, FieldErrors, Result};
use crate::schema::check::check;
use crate::schema::field::date;
use crate::schema::normalise::normalise;
use crate::schema::wire::{Scaffold, Unreadable, merge, scaffold, text};
use crate::schema::{Collection, CollectionRef, Field, Index, Schema};
use crate::store::{Tx, WriteLane};
use crate::time;

/// How many collections are imported at once at most. Each is checked against all others.
const MOST_COLLECTIONS: usize = 1000;

const FAILED: &str = "Failed to import collections.";
const CODE: &str = "validation_collections_import_failure";

impl Collections {
    /// Imports collections, each as a client would send it to create or change it. `delete_missing` makes the database
    /// have these and no others: collections that are not among them go with their records, and so do fields that
    /// their collection is sent without; what belongs to the system stays. The context tells whose import it is.
    ///
    /// # Errors
    /// `Invalid` with the first thing that is wrong; nothing is changed then.
    pub async fn import(
        &self,
        context: &RequestContext,
        collections: Vec<Map<String, Json>>,
        delete_missing: bool,
    ) -> Result<()> {
        if collections.is_empty() {
            let errors = FieldErrors::from(("collections", Fault::required()));
            return Err(Error::invalid("An error occurred while validating the submitted data.", errors));
        }
        let sent = Arc::new(collections);
        let again = Arc::clone(&sent);
        let first =
            self.on_a_reader(move |_, schema| Plan::of(schema, &sent, delete_missing)).await.map_err(explain)?;
        let (published, files, actor) = (Arc::clone(&self.schema), self.files.clone(), context.actor());
        let settings = self.settings.clone();
        let imported = self.store.write(WriteLane::Exclusive, move |tx| {
            let current = published.current();
            let made_again;
            let plan = match current.version == first.made_from {
                true => &first,
                false => {
                    made_again = Plan::of(&current, &again, delete_missing)?;
                    &made_again
                }
            };
            for collection in &plan.changes.removed {
                let_go(tx, &current, &files, collection, actor.as_deref())?;
            }
            let next = apply(tx, &published, &plan.changes)?;
            settings.follow_renames(tx, &plan.changes.renamed())?;
            plan.check_with_views(tx, &next)
        });
        imported.await.map_err(explain)
    }
}

/// What an import does to the collections of a snapshot.
struct Plan {
    /// The version of the snapshot.
    made_from: u64,
    changes: Changes,
}

impl Plan {
    /// Everything that can be checked without the database is checked.
    fn of(schema: &Schema, sent: &[Map<String, Json>], delete_missing: bool) -> Result<Self> {
        if sent.len() > MOST_COLLECTIONS {
            return Err(Error::Engine(format!("too many collections: at most {MOST_COLLECTIONS} at once")));
        }
        let mut drafts = Vec::with_capacity(sent.len());
        for one in sent {
            drafts.push(Draft::of(schema, one, delete_missing)?);
        }
        drafts.sort_by(|a, b| a.order.cmp(&b.order));
        let drafts = without_repeated(drafts)?;
        let listed: HashSet<&str> = drafts.iter().map(|draft| draft.new.id.as_str()).collect();
        let goes = |one: &&CollectionRef| delete_missing && !one.system && !listed.contains(one.id.as_str());
        let removed: Vec<CollectionRef> = schema.all().iter().filter(goes).cloned().collect();
        let mut found = HashMap::new();
        let mut saved = Vec::with_capacity(drafts.len());
        for draft in drafts {
            found.insert(draft.new.id.clone(), draft.found);
            saved.push(Saved { old: draft.old, new: CollectionRef::new(draft.new) });
        }
        let plan = Self { made_from: schema.version, changes: Changes { saved, removed } };
        plan.check(schema, &mut found)?;
        Ok(plan)
    }

    /// Checks everything but what depends on views: their fields are known once they are made.
    fn check(&self, schema: &Schema, found: &mut HashMap<String, FieldErrors>) -> Result<()> {
        let tables = || self.changes.saved.iter().filter(|saved| !saved.new.is_view());
        for saved in tables() {
            refuse_what_no_table_can_be(&saved.new)?;
        }
        let mut next = Next::after(schema);
        self.changes.removed.iter().for_each(|gone| next.remove(&gone.id));
        self.changes.saved.iter().for_each(|saved| next.put(CollectionRef::clone(&saved.new)));
        let next = next.schema();
        for saved in &self.changes.saved {
            let mut errors = found.remove(&saved.new.id).unwrap_or_default();
            if !saved.new.is_view() {
                if !self.has_views() {
                    errors.merge(rules::check(&saved.new, &next));
                }
                errors.merge(general(saved, &saved.new, &next));
            }
            refuse(&saved.new, &errors)?;
        }
        Ok(())
    }

    /// Checks what depends on views, in the snapshot that has them. Their rows are looked at here, since the tables
    /// below may have come with them; those of a query that stays were looked at when it came.
    fn check_with_views(&self, tx: &mut Tx<'_>, next: &Schema) -> Result<()> {
        if !self.has_views() {
            return Ok(());
        }
        for saved in &self.changes.saved {
            let Some(new) = next.by_id(&saved.new.id) else { continue };
            let mut errors = rules::check(new, next);
            if let Some(view) = new.view() {
                errors.merge(general(saved, new, next));
                if saved.old.as_ref().and_then(|old| old.view()).is_none_or(|old| old.query != view.query)
                    && let Some(fault) = view_query::sampled(tx, next, &view.query)?
                {
                    errors.add("viewQuery", fault);
                }
                tx.advance()?;
            }
            refuse(new, &errors)?;
        }
        Ok(())
    }

    fn has_views(&self) -> bool {
        self.changes.saved.iter().any(|saved| saved.new.is_view())
    }
}

/// The faults of a collection among the others of a snapshot.
fn general(saved: &Saved, new: &Collection, next: &Schema) -> FieldErrors {
    match &saved.old {
        Some(old) => check(new, Some(old), next),
        // Its id is free, but for itself.
        None => {
            let mut others = Next::after(next);
            others.remove(&new.id);
            check(new, None, &others.schema())
        }
    }
}

/// A collection on its way into the database.
struct Draft {
    old: Option<CollectionRef>,
    new: Collection,
    /// Its place among the others: tables before views, then by the dates that were sent.
    order: (bool, String, String),
    /// Faults that only what was sent shows.
    found: FieldErrors,
}

impl Draft {
    fn of(schema: &Schema, sent: &Map<String, Json>, delete_missing: bool) -> Result<Self> {
        refuse_excess(sent)?;
        let unreadable = |error: Unreadable| Error::Engine(error.to_string());
        let given = |key| text(sent, key).map(|text| text.filter(|text| !text.is_empty())).map_err(unreadable);
        let (id, name) = (given("id")?, given("name")?);
        let old = id.or(name).and_then(|asked| schema.find(asked));
        let mut found = FieldErrors::new();
        let mut new = match old {
            Some(old) => {
                found = type_fault(old, sent).map_err(unreadable)?;
                Collection::clone(old)
            }
            None => scaffold(kind(sent).map_err(unreadable)?.unwrap_or_else(|| {
                found.add("type", Fault::new("validation_in_invalid", "Must be a valid value."));
                Scaffold::Base
            })),
        };
        if let Some(old) = old {
            let mut sent = sent.clone();
            if delete_missing && sent.get("fields").is_none_or(Json::is_null) {
                sent.insert("fields".to_owned(), Json::Array(Vec::new()));
            }
            merge(&mut new, &sent, false).map_err(unreadable)?;
            if !new.is_view() {
                keep_fields(&mut new.fields, &old.fields, delete_missing);
            }
        } else {
            merge(&mut new, sent, true).map_err(unreadable)?;
        }
        let date = |key, stored: &str| -> Result<String> {
            Ok(given(key)?.and_then(date::parse).map_or_else(|| stored.to_owned(), time::format))
        };
        let order = (new.is_view(), date("created", &new.created)?, date("updated", &new.updated)?);
        new.updated = time::now_text();
        if old.is_none() {
            new.created.clone_from(&new.updated);
        }
        normalise(&mut new, old.map(|old| &**old), schema);
        Ok(Self { old: old.cloned(), new, order, found })
    }
}

/// Puts stored fields behind those that were sent: all that are missing, or those of the system alone. One that was
/// sent with its name and type under another id is the same field, and keeps its column.
fn keep_fields(sent: &mut Vec<Field>, stored: &[Field], system_only: bool) {
    for field in stored {
        if sent.iter().any(|one| one.id == field.id) {
            continue;
        }
        match sent.iter_mut().find(|one| one.name == field.name) {
            Some(same) if same.type_name() == field.type_name() => same.id.clone_from(&field.id),
            _ if field.system || !system_only => sent.push(field.clone()),
            _ => {}
        }
    }
}

/// Of a stored collection that was sent twice, the later one counts; a new one cannot be made twice.
fn without_repeated(drafts: Vec<Draft>) -> Result<Vec<Draft>> {
    let mut kept: Vec<Draft> = Vec::with_capacity(drafts.len());
    let (mut places, mut names) = (HashMap::new(), HashMap::new());
    for draft in drafts {
        match places.get(&draft.new.id) {
            Some(&place) if draft.old.is_some() => kept[place] = draft,
            Some(_) => return Err(Error::Unique { table: "_collections".into(), columns: vec!["id".into()] }),
            None => {
                places.insert(draft.new.id.clone(), kept.len());
                kept.push(draft);
            }
        }
    }
    for draft in &kept {
        if names.insert(draft.new.name.to_ascii_lowercase(), ()).is_some() {
            return Err(Error::Unique { table: "_collections".into(), columns: vec!["name".into()] });
        }
    }
    Ok(kept)
}

/// What an engine has against a table before anybody validates it, in its words: collections are saved before they
/// are validated, as far as a client can tell.
fn refuse_what_no_table_can_be(collection: &Collection) -> Result<()> {
    let mut names = HashSet::new();
    for field in &collection.fields {
        if !names.insert(field.name.to_ascii_lowercase()) {
            return Err(Error::Engine(format!("duplicate column name: {}", field.name)));
        }
    }
    let mut errors = FieldErrors::new();
    for (at, text) in collection.indexes.iter().enumerate() {
        if Index::parse(text).is_none() {
            let fault = Fault::new("validation_invalid_index_expression", "Invalid CREATE INDEX expression.");
            errors.add_at(&["indexes", &at.to_string()], fault);
        }
    }
    errors.into_result("")
}

fn refuse(collection: &Collection, errors: &FieldErrors) -> Result<()> {
    if errors.is_empty() {
        return Ok(());
    }
    let shown = serde_json::to_string_pretty(&told(errors)).map_err(|error| Error::Internal(error.into()))?;
    let (name, id) = (&collection.name, &collection.id);
    Err(failure(format!("Data validations failed for collection \"{name}\" ({id}):\n{shown}")))
}

/// Errors as the contract shows them inside of a message: sentences alone, by key.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum Told {
    Sentence(String),
    Parts(BTreeMap<String, Told>),
}

fn told(errors: &FieldErrors) -> Told {
    let parts = errors.iter().map(|(key, error)| {
        let told = match error {
            FieldError::Leaf(fault) => Told::Sentence(plain(fault)),
            FieldError::Nested(errors) => told(errors),
        };
        (key.to_owned(), told)
    });
    Told::Parts(parts.collect())
}

/// The general sentences (contract: collections, section 17) as they are before they become sentences.
fn plain(fault: &Fault) -> String {
    const GENERAL: [&str; 4] = ["Cannot be blank.", "Must ", "The length must ", "The date is out of range."];
    match GENERAL.iter().any(|begin| fault.message.starts_with(begin)) {
        true => fault.within_a_sentence().trim_end_matches('.').to_owned(),
        false => fault.message.clone(),
    }
}

fn failure(message: String) -> Error {
    Error::invalid(FAILED, FieldErrors::from(("collections", Fault::new(CODE, message))))
}

/// The contract's words for a failed import.
fn explain(error: Error) -> Error {
    match error {
        // What the engine has against indexes and queries.
        Error::Invalid(invalid) if invalid.message.is_empty() => Error::invalid(FAILED, invalid.fields),
        error => match engine_text(&error) {
            Some(text) => failure(format!("Failed to import the collections configuration. Raw error:\n{text}")),
            None => error,
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(list: Json) -> Vec<Field> {
        let list = list.as_array().expect("a list").iter();
        list.map(|one| Field::from_json(one.as_object().expect("an object")).expect("a field")).collect()
    }

    fn ids(fields: &[Field]) -> Vec<(&str, &str)> {
        fields.iter().map(|field| (field.id.as_str(), field.name.as_str())).collect()
    }

    #[test]
    fn stored_fields_stay_behind_the_sent_ones_or_give_them_their_id() {
        let stored = fields(json!([
            {"id": "i", "name": "id", "type": "text", "system": true},
            {"id": "1", "name": "same", "type": "text"},
            {"id": "2", "name": "gone", "type": "text"},
            {"id": "3", "name": "other", "type": "text"},
            {"id": "4", "name": "renamed", "type": "text"}
        ]));
        let sent = fields(json!([
            {"id": "4", "name": "new_name", "type": "text"},
            {"id": "9", "name": "same", "type": "text"},
            {"name": "other", "type": "number"}
        ]));
        let mut merged = sent.clone();
        keep_fields(&mut merged, &stored, false);
        let kept = [("4", "new_name"), ("1", "same"), ("", "other"), ("i", "id"), ("2", "gone"), ("3", "other")];
        assert_eq!(ids(&merged), kept);
        let mut replaced = sent;
        keep_fields(&mut replaced, &stored, true);
        assert_eq!(ids(&replaced), [("4", "new_name"), ("1", "same"), ("", "other"), ("i", "id")]);
    }

    #[test]
    fn general_sentences_are_told_plainly_and_others_as_they_are() {
        let told = |text: &str| plain(&Fault::new("c", text));
        assert_eq!(told("Must be in a valid format."), "must be in a valid format");
        assert_eq!(told("Cannot be blank."), "cannot be blank");
        assert_eq!(told("The length must be between 1 and 5."), "the length must be between 1 and 5");
        assert_eq!(told("Field type cannot be changed."), "Field type cannot be changed.");
    }
}
