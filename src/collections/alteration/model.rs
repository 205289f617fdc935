//! Any plan, held against a table that is as strict as an engine: it refuses a name twice, a column that is not
//! there, and a change of a column that an index mentions. Cells carry the field that they were written for, so
//! that lost and mixed-up data shows.

use std::collections::{BTreeMap, HashSet};

use proptest::prelude::*;

use super::{Alteration, Step};
use crate::schema::field::relation::RelationOptions;
use crate::schema::field::select::SelectOptions;
use crate::schema::field::text::TextOptions;
use crate::schema::{Collection, Field, FieldKind, Index};
use crate::store::Column;
use crate::store::tables::{Copied, Values};

/// Whose data a column holds.
#[derive(Debug, Clone, PartialEq)]
enum Data {
    OfField(String),
    Default,
}

#[derive(Debug, Clone, PartialEq)]
struct Cell {
    name: String,
    column: Column,
    data: Data,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Table {
    name: String,
    /// By name in lower case.
    columns: BTreeMap<String, Cell>,
    /// By name in lower case, each with the columns that it mentions.
    indexes: BTreeMap<String, Vec<String>>,
    /// Whether the views stand aside.
    without_views: bool,
}

fn key(name: &str) -> String {
    name.to_ascii_lowercase()
}

impl Table {
    fn of(collection: &Collection) -> Self {
        let mut table = Self::default();
        table.run(&Alteration::between(None, collection));
        for field in &collection.fields {
            table.cell(&field.name).data = Data::OfField(field.id.clone());
        }
        table
    }

    fn run(&mut self, plan: &Alteration) {
        for step in &plan.steps {
            self.step(step, &plan.table);
        }
    }

    fn step(&mut self, step: &Step, table: &str) {
        match step {
            Step::CreateTable(columns) => {
                assert!(self.columns.is_empty(), "the table is there");
                self.name = table.to_owned();
                columns.iter().for_each(|(name, column)| self.add(name, *column));
            }
            Step::RenameTable { from } => {
                assert_eq!(key(from), key(&self.name));
                assert_ne!(key(from), key(table), "an engine takes them for the same name");
                self.name = table.to_owned();
            }
            Step::DropIndex(name) => {
                self.indexes.remove(&key(name)).expect("the index is there");
            }
            Step::DropColumn(name) => {
                self.free(name);
                self.columns.remove(&key(name)).expect("the column is there");
            }
            Step::RenameColumn { from, to } => {
                let cell = self.columns.remove(&key(from)).expect("the column is there");
                let taken = self.columns.insert(key(to), Cell { name: to.clone(), ..cell });
                assert_eq!(taken, None, "{to} is taken");
                for mentioned in self.indexes.values_mut().flatten().filter(|name| **name == key(from)) {
                    *mentioned = key(to);
                }
            }
            Step::AddColumn(name, column) => self.add(name, *column),
            Step::SetViewsAside => assert!(!std::mem::replace(&mut self.without_views, true)),
            Step::RestoreViews => assert!(std::mem::replace(&mut self.without_views, false)),
            Step::Reshape(columns) => columns.iter().for_each(|(name, values)| self.reshape(name, *values)),
            Step::Rebuild { columns, drop } => self.rebuild(columns, drop),
            Step::CreateIndex { index, .. } => {
                let condition = index.condition.split_whitespace().next().map(str::to_owned);
                let names = index.columns.iter().map(|column| column.name.clone()).chain(condition);
                self.index(&index.name, names.collect());
            }
            Step::CreateOwnIndex { name, column } => self.index(name, vec![column.clone()]),
            Step::CreateIdIndex { name } => self.index(name, vec!["id".to_owned()]),
        }
    }

    fn cell(&mut self, name: &str) -> &mut Cell {
        self.columns.get_mut(&key(name)).expect("the column is there")
    }

    fn add(&mut self, name: &str, column: Column) {
        let cell = Cell { name: name.to_owned(), column, data: Data::Default };
        assert_eq!(self.columns.insert(key(name), cell), None, "{name} is taken");
    }

    fn rebuild(&mut self, columns: &[Copied], drop: &[String]) {
        assert!(self.without_views, "a view would stand in the way");
        for name in drop {
            self.free(name);
            self.columns.remove(&key(name)).expect("the column is there");
        }
        for one in columns {
            match one.values {
                None => self.add(&one.name, one.column),
                Some(Values::Same) => assert_eq!(self.cell(&one.name).column, one.column),
                Some(values) => self.reshape(&one.name, values),
            }
            assert_eq!(self.cell(&one.name).name, one.name);
        }
        assert_eq!(self.columns.len(), columns.len(), "every column is copied or goes");
    }

    fn reshape(&mut self, name: &str, values: Values) {
        let (from, to) = match values {
            Values::ToList => (Column::Text, Column::List),
            Values::ToSingle => (Column::List, Column::Text),
            Values::Same => panic!("nothing to change"),
        };
        assert!(self.without_views, "a view would stand in the way");
        self.free(name);
        let cell = self.cell(name);
        assert_eq!(cell.column, from);
        cell.column = to;
    }

    fn index(&mut self, name: &str, columns: Vec<String>) {
        let columns: Vec<String> = columns.iter().map(|column| key(column)).collect();
        assert!(columns.iter().all(|column| self.columns.contains_key(column)), "{columns:?} are there");
        assert_eq!(self.indexes.insert(key(name), columns), None, "the index {name} is there");
    }

    fn free(&self, name: &str) {
        let mut mentioned = self.indexes.values().flatten();
        assert!(mentioned.all(|column| *column != key(name)), "an index mentions {name}");
    }
}

fn field(id: usize, name: String, multiple: bool) -> Field {
    let max_select = if multiple { 2 } else { 1 };
    let kind = match id % 3 {
        0 => FieldKind::Text(TextOptions::default()),
        1 => FieldKind::Select(SelectOptions { max_select, ..SelectOptions::default() }),
        _ => FieldKind::Relation(RelationOptions { max_select, ..RelationOptions::default() }),
    };
    Field::new(format!("f{id}"), name, kind)
}

/// An index on the fields at these places, with a condition on another.
type IndexOn = (Vec<usize>, Option<usize>, bool);

fn index(at: usize, table: &str, fields: &[Field], (columns, condition, unique): &IndexOn) -> String {
    let name = |at: &usize| fields[at % fields.len()].name.clone();
    let columns: Vec<String> = columns.iter().map(name).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let condition = condition.as_ref().map(|at| format!("{} != ''", name(at))).unwrap_or_default();
    Index::on(*unique, &format!("i{at}"), table, &columns, &condition).build()
}

prop_compose! {
    /// A collection of some of eight fields, under names that are dealt out anew each time.
    fn collection()(
        table in prop::sample::select(vec!["posts", "Posts", "articles"]),
        names in Just(('a'..='h').collect::<Vec<_>>()).prop_shuffle(),
        traits in prop::collection::vec((any::<bool>(), any::<bool>(), any::<bool>()), 8),
        indexes in prop::collection::vec((prop::collection::vec(0..9usize, 1..3), prop::option::of(0..9usize), any::<bool>()), 0..4),
    ) -> Collection {
        let mut fields = vec![field(0, "id".into(), false)];
        for (id, (name, (present, multiple, upper))) in names.into_iter().zip(traits).enumerate() {
            if present {
                let name = if upper { name.to_ascii_uppercase() } else { name };
                fields.push(field(id + 1, name.to_string(), multiple));
            }
        }
        let indexes = indexes.iter().enumerate().map(|(at, on)| index(at, table, &fields, on)).collect();
        Collection {
            id: "pbc_1".into(),
            name: table.into(),
            fields,
            indexes,
            ..Collection::default()
        }
    }
}

proptest! {
    #[test]
    fn an_altered_table_is_a_new_one_with_the_old_data(old in collection(), new in collection()) {
        let mut table = Table::of(&old);
        table.run(&Alteration::between(Some(&old), &new));
        let there: HashSet<&str> = old.fields.iter().map(|field| field.id.as_str()).collect();
        let mut expected = Table::of(&new);
        for cell in expected.columns.values_mut() {
            if let Data::OfField(id) = &cell.data && !there.contains(id.as_str()) {
                cell.data = Data::Default;
            }
        }
        prop_assert_eq!(&table.columns, &expected.columns);
        prop_assert_eq!(&table.indexes, &expected.indexes);
        prop_assert_eq!(key(&table.name), key(&expected.name));
        prop_assert!(!table.without_views);
    }

    #[test]
    fn a_collection_that_stays_the_same_has_nothing_to_do(same in collection()) {
        prop_assert_eq!(Alteration::between(Some(&same), &same).steps, []);
    }
}
