//! Which field a column goes to, and rows as a create takes them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::faithful;
use super::infer::field_name;
use crate::error::FieldErrors;
use crate::ids;
use crate::schema::CollectionRef;
use crate::schema::field::text::TextOptions;

/// Where the values of `id` go that are no ids of records.
const SOURCE_ID: &str = "source_id";
/// How many columns without a field are named.
const MOST_IGNORED: usize = 50;
/// How many columns with a field are named.
const MOST_MATCHED: usize = 1000;

/// Columns of a file, matched with the fields of a collection.
pub(super) struct Mapping {
    collection: CollectionRef,
    /// The field of each column that was met, by its place; `None` where there is none.
    targets: HashMap<String, Option<usize>>,
    /// What inference has called the columns.
    names: HashMap<String, String>,
    /// Where values of `id` go that are no ids.
    source_id: Option<usize>,
    is_cells: bool,
    pub(super) ignored: BTreeSet<String>,
}

/// What is wrong with a row before anything else is asked.
pub(super) enum Unfit {
    /// Faults by field.
    Faults(FieldErrors),
    /// Two columns go to one field.
    Twice(String),
    /// No column has a field: the row is of something else.
    Nothing,
}

impl Mapping {
    /// For rows of a file; `names` are the fields of columns where inference has chosen them.
    pub(super) fn new(collection: CollectionRef, names: HashMap<String, String>, is_cells: bool) -> Self {
        let default_ids = collection.id_options().is_some_and(TextOptions::is_default_id);
        let source_id = collection.field_index(SOURCE_ID).filter(|_| default_ids);
        Self { collection, targets: HashMap::new(), names, source_id, is_cells, ignored: BTreeSet::new() }
    }

    /// A row for a create.
    pub(super) fn apply(&mut self, values: Vec<(String, Json)>) -> Result<Map<String, Json>, Unfit> {
        let is_empty = values.is_empty();
        let mut row = Map::new();
        let mut errors = FieldErrors::new();
        let collection = Arc::clone(&self.collection);
        for (source, value) in values {
            let at = match self.targets.get(&source) {
                Some(at) => *at,
                None => self.target(&source),
            };
            let at = match (source.as_str(), self.source_id) {
                ("id", Some(other)) if !is_record_id(&value) => Some(other),
                _ => at,
            };
            let Some(at) = at else {
                // The form of accounts asks for the password twice.
                if source == "passwordConfirm" && collection.is_auth() {
                    row.insert(source, value);
                }
                continue;
            };
            let field = &collection.fields[at];
            match faithful::for_field(field, value, self.is_cells) {
                Err(fault) => errors.add(field.name.as_str(), fault),
                Ok(value) => {
                    if row.insert(field.name.clone(), value).is_some() {
                        return Err(Unfit::Twice(field.name.clone()));
                    }
                }
            }
        }
        match errors.is_empty() {
            true if row.is_empty() && !is_empty => Err(Unfit::Nothing),
            true => Ok(row),
            false => Err(Unfit::Faults(errors)),
        }
    }

    /// Whether any of the columns has a field.
    pub(super) fn knows_any(&mut self, columns: &[String]) -> bool {
        columns.iter().any(|column| self.target(column).is_some())
    }

    /// The fields of the columns that were met and have one.
    pub(super) fn columns(&self) -> BTreeMap<String, String> {
        let met = self.targets.iter().filter_map(|(source, at)| Some((source, (*at)?)));
        met.take(MOST_MATCHED).map(|(source, at)| (source.clone(), self.collection.fields[at].name.clone())).collect()
    }

    /// The collection's name.
    pub(super) fn collection(&self) -> &str {
        &self.collection.name
    }

    /// The field of a column that was not met before.
    fn target(&mut self, source: &str) -> Option<usize> {
        let by_name = |name: &str| self.collection.field_index(name);
        let at = match self.names.get(source) {
            Some(name) => by_name(name),
            None => by_name(source).or_else(|| by_name(&field_name(source))),
        };
        let is_confirm = source == "passwordConfirm" && self.collection.is_auth();
        if at.is_none() && !is_confirm && self.ignored.len() < MOST_IGNORED {
            self.ignored.insert(source.to_owned());
        }
        // A hostile file could have a new column in each row.
        if self.targets.len() < 10_000 {
            self.targets.insert(source.to_owned(), at);
        }
        at
    }
}

fn is_record_id(value: &Json) -> bool {
    value.as_str().is_some_and(ids::is_record_id)
}
