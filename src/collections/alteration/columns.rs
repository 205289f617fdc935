//! What an alteration does to the columns, and the way that writes the rows least often.
//!
//! Renaming a column and adding one cost nothing. Removing one writes all rows, and so does each one that changes
//! between single and list; but writing the same rows again in the same transaction is cheaper than the first time.
//! Copying all rows into a new table costs about as much as two such rounds, and two more for each index that must
//! be built anew. `docs/architecture.md` has the figures.

use std::collections::{HashMap, HashSet};

use super::renames::{self, Rename};
use super::{ASIDE, Step};
use crate::schema::Field;
use crate::store::Column;
use crate::store::tables::{Copied, Values};

/// What copying the table costs, in rounds through its rows.
const COPY: usize = 2;

/// What building one index anew costs, in rounds.
const INDEX: usize = 2;

/// What happens to the columns of a table.
#[derive(Default)]
pub(super) struct Columns {
    /// The old names of those that go.
    drop: Vec<String>,
    /// Those that stay under another name.
    rename: Vec<Rename>,
    /// Single to list and back, by the new names.
    reshape: Vec<(String, Values)>,
    /// Those that come.
    add: Vec<(String, Column)>,
    /// The old names of all that go or change, in lower case: indexes that mention one are built anew.
    pub(super) touched: HashSet<String>,
}

/// What becomes of the values of a field that stays; `None` where no value of the one means anything in the other.
pub(in crate::collections) fn values_between(before: &Field, after: &Field) -> Option<Values> {
    match (before.column(), after.column()) {
        (from, to) if from == to => Some(Values::Same),
        (Column::Text, Column::List) => Some(Values::ToList),
        (Column::List, Column::Text) => Some(Values::ToSingle),
        _ => None,
    }
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
        let Some(values) = values_between(before, after) else {
            self.drops(before);
            return self.adds(after);
        };
        let (renamed, reshaped) = (before.name != after.name, values != Values::Same);
        if renamed || reshaped {
            self.touch(before);
        }
        if renamed {
            self.rename.push(Rename { from: before.name.clone(), to: after.name.clone() });
        }
        if reshaped {
            self.reshape.push((after.name.clone(), values));
        }
    }

    fn drops(&mut self, field: &Field) {
        self.touch(field);
        self.drop.push(field.name.clone());
    }

    fn adds(&mut self, field: &Field) {
        self.add.push((field.name.clone(), field.column()));
    }

    fn touch(&mut self, field: &Field) {
        self.touched.insert(field.name.to_ascii_lowercase());
    }

    /// What is to be done. `new` are the fields as they shall be; `kept` is how many indexes stay as they are.
    pub(super) fn steps(self, new: &[Field], kept: usize) -> Vec<Step> {
        if self.rounds() >= COPY + INDEX * kept { self.copied(new) } else { self.in_place() }
    }

    /// How often all rows are written in place: once for each column that goes, and once to fill all new ones.
    fn rounds(&self) -> usize {
        self.drop.len() + self.reshape.len() + usize::from(!self.reshape.is_empty())
    }

    fn in_place(self) -> Vec<Step> {
        let mut steps: Vec<Step> = self.drop.into_iter().map(Step::DropColumn).collect();
        steps.extend(renamed(self.rename));
        if !self.reshape.is_empty() {
            steps.extend([Step::SetViewsAside, Step::Reshape(self.reshape), Step::RestoreViews]);
        }
        steps.extend(self.add.into_iter().map(|(name, column)| Step::AddColumn(name, column)));
        steps
    }

    /// Renames go first, so that views follow them. The columns that go step aside: their names may be taken over, and
    /// a view that speaks of one is told by the name.
    fn copied(mut self, new: &[Field]) -> Vec<Step> {
        for name in &mut self.drop {
            let aside = format!("{name}{ASIDE}");
            self.rename.push(Rename { from: std::mem::replace(name, aside.clone()), to: aside });
        }
        let columns = new.iter().map(|field| {
            let added = self.add.iter().any(|(name, _)| *name == field.name);
            let reshaped = self.reshape.iter().find(|(name, _)| *name == field.name).map(|(_, values)| *values);
            let values = if added { None } else { Some(reshaped.unwrap_or(Values::Same)) };
            Copied { name: field.name.clone(), column: field.column(), values }
        });
        let rebuild = Step::Rebuild { columns: columns.collect(), drop: self.drop };
        let mut steps = renamed(self.rename);
        steps.extend([Step::SetViewsAside, rebuild, Step::RestoreViews]);
        steps
    }
}

fn renamed(renames: Vec<Rename>) -> Vec<Step> {
    let ordered = renames::ordered(renames).into_iter();
    ordered.map(|Rename { from, to }| Step::RenameColumn { from, to }).collect()
}
