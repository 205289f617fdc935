//! The plan of an alteration: from two collections to a list of steps, without a database.

use super::columns::Columns;
use super::indexes::Indexes;
use super::run;
use crate::schema::{Collection, Index};
use crate::store::Column;
use crate::store::tables::{Copied, Values};

/// How a table becomes what its collection says.
#[derive(Debug, PartialEq)]
pub(in crate::collections) struct Alteration {
    /// The table's name once it is done.
    pub(super) table: String,
    /// What to do, in order.
    pub(super) steps: Vec<Step>,
}

/// One change of a table. Indexes go first and come last, so that no step meets one that mentions its column.
#[derive(Debug, PartialEq)]
pub(in crate::collections) enum Step {
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
    /// All views go, so that none stands in the way of what follows: a column that goes and comes back under its name.
    SetViewsAside,
    /// They come back. One that no longer can be read refuses the change.
    RestoreViews,
    /// Single values become lists, lists single values: each column gets a new one under its name.
    Reshape(Vec<(String, Values)>),
    /// The rows go into a new table under the same name. Indexes stay.
    Rebuild {
        /// All its columns.
        columns: Vec<Copied>,
        /// The columns that go.
        drop: Vec<String>,
    },
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
    /// An index of ours comes: on the ids, whatever their case.
    CreateIdIndex {
        /// Its name.
        name: String,
    },
}

impl Alteration {
    /// What makes the table of `old` (`None`: there is none) the table of `new`.
    pub(in crate::collections) fn between(old: Option<&Collection>, new: &Collection) -> Self {
        let steps = match old {
            None => creation(new),
            Some(old) => change(old, new),
        };
        Self { table: new.name.clone(), steps }
    }

    /// Whether an index of the collection's list is made, for the first time or anew.
    pub(in crate::collections) fn makes(&self, name: &str) -> bool {
        self.steps.iter().any(|step| match step {
            Step::CreateIndex { index, .. } => index.name.eq_ignore_ascii_case(name),
            _ => false,
        })
    }
}

/// An index that the table of a collection must have.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedIndex {
    /// Its name.
    pub name: String,
    /// The statement that makes it.
    pub statement: String,
}

/// The indexes that the table of a collection must have: those of its list, and those of ours.
pub fn expected_indexes(collection: &Collection) -> Vec<ExpectedIndex> {
    let table = collection.name.as_str();
    let named = Indexes::of(collection).into_iter().filter_map(|step| match step {
        Step::CreateIndex { index, .. } => Some(ExpectedIndex { statement: index.build(), name: index.name }),
        Step::CreateOwnIndex { name, column } => {
            Some(ExpectedIndex { statement: run::own_index(table, &name, &column), name })
        }
        Step::CreateIdIndex { name } => Some(ExpectedIndex { statement: run::id_index(table, &name), name }),
        _ => None,
    });
    named.collect()
}

fn creation(new: &Collection) -> Vec<Step> {
    let columns = new.fields.iter().map(|field| (field.name.clone(), field.column())).collect();
    let mut steps = vec![Step::CreateTable(columns)];
    steps.extend(Indexes::of(new));
    steps
}

fn change(old: &Collection, new: &Collection) -> Vec<Step> {
    let columns = Columns::between(&old.fields, &new.fields);
    let indexes = Indexes::between(old, new, &columns.touched);
    let mut steps = indexes.drop;
    if !old.name.eq_ignore_ascii_case(&new.name) {
        steps.push(Step::RenameTable { from: old.name.clone() });
    }
    steps.extend(columns.steps(&new.fields, indexes.kept));
    steps.extend(indexes.create);
    steps
}

#[cfg(test)]
mod tests {
    use super::Step::*;
    use super::*;
    use crate::ids;
    use crate::schema::field::autodate::AutodateOptions;
    use crate::schema::field::relation::RelationOptions;
    use crate::schema::field::select::SelectOptions;
    use crate::schema::field::text::TextOptions;
    use crate::schema::{Field, FieldKind};

    fn field(id: &str, name: &str, kind: FieldKind) -> Field {
        Field::new(id, name, kind)
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
        let mut all = vec![field("text1", "id", FieldKind::Text(TextOptions::default_id()))];
        all.extend_from_slice(fields);
        Collection {
            id: "pbc_1".into(),
            name: "posts".into(),
            fields: all,
            indexes: indexes.iter().map(|index| (*index).to_owned()).collect(),
            ..Collection::default()
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
    fn ids_that_may_differ_in_case_alone_have_an_index_that_ignores_it() {
        let old = posts(&[], &[]);
        let mut new = posts(&[], &[]);
        new.fields[0].kind = FieldKind::Text(TextOptions { pattern: r"^\w+$".into(), ..TextOptions::default_id() });
        let name = ids::checksum_id("_tb_pbc_1_", &format!("{} ignoring case", new.fields[0].id));
        assert_eq!(steps(&old, &new), [CreateIdIndex { name: name.clone() }]);
        assert_eq!(steps(&new, &old), [DropIndex(name)]);
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

    fn copied(name: &str, column: Column, values: impl Into<Option<Values>>) -> Copied {
        Copied { name: name.into(), column, values: values.into() }
    }

    fn rebuild(columns: &[Copied], drop: &[&str]) -> [Step; 3] {
        let mut all = vec![copied("id", Column::Id, Values::Same)];
        all.extend_from_slice(columns);
        let drop = drop.iter().map(|name| (*name).to_owned()).collect();
        [SetViewsAside, Rebuild { columns: all, drop }, RestoreViews]
    }

    fn reshape(name: &str, values: Values) -> [Step; 3] {
        [SetViewsAside, Reshape(vec![(name.into(), values)]), RestoreViews]
    }

    #[test]
    fn single_and_multiple_change_into_each_other_after_the_rename() {
        let single = posts(&[select("s", "tag", 1)], &[]);
        let multiple = posts(&[select("s", "tags", 3)], &[]);
        let mut expected = vec![rename("tag", "tags")];
        expected.extend(rebuild(&[copied("tags", Column::List, Values::ToList)], &[]));
        assert_eq!(steps(&single, &multiple), expected);
        let mut expected = vec![rename("tags", "tag")];
        expected.extend(rebuild(&[copied("tag", Column::Text, Values::ToSingle)], &[]));
        assert_eq!(steps(&multiple, &single), expected);
    }

    #[test]
    fn a_column_is_changed_in_place_where_an_index_would_have_to_be_built_anew_for_nothing() {
        let indexes = ["CREATE INDEX `i1` ON `posts` (`title`)"];
        let with = |most| posts(&[text("t", "title"), select("s", "tag", most)], &indexes);
        assert_eq!(steps(&with(1), &with(3)), reshape("tag", Values::ToList));
        assert_eq!(steps(&with(3), &with(1)), reshape("tag", Values::ToSingle));
    }

    #[test]
    fn many_changes_of_columns_write_the_rows_once() {
        let indexes = ["CREATE INDEX `i1` ON `posts` (`title`)"];
        let fields = |most| {
            let mut fields = vec![text("t", "title")];
            fields.extend((0..3).map(|at| select(&format!("s{at}"), &format!("tag{at}"), most)));
            fields
        };
        let mut expected = vec![copied("title", Column::Text, Values::Same)];
        expected.extend((0..3).map(|at| copied(&format!("tag{at}"), Column::List, Values::ToList)));
        let found = steps(&posts(&fields(1), &indexes), &posts(&fields(2), &indexes));
        assert_eq!(found, rebuild(&expected, &[]));
    }

    #[test]
    fn a_name_that_is_taken_over_is_free_before_the_rows_are_copied() {
        let old = posts(&[text("1", "a"), text("2", "b"), text("3", "c"), text("4", "d")], &[]);
        let new = posts(&[text("1", "b"), field("5", "c", FieldKind::Bool), text("6", "e")], &[]);
        let columns =
            [copied("b", Column::Text, Values::Same), copied("c", Column::Bool, None), copied("e", Column::Text, None)];
        let mut expected = vec![rename("b", "b~"), rename("a", "b"), rename("c", "c~"), rename("d", "d~")];
        expected.extend(rebuild(&columns, &["b~", "c~", "d~"]));
        assert_eq!(steps(&old, &new), expected);
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
        let mut expected = vec![DropIndex(own.clone())];
        expected.extend(rebuild(&[copied("author", Column::List, Values::ToList)], &[]));
        assert_eq!(steps(&old, &multiple), expected);
        let mut expected: Vec<Step> = rebuild(&[copied("author", Column::Text, Values::ToSingle)], &[]).into();
        expected.push(CreateOwnIndex { name: own.clone(), column: "author".into() });
        assert_eq!(steps(&multiple, &old), expected);
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
