//! The plan of an alteration: from two collections to a list of steps, without a database.

use std::collections::HashSet;

use super::renames::{self, Rename};
use crate::ids;
use crate::schema::index::IndexColumn;
use crate::schema::{Collection, Field, FieldKind, Index};
use crate::store::Column;

/// How a table becomes what its collection says.
#[derive(Debug, PartialEq)]
pub(in super::super) struct Alteration {
    /// The table's name once it is done.
    pub(super) table: String,
    /// What to do, in order.
    pub(super) steps: Vec<Step>,
}

/// One change of a table. Indexes go first and come last, so that no step meets one that mentions its column.
#[derive(Debug, PartialEq)]
pub(in super::super) enum Step {
    /// The table does not exist yet: it is made with these columns.
    CreateTable(Vec<(String, Column)>),
    /// An index goes, the collection's own or one of ours.
    DropIndex(String),
    /// The table takes its new name; its indexes go with it.
    RenameTable {
        /// The name that it has.
        from: String,
    },
    /// A column goes, with its data.
    DropColumn(String),
    /// A column takes a new name.
    RenameColumn {
        /// The name that it has.
        from: String,
        /// The name that it gets.
        to: String,
    },
    /// A column comes; rows that exist take its default.
    AddColumn(String, Column),
    /// Single values become lists.
    ToList(String),
    /// Lists become their last element.
    ToSingle(String),
    /// An index of the collection comes.
    CreateIndex {
        /// Its place in the collection's list, where its faults are told.
        at: usize,
        /// What it is.
        index: Index,
    },
    /// An index of ours comes: plain, on one relation field.
    CreateOwnIndex {
        /// Its name.
        name: String,
        /// The column that it is on.
        column: String,
    },
}

impl Alteration {
    /// What makes the table of `old` (`None`: there is none) the table of `new`.
    pub(in super::super) fn between(old: Option<&Collection>, new: &Collection) -> Self {
        let steps = match old {
            None => creation(new),
            Some(old) => change(old, new),
        };
        Self { table: new.name.clone(), steps }
    }
}

fn creation(new: &Collection) -> Vec<Step> {
    let columns = new.fields.iter().map(|field| (field.name.clone(), field.column())).collect();
    let mut steps = vec![Step::CreateTable(columns)];
    steps.extend(indexes(new).map(|(at, index)| Step::CreateIndex { at, index }));
    steps.extend(own_indexes(new).into_iter().map(OwnIndex::creation));
    steps
}

fn change(old: &Collection, new: &Collection) -> Vec<Step> {
    let columns = Columns::between(&old.fields, &new.fields);
    let indexes = Indexes::between(old, new, &columns.touched);
    let mut steps = indexes.drop;
    if !old.name.eq_ignore_ascii_case(&new.name) {
        steps.push(Step::RenameTable { from: old.name.clone() });
    }
    steps.extend(columns.drop.into_iter().map(Step::DropColumn));
    let renames = renames::ordered(columns.rename).into_iter();
    steps.extend(renames.map(|Rename { from, to }| Step::RenameColumn { from, to }));
    steps.extend(columns.reshape);
    steps.extend(columns.add);
    steps.extend(indexes.create);
    steps
}

/// What happens to the columns.
#[derive(Default)]
struct Columns {
    drop: Vec<String>,
    rename: Vec<Rename>,
    /// Single to list and back, by the new names.
    reshape: Vec<Step>,
    add: Vec<Step>,
    /// The old names of all columns that go or change, in lower case: indexes that mention one are built anew.
    touched: HashSet<String>,
}

impl Columns {
    /// A field is the same across its changes where its id is.
    fn between(old: &[Field], new: &[Field]) -> Self {
        let mut columns = Self::default();
        for before in old {
            match new.iter().find(|field| field.id == before.id) {
                None => columns.drops(before),
                Some(after) => columns.becomes(before, after),
            }
        }
        for field in new {
            if !old.iter().any(|before| before.id == field.id) {
                columns.adds(field);
            }
        }
        columns
    }

    fn becomes(&mut self, before: &Field, after: &Field) {
        let (from, to) = (before.column(), after.column());
        let step = match (from, to) {
            _ if from == to => None,
            (Column::Text, Column::List) => Some(Step::ToList(after.name.clone())),
            (Column::List, Column::Text) => Some(Step::ToSingle(after.name.clone())),
            // No value of one type means anything in the other.
            _ => {
                self.drops(before);
                return self.adds(after);
            }
        };
        if step.is_some() || before.name != after.name {
            self.touch(before);
        }
        self.reshape.extend(step);
        if before.name != after.name {
            self.rename.push(Rename { from: before.name.clone(), to: after.name.clone() });
        }
    }

    fn drops(&mut self, field: &Field) {
        self.touch(field);
        self.drop.push(field.name.clone());
    }

    fn adds(&mut self, field: &Field) {
        self.add.push(Step::AddColumn(field.name.clone(), field.column()));
    }

    fn touch(&mut self, field: &Field) {
        self.touched.insert(field.name.to_ascii_lowercase());
    }
}

/// What happens to the indexes.
struct Indexes {
    drop: Vec<Step>,
    create: Vec<Step>,
}

impl Indexes {
    fn between(old: &Collection, new: &Collection, touched: &HashSet<String>) -> Self {
        // An index follows its table through a rename, so the table's name makes no difference.
        let before: Vec<Index> = indexes(old).map(|(_, index)| Index { table: new.name.clone(), ..index }).collect();
        let after: Vec<(usize, Index)> =
            indexes(new).map(|(at, index)| (at, Index { table: new.name.clone(), ..index })).collect();
        let stays = |index: &Index| !mentions(index, touched) && after.iter().any(|(_, other)| other == index);
        let (kept, gone): (Vec<Index>, Vec<Index>) = before.into_iter().partition(stays);

        let own_before = own_indexes(old);
        let own_after = own_indexes(new);
        let has = |list: &[OwnIndex], one: &OwnIndex| list.iter().any(|other| other.name == one.name);

        let mut drop: Vec<Step> = gone.into_iter().map(|index| Step::DropIndex(index.name)).collect();
        let own_gone = own_before.iter().filter(|one| !has(&own_after, one));
        drop.extend(own_gone.map(|one| Step::DropIndex(one.name.clone())));

        let come = after.into_iter().filter(|(_, index)| !kept.contains(index));
        let mut create: Vec<Step> = come.map(|(at, index)| Step::CreateIndex { at, index }).collect();
        let own_come = own_after.into_iter().filter(|one| !has(&own_before, one));
        create.extend(own_come.map(OwnIndex::creation));
        Self { drop, create }
    }
}

/// The collection's indexes with their places in its list. `IF NOT EXISTS` makes no difference here: an index that
/// is to come and is there already is another one.
fn indexes(collection: &Collection) -> impl Iterator<Item = (usize, Index)> {
    let texts = collection.indexes.iter().enumerate();
    texts.filter_map(|(at, text)| Some((at, Index { optional: false, ..Index::parse(text)? })))
}

/// Whether an index may speak of one of these columns: as a column, or as a word of an expression or a condition.
/// A word too many costs an index that is built anew; one too few would be an index in the way of a step.
fn mentions(index: &Index, columns: &HashSet<String>) -> bool {
    let texts = index.columns.iter().map(|column| column.name.as_str()).chain([index.condition.as_str()]);
    let mut words = texts.flat_map(|text| text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')));
    words.any(|word| columns.contains(&word.to_ascii_lowercase()))
}

/// An index of ours: `expand`, cascades and back-relations look records up by their relation fields.
struct OwnIndex {
    name: String,
    column: String,
}

impl OwnIndex {
    fn creation(self) -> Step {
        Step::CreateOwnIndex { name: self.name, column: self.column }
    }
}

/// One on each single relation field that no index of the collection serves. The name is the same across renames
/// of collection and field.
fn own_indexes(collection: &Collection) -> Vec<OwnIndex> {
    let single = |field: &&Field| matches!(field.kind, FieldKind::Relation(_)) && !field.is_multiple();
    let unserved = |field: &&Field| !indexes(collection).any(|(_, index)| serves(&index, &field.name));
    let fields = collection.fields.iter().filter(single).filter(unserved);
    let prefix = format!("_tb_{}_", collection.id);
    fields.map(|field| OwnIndex { name: ids::checksum_id(&prefix, &field.id), column: field.name.clone() }).collect()
}

/// Whether an index finds all rows by a value of this column. One that is partial or collates does not.
fn serves(index: &Index, column: &str) -> bool {
    let first = index.columns.first();
    let plain = |first: &IndexColumn| !first.expression && first.collate.is_empty();
    index.condition.is_empty()
        && first.is_some_and(|first| plain(first) && first.name.eq_ignore_ascii_case(column))
}

#[cfg(test)]
mod tests {
    use super::Step::*;
    use super::*;
    use crate::schema::CollectionKind;
    use crate::schema::field::autodate::AutodateOptions;
    use crate::schema::field::relation::RelationOptions;
    use crate::schema::field::select::SelectOptions;
    use crate::schema::field::text::TextOptions;

    fn field(id: &str, name: &str, kind: FieldKind) -> Field {
        Field {
            id: id.into(),
            name: name.into(),
            system: false,
            hidden: false,
            presentable: false,
            help: String::new(),
            required: false,
            kind,
        }
    }

    fn text(id: &str, name: &str) -> Field {
        field(id, name, FieldKind::Text(TextOptions::default()))
    }

    fn select(id: &str, name: &str, max_select: i64) -> Field {
        field(id, name, FieldKind::Select(SelectOptions { max_select, ..SelectOptions::default() }))
    }

    fn relation(id: &str, name: &str, max_select: i64) -> Field {
        field(id, name, FieldKind::Relation(RelationOptions { max_select, ..RelationOptions::default() }))
    }

    fn posts(fields: &[Field], indexes: &[&str]) -> Collection {
        let primary = TextOptions { primary_key: true, ..TextOptions::default() };
        let mut all = vec![field("text1", "id", FieldKind::Text(primary))];
        all.extend_from_slice(fields);
        Collection {
            id: "pbc_1".into(),
            name: "posts".into(),
            kind: CollectionKind::Base,
            system: false,
            fields: all,
            indexes: indexes.iter().map(|index| (*index).to_owned()).collect(),
            list_rule: None,
            view_rule: None,
            create_rule: None,
            update_rule: None,
            delete_rule: None,
            created: String::new(),
            updated: String::new(),
        }
    }

    fn steps(old: &Collection, new: &Collection) -> Vec<Step> {
        Alteration::between(Some(old), new).steps
    }

    fn index(text: &str) -> Index {
        Index::parse(text).expect("a readable index")
    }

    fn rename(from: &str, to: &str) -> Step {
        RenameColumn { from: from.into(), to: to.into() }
    }

    #[test]
    fn a_new_collection_is_a_table_and_its_indexes() {
        let title = "CREATE INDEX `i1` ON `posts` (`title`)";
        let new = posts(&[text("t", "title"), relation("r", "author", 1)], &[title]);
        let plan = Alteration::between(None, &new);
        let columns = [("id", Column::Id), ("title", Column::Text), ("author", Column::Text)];
        let own = ids::checksum_id("_tb_pbc_1_", "r");
        assert_eq!(plan.table, "posts");
        assert_eq!(
            plan.steps,
            [
                CreateTable(columns.map(|(name, column)| (name.into(), column)).into()),
                CreateIndex { at: 0, index: index(title) },
                CreateOwnIndex { name: own, column: "author".into() },
            ]
        );
    }

    #[test]
    fn rules_and_options_do_not_touch_the_table() {
        let indexes = ["CREATE INDEX `i1` ON `posts` (`title`)"];
        let old = posts(&[text("t", "title"), select("s", "tags", 2)], &indexes);
        let mut new = posts(&[select("s", "tags", 9), text("t", "title")], &indexes);
        new.list_rule = Some(String::new());
        new.fields[1].required = true;
        assert_eq!(steps(&old, &new), []);
    }

    #[test]
    fn fields_that_swap_names_keep_their_columns() {
        let old = posts(&[text("1", "a"), text("2", "b")], &[]);
        let new = posts(&[text("1", "b"), text("2", "a")], &[]);
        assert_eq!(steps(&old, &new), [rename("a", "a~"), rename("b", "a"), rename("a~", "b")]);
    }

    #[test]
    fn a_name_is_taken_over_once_its_column_is_gone() {
        let old = posts(&[text("1", "a"), text("2", "b")], &[]);
        let new = posts(&[text("1", "b"), text("3", "a")], &[]);
        let expected = [DropColumn("b".into()), rename("a", "b"), AddColumn("a".into(), Column::Text)];
        assert_eq!(steps(&old, &new), expected);
    }

    #[test]
    fn the_same_name_under_a_new_id_is_another_column() {
        let old = posts(&[text("1", "a")], &[]);
        let new = posts(&[field("2", "a", FieldKind::Bool)], &[]);
        assert_eq!(steps(&old, &new), [DropColumn("a".into()), AddColumn("a".into(), Column::Bool)]);
    }

    #[test]
    fn single_and_multiple_change_into_each_other_after_the_rename() {
        let single = posts(&[select("s", "tag", 1)], &[]);
        let multiple = posts(&[select("s", "tags", 3)], &[]);
        assert_eq!(steps(&single, &multiple), [rename("tag", "tags"), ToList("tags".into())]);
        assert_eq!(steps(&multiple, &single), [rename("tags", "tag"), ToSingle("tag".into())]);
    }

    #[test]
    fn indexes_follow_their_renamed_table() {
        let old = posts(&[text("t", "title")], &["CREATE INDEX `i1` ON `posts` (`title`)"]);
        let mut new = posts(&[text("t", "title")], &["CREATE INDEX `i1` ON `articles` (`title`)"]);
        new.name = "articles".into();
        assert_eq!(steps(&old, &new), [RenameTable { from: "posts".into() }]);
    }

    #[test]
    fn a_table_is_not_touched_where_only_the_case_of_its_name_changes() {
        let old = posts(&[text("t", "title")], &["CREATE INDEX `i1` ON `posts` (`title`)"]);
        let mut new = posts(&[text("t", "title")], &["CREATE INDEX `i1` ON `Posts` (`title`)"]);
        new.name = "Posts".into();
        assert_eq!(steps(&old, &new), []);
    }

    #[test]
    fn only_indexes_that_mention_a_changed_column_are_built_anew() {
        let fields = [text("1", "a"), text("2", "b"), text("3", "c"), text("4", "d")];
        let stays = "CREATE INDEX `stays` ON `posts` (`d`)";
        let old = posts(
            &fields,
            &[
                stays,
                "CREATE INDEX `column` ON `posts` (`A`)",
                "CREATE INDEX `expression` ON `posts` (lower(b))",
                "CREATE INDEX `partial` ON `posts` (`d`) WHERE c != ''",
            ],
        );
        let renamed = [text("1", "a1"), text("2", "b1"), text("3", "c1"), text("4", "d")];
        let again = [
            "CREATE INDEX `column` ON `posts` (`a1`)",
            "CREATE INDEX `expression` ON `posts` (lower(b1))",
            "CREATE INDEX `partial` ON `posts` (`d`) WHERE c1 != ''",
        ];
        let new = posts(&renamed, &[again[0], again[1], again[2], stays]);
        let mut expected: Vec<Step> = ["column", "expression", "partial"].map(|name| DropIndex(name.into())).into();
        expected.extend([rename("a", "a1"), rename("b", "b1"), rename("c", "c1")]);
        expected.extend(again.iter().enumerate().map(|(at, text)| CreateIndex { at, index: index(text) }));
        assert_eq!(steps(&old, &new), expected);
    }

    #[test]
    fn an_index_that_still_speaks_of_a_renamed_column_is_built_anew_to_be_refused() {
        let indexes = ["CREATE INDEX `i1` ON `posts` (`a`)"];
        let old = posts(&[text("1", "a")], &indexes);
        let new = posts(&[text("1", "b")], &indexes);
        let create = CreateIndex { at: 0, index: index(indexes[0]) };
        assert_eq!(steps(&old, &new), [DropIndex("i1".into()), rename("a", "b"), create]);
    }

    #[test]
    fn an_index_with_another_definition_replaces_the_one_of_its_name() {
        let old = posts(&[text("1", "a")], &["CREATE INDEX `i1` ON `posts` (`a`)"]);
        let unique = "CREATE UNIQUE INDEX `i1` ON `posts` (`a`)";
        let new = posts(&[text("1", "a")], &[unique]);
        assert_eq!(steps(&old, &new), [DropIndex("i1".into()), CreateIndex { at: 0, index: index(unique) }]);
    }

    #[test]
    fn our_index_stays_through_renames_and_goes_with_its_use() {
        let old = posts(&[relation("r", "author", 1)], &[]);
        let own = ids::checksum_id("_tb_pbc_1_", "r");
        let renamed = posts(&[relation("r", "writer", 1)], &[]);
        assert_eq!(steps(&old, &renamed), [rename("author", "writer")]);
        let multiple = posts(&[relation("r", "author", 2)], &[]);
        assert_eq!(steps(&old, &multiple), [DropIndex(own.clone()), ToList("author".into())]);
        let back = CreateOwnIndex { name: own.clone(), column: "author".into() };
        assert_eq!(steps(&multiple, &old), [ToSingle("author".into()), back]);
        let gone = posts(&[], &[]);
        assert_eq!(steps(&old, &gone), [DropIndex(own), DropColumn("author".into())]);
    }

    #[test]
    fn our_index_gives_way_to_one_that_serves_the_field() {
        let own = ids::checksum_id("_tb_pbc_1_", "r");
        let old = posts(&[relation("r", "author", 1)], &[]);
        let with = |text: &str| posts(&[relation("r", "author", 1)], &[text]);
        let serves = "CREATE INDEX `i1` ON `posts` (`author`, `id`)";
        assert_eq!(steps(&old, &with(serves)), [DropIndex(own), CreateIndex { at: 0, index: index(serves) }]);
        for other in [
            "CREATE INDEX `i1` ON `posts` (`id`, `author`)",
            "CREATE INDEX `i1` ON `posts` (`author`) WHERE `author` != ''",
            "CREATE INDEX `i1` ON `posts` (`author` COLLATE NOCASE)",
        ] {
            assert_eq!(steps(&old, &with(other)), [CreateIndex { at: 0, index: index(other) }]);
        }
    }

    #[test]
    fn a_field_that_moves_changes_nothing() {
        let autodate = field("d", "at", FieldKind::Autodate(AutodateOptions::default()));
        let old = posts(&[text("1", "a"), autodate.clone()], &[]);
        let new = posts(&[autodate, text("1", "a")], &[]);
        assert_eq!(steps(&old, &new), []);
    }
}
