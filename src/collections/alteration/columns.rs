//! What an alteration does to the columns.

use std::collections::{HashMap, HashSet};

use super::Step;
use super::renames::Rename;
use crate::schema::Field;
use crate::store::Column;

/// What happens to the columns of a table.
#[derive(Default)]
pub(super) struct Columns {
    /// The old names of those that go.
    pub(super) drop: Vec<String>,
    /// Those that stay under another name.
    pub(super) rename: Vec<Rename>,
    /// Single to list and back, by the new names.
    pub(super) reshape: Vec<Step>,
    /// Those that come.
    pub(super) add: Vec<Step>,
    /// The old names of all that go or change, in lower case: indexes that mention one are built anew.
    pub(super) touched: HashSet<String>,
}

impl Columns {
    /// A field is the same across its changes where its id is.
    pub(super) fn between(old: &[Field], new: &[Field]) -> Self {
        let mut columns = Self::default();
        let after: HashMap<&str, &Field> = new.iter().map(|field| (field.id.as_str(), field)).collect();
        for before in old {
            match after.get(before.id.as_str()) {
                None => columns.drops(before),
                Some(after) => columns.becomes(before, after),
            }
        }
        let there: HashSet<&str> = old.iter().map(|field| field.id.as_str()).collect();
        for field in new.iter().filter(|field| !there.contains(field.id.as_str())) {
            columns.adds(field);
        }
        columns
    }

    fn becomes(&mut self, before: &Field, after: &Field) {
        let reshape = match (before.column(), after.column()) {
            (from, to) if from == to => None,
            (Column::Text, Column::List) => Some(Step::ToList(after.name.clone())),
            (Column::List, Column::Text) => Some(Step::ToSingle(after.name.clone())),
            // No value of the one means anything in the other.
            _ => {
                self.drops(before);
                return self.adds(after);
            }
        };
        let renamed = before.name != after.name;
        if renamed || reshape.is_some() {
            self.touch(before);
        }
        if renamed {
            self.rename.push(Rename { from: before.name.clone(), to: after.name.clone() });
        }
        self.reshape.extend(reshape);
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
