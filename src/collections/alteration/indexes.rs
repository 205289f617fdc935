//! What an alteration does to the indexes: those of the collection's list, and those of ours.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Step;
use crate::ids;
use crate::schema::index::IndexColumn;
use crate::schema::{Collection, Field, FieldKind, Index};

/// What happens to the indexes of a table.
pub(super) struct Indexes {
    /// Before the columns change.
    pub(super) drop: Vec<Step>,
    /// Afterwards.
    pub(super) create: Vec<Step>,
    /// How many there are that nothing happens to.
    pub(super) kept: usize,
}

impl Indexes {
    /// `touched` are the columns that go or change, by their old names in lower case.
    pub(super) fn between(old: &Collection, new: &Collection, touched: &HashSet<String>) -> Self {
        let mut indexes = Self { drop: Vec::new(), create: Vec::new(), kept: 0 };
        indexes.of_the_list(old, new, touched);
        indexes.of_ours(old, new);
        indexes
    }

    /// All indexes of a new table.
    pub(super) fn of(new: &Collection) -> Vec<Step> {
        let listed = listed(new).into_iter().map(|(at, index)| Step::CreateIndex { at, index });
        listed.chain(own(new).into_values()).collect()
    }

    fn of_the_list(&mut self, old: &Collection, new: &Collection, touched: &HashSet<String>) {
        // An index follows its table through a rename, so the table's name makes no difference.
        let on_new = |(at, index): (usize, Index)| (at, Index { table: new.name.clone(), ..index });
        let name = |index: &Index| index.name.to_ascii_lowercase();
        let after: Vec<(usize, Index)> = listed(new).into_iter().map(on_new).collect();
        let wanted: HashMap<String, &Index> = after.iter().map(|(_, index)| (name(index), index)).collect();
        let mut kept = HashSet::new();
        for (_, index) in listed(old).into_iter().map(on_new) {
            if wanted.get(&name(&index)) == Some(&&index) && !mentions(&index, touched) {
                kept.insert(name(&index));
            } else {
                self.drop.push(Step::DropIndex(index.name));
            }
        }
        self.kept += kept.len();
        let missing = after.into_iter().filter(|(_, index)| !kept.contains(&name(index)));
        self.create.extend(missing.map(|(at, index)| Step::CreateIndex { at, index }));
    }

    fn of_ours(&mut self, old: &Collection, new: &Collection) {
        let (before, after) = (own(old), own(new));
        self.kept += before.keys().filter(|name| after.contains_key(*name)).count();
        let gone = before.keys().filter(|name| !after.contains_key(*name));
        self.drop.extend(gone.map(|name| Step::DropIndex(name.clone())));
        let missing = after.into_iter().filter(|(name, _)| !before.contains_key(name));
        self.create.extend(missing.map(|(_, step)| step));
    }
}

/// The collection's indexes with their places in its list. `IF NOT EXISTS` makes no difference here: an index that
/// is to come and is there already is another one.
fn listed(collection: &Collection) -> Vec<(usize, Index)> {
    let texts = collection.indexes.iter().enumerate();
    texts.filter_map(|(at, text)| Some((at, Index { optional: false, ..Index::parse(text)? }))).collect()
}

/// Whether an index may speak of one of these columns: as a column, or as a word of an expression or a condition.
/// A word too many costs an index that is built anew; one too few would be an index in the way of a step.
fn mentions(index: &Index, columns: &HashSet<String>) -> bool {
    let texts = index.columns.iter().map(|column| column.name.as_str()).chain([index.condition.as_str()]);
    let mut words = texts.flat_map(|text| text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')));
    words.any(|word| columns.contains(&word.to_ascii_lowercase()))
}

/// What makes the indexes of ours, by name. The names are the same across renames of collection and field.
///
/// There is one on each single relation field that no index of the list serves, because `expand`, cascades and
/// back-relations look records up by them; and one on ids that may differ in case alone, which a create must not.
fn own(collection: &Collection) -> BTreeMap<String, Step> {
    let served: HashSet<String> = listed(collection).iter().filter_map(|(_, index)| served_by(index)).collect();
    let wanted = |field: &&Field| {
        matches!(field.kind, FieldKind::Relation(_))
            && !field.is_multiple()
            && !served.contains(&field.name.to_ascii_lowercase())
    };
    let prefix = format!("_tb_{}_", collection.id);
    let step = |field: &Field| {
        let name = ids::checksum_id(&prefix, &field.id);
        (name.clone(), Step::CreateOwnIndex { name, column: field.name.clone() })
    };
    let of_ids = |field: &Field| {
        let name = ids::checksum_id(&prefix, &format!("{} ignoring case", field.id));
        (name.clone(), Step::CreateIdIndex { name })
    };
    let mixed = |field: &&Field| matches!(&field.kind, FieldKind::Text(options) if options.allows_mixed_case_ids());
    let fields = collection.fields.iter();
    fields.clone().filter(wanted).map(step).chain(fields.filter(mixed).map(of_ids)).collect()
}

/// The column, in lower case, whose rows an index finds by any value: the first one, unless the index is partial or
/// collates.
fn served_by(index: &Index) -> Option<String> {
    let first: &IndexColumn = index.columns.first()?;
    let plain = index.condition.is_empty() && !first.expression && first.collate.is_empty();
    plain.then(|| first.name.to_ascii_lowercase())
}
