//! What becomes of each table: pure, from what was found in the source and the collections that are there.

use std::collections::HashSet;
use std::ops::Range;

use super::indexes::{IndexPlan, Indexing};
use super::kind::{self, Kind};
use super::links::{self, Identity, Link};
use super::observe::Observed;
use super::views::ViewPlan;
use super::{Wanted, keys};
use crate::import::names::{self, Taken};
use crate::schema::{Collection, Field, FieldKind, Schema};
use crate::store::foreign::{Catalogue, LeftOut, Selection, Table};

/// The most columns that a collection has beside its id.
const MOST_COLUMNS: usize = 1999;

/// What an import does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The tables that come, in the order of their creation.
    pub tables: Vec<TablePlan>,
    /// The views that come, in the order of their creation.
    pub views: Vec<ViewPlan>,
    /// What should come and cannot.
    pub refused: Vec<LeftOut>,
    /// What does not come by its nature.
    pub left_out: Vec<LeftOut>,
}

/// What becomes of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TablePlan {
    /// The table.
    pub table: String,
    /// The name of its collection.
    pub collection: String,
    /// The id of its collection: the same in each run.
    pub id: String,
    /// Whether the collection has yet to be made.
    pub is_new: bool,
    /// How many rows it has.
    pub rows: u64,
    /// What its columns become, in their order.
    pub fields: Vec<FieldPlan>,
    /// The indexes that the collection gets.
    pub indexes: Vec<IndexPlan>,
    /// What should be known of it.
    pub notes: Vec<String>,
    /// What is read.
    pub(super) selection: Selection,
    /// Where the values stand in a row that the record's id follows from.
    pub(super) key: Vec<usize>,
    /// Where its row number stands, if it has one.
    pub(super) row_number: Option<usize>,
}

/// What becomes of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldPlan {
    /// The column.
    pub column: String,
    /// The name of its field.
    pub name: String,
    /// The type of its field.
    pub(super) kind: Kind,
    /// Whether the field must have a value.
    pub required: bool,
    /// For a relation: where the key of the row that it points to stands.
    pub(super) target: Range<usize>,
    /// For a relation: the column that it points to.
    pub(super) target_column: String,
    /// Whether an empty field was NULL, as far as that can be told.
    pub(super) blank_was_null: bool,
    /// The limit that a field that is there must get first.
    pub(super) limit: Option<usize>,
    /// Whether the collection is there and has no such field.
    pub is_missing: bool,
}

impl FieldPlan {
    /// The type of its field, in a word.
    pub fn type_name(&self) -> &'static str {
        self.kind.name()
    }

    /// The name of the collection that it points to, if it is a relation.
    pub fn points_to<'p>(&self, plan: &'p Plan) -> Option<&'p str> {
        let Kind::Relation { collection, .. } = &self.kind else { return None };
        plan.tables.iter().find(|table| table.id == *collection).map(|table| table.collection.as_str())
    }

    #[cfg(test)]
    pub(super) fn plain(column: &str, name: &str, kind: Kind) -> Self {
        let (column, name) = (column.to_owned(), name.to_owned());
        Self {
            column,
            name,
            kind,
            required: false,
            target: 0..0,
            target_column: String::new(),
            blank_was_null: false,
            limit: None,
            is_missing: false,
        }
    }
}

/// What was seen of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Seen {
    /// How many rows there are.
    pub(super) rows: u64,
    /// Its columns, in their order.
    pub(super) columns: Vec<Observed>,
    /// How many rows point to nothing, for each of its links.
    pub(super) dangling: Vec<u64>,
}

/// A table with what was found of it.
pub(super) struct Found<'a> {
    pub(super) table: &'a Table,
    pub(super) links: Vec<Link>,
    /// What is said of foreign keys that become no relation.
    pub(super) notes: Vec<String>,
    /// What was seen in it; why it cannot be read.
    pub(super) seen: Result<Seen, String>,
}

/// Whether a table can come at all, by its form; the reason where it cannot.
pub(super) fn refusal(table: &Table) -> Option<String> {
    if table.columns.len() > MOST_COLUMNS {
        return Some(format!(
            "it has {} columns, and a collection has at most {MOST_COLUMNS} fields beside its id",
            table.columns.len()
        ));
    }
    (links::identity(table) == Identity::None)
        .then(|| "it has no primary key, and its columns hide the numbers of its rows".to_owned())
}

/// Plans the import of what was found into the collections that are there.
pub(super) fn plan(found: Vec<Found<'_>>, catalogue: &Catalogue, wanted: &Wanted, schema: &Schema) -> Plan {
    let mut plan = Plan { left_out: catalogue.left_out.clone(), ..Plan::default() };
    let mut collections = Taken::new(schema.all().iter().flat_map(|one| [one.name.clone(), one.id.clone()]));
    let all_indexes = schema.all().iter().flat_map(|one| one.parsed_indexes());
    let mut indexes = Taken::new(all_indexes.map(|index| index.name));
    for found in found {
        let refused = |reason| LeftOut { name: found.table.name.clone(), reason };
        let seen = match found.seen {
            Ok(seen) => seen,
            Err(reason) => {
                plan.refused.push(refused(reason));
                continue;
            }
        };
        let planning = Planning { table: found.table, links: &found.links, seen: &seen, wanted, schema };
        match planning.table(&mut collections, &mut indexes) {
            Ok(mut table) => {
                table.notes.splice(0..0, found.notes);
                plan.tables.push(table);
            }
            Err(reason) => plan.refused.push(refused(reason)),
        }
    }
    plan
}

struct Planning<'a> {
    table: &'a Table,
    links: &'a [Link],
    seen: &'a Seen,
    wanted: &'a Wanted,
    schema: &'a Schema,
}

impl Planning<'_> {
    fn table(&self, collections: &mut Taken, indexes: &mut Taken) -> Result<TablePlan, String> {
        let id = keys::collection_id(&self.wanted.prefix, &self.table.name);
        let there = self.schema.by_id(&id);
        let collection = match there {
            Some(there) => there.name.clone(),
            None => names::collection(&self.wanted.prefix, &self.table.name, collections),
        };
        let (fields, mut notes) = self.fields(there.map(|there| &**there))?;
        let definitions: HashSet<String> =
            there.iter().flat_map(|there| there.parsed_indexes()).map(|index| index.definition()).collect();
        let indexing = Indexing {
            table: self.table,
            collection: &collection,
            fields: &fields,
            has_blanks: &|at| self.has_blanks(at),
            there: &definitions,
        };
        let (indexes, of_indexes) = indexing.plan(indexes);
        notes.extend(of_indexes);
        let key = match self.table.key.is_empty() {
            true => vec![self.table.columns.len()],
            false => self.table.key.clone(),
        };
        Ok(TablePlan {
            table: self.table.name.clone(),
            collection,
            id,
            is_new: there.is_none(),
            rows: self.seen.rows,
            fields,
            indexes,
            notes,
            selection: links::selection(self.table, self.links),
            key,
            row_number: self.table.row_number.map(|_| self.table.columns.len()),
        })
    }

    fn fields(&self, there: Option<&Collection>) -> Result<(Vec<FieldPlan>, Vec<String>), String> {
        let mut taken = Taken::default();
        let mut fields = Vec::new();
        let mut notes = Vec::new();
        let mut at_target = self.table.columns.len() + usize::from(self.table.row_number.is_some());
        let targets: Vec<(usize, Range<usize>)> = self
            .links
            .iter()
            .map(|link| {
                let from = at_target;
                at_target += link.key.len();
                (link.column, from..at_target)
            })
            .collect();
        for (at, column) in self.table.columns.iter().enumerate() {
            let name = names::field(&column.name, &mut taken);
            let seen = &self.seen.columns[at];
            let field = there.and_then(|there| there.field(&name));
            let (mut kind, mut said) = self.kind(at, field);
            if name != column.name {
                said.insert(0, format!("became the field {name}"));
            }
            if column.generated {
                said.push("is computed in the source: an ordinary field here".to_owned());
            }
            let mut limit = None;
            let mut is_missing = false;
            match field {
                None => is_missing = there.is_some(),
                Some(field) => {
                    limit = kind.greater_limit(field);
                    kind = kind.within(field, seen).ok_or_else(|| {
                        format!(
                            "its column {} has values that the field {name} of its collection, a {} since the first \
                             import, cannot hold; rename that field, or import under another --prefix",
                            column.name,
                            field.type_name()
                        )
                    })?;
                }
            }
            notes.extend(said.into_iter().map(|said| format!("{}: {said}", column.name)));
            let is_relation = matches!(kind, Kind::Relation { .. });
            let target =
                targets.iter().find(|(column, _)| is_relation && *column == at).map(|(_, range)| range.clone());
            let required = self.is_required(at, &kind);
            let target = target.unwrap_or(0..0);
            let link = self.links.iter().find(|link| is_relation && link.column == at);
            fields.push(FieldPlan {
                column: column.name.clone(),
                name,
                kind,
                required,
                target,
                target_column: link.map(|link| link.target.clone()).unwrap_or_default(),
                blank_was_null: seen.nulls > 0 && seen.empty + seen.zeros == 0,
                limit,
                is_missing,
            });
        }
        Ok((fields, notes))
    }

    /// What a column becomes. A field that is there, and was no relation when it was made, stays none.
    fn kind(&self, at: usize, field: Option<&Field>) -> (Kind, Vec<String>) {
        let can_point = field.is_none_or(|field| matches!(field.kind, FieldKind::Relation(_)));
        let Some(place) = self.links.iter().position(|link| can_point && link.column == at) else {
            return kind::decide(&self.table.columns[at].declared, &self.seen.columns[at]);
        };
        let link = &self.links[place];
        let kind = Kind::Relation {
            collection: keys::collection_id(&self.wanted.prefix, &link.table),
            cascades: link.cascades,
        };
        let mut notes = Vec::new();
        match self.seen.dangling[place] {
            0 => {}
            1 => notes.push(format!("1 row points to nothing in {}: emptied", link.table)),
            many => notes.push(format!("{many} rows point to nothing in {}: emptied", link.table)),
        }
        (kind, notes)
    }

    /// Whether the source refuses NULL, and `required` would refuse none of its rows, and none that it may get: 0 and
    /// false are nothing to `required`, and something to NOT NULL.
    fn is_required(&self, at: usize, kind: &Kind) -> bool {
        let seen = &self.seen.columns[at];
        let is_key = self.table.key.contains(&at);
        let not_null = (self.table.columns[at].not_null || is_key) && seen.blanks() == 0;
        match kind {
            Kind::Bool => false,
            Kind::Number { .. } => not_null && is_key && seen.zeros == 0,
            Kind::Relation { .. } => not_null && !self.has_blanks(at),
            // `{}` and `[]` are nothing as well.
            Kind::Json { .. } => false,
            Kind::Text { .. } | Kind::Date(_) => not_null,
        }
    }

    /// Whether rows have nothing in a field, while the source tells them apart.
    fn has_blanks(&self, at: usize) -> bool {
        let dangling = self.links.iter().zip(&self.seen.dangling);
        self.seen.columns[at].nulls > 0 || dangling.into_iter().any(|(link, count)| link.column == at && *count > 0)
    }
}
