//! Which foreign keys become relations: those of one column that point to one row of a table that comes along.

use super::Wanted;
use crate::store::foreign::{Catalogue, ForeignKey, Join, MOST_JOINS, MOST_VALUES, Selection, Table};

/// A foreign key that becomes a relation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Link {
    /// The place of its column.
    pub(super) column: usize,
    /// The table that it points to, by its own name.
    pub(super) table: String,
    /// The column there that it points to.
    pub(super) target: String,
    /// The columns there that the record's id follows from.
    pub(super) key: Vec<String>,
    /// Whether rows go with the row that they point to.
    pub(super) cascades: bool,
}

/// The foreign keys of a table that become relations, and what is said of the others.
pub(super) fn of(table: &Table, catalogue: &Catalogue, wanted: &Wanted) -> (Vec<Link>, Vec<String>) {
    let mut links: Vec<Link> = Vec::new();
    let mut notes = Vec::new();
    let mut values = selected(table).len();
    for key in &table.foreign_keys {
        match link(table, key, catalogue, wanted) {
            Ok(link) if links.iter().any(|other| other.column == link.column) => {
                notes.push(format!(
                    "{}: has another foreign key already; the one to {} was left out",
                    told(key),
                    key.table
                ));
            }
            Ok(link) if links.len() >= MOST_JOINS || values + link.key.len() > MOST_VALUES => {
                notes.push(format!("{}: no relation to {}, since the table has too many", told(key), key.table));
            }
            Ok(link) => {
                values += link.key.len();
                links.push(link);
            }
            Err(reason) => notes.push(format!("{}: no relation to {}, since {reason}", told(key), key.table)),
        }
    }
    (links, notes)
}

fn told(key: &ForeignKey) -> String {
    key.columns.join(", ")
}

fn link(table: &Table, key: &ForeignKey, catalogue: &Catalogue, wanted: &Wanted) -> Result<Link, &'static str> {
    let [column] = key.columns.as_slice() else { return Err("a relation is one field, and the key has several") };
    let column = place(table, column).ok_or("there is no such column")?;
    let other = catalogue.tables.iter().find(|other| other.name.eq_ignore_ascii_case(&key.table));
    let other = other.ok_or("there is no such table")?;
    if !wanted.comes(&other.name) {
        return Err("that table is not imported");
    }
    let [target] = key.targets.as_slice() else { return Err("that table has no key of one column") };
    let target = place(other, target).ok_or("that table has no such column")?;
    if !is_unique(other, target) {
        return Err("several rows of that table may have the same value there");
    }
    let names = match (identity(other), other.row_number) {
        (Identity::Key, _) => other.key.iter().map(|&at| other.columns[at].name.clone()).collect(),
        (_, Some(row_number)) => vec![row_number.to_owned()],
        (_, None) => return Err("the rows of that table have no key"),
    };
    Ok(Link {
        column,
        table: other.name.clone(),
        target: other.columns[target].name.clone(),
        key: names,
        cascades: key.cascades,
    })
}

/// What tells the rows of a table apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    /// Its primary key.
    Key,
    /// Its row numbers.
    RowNumber,
    /// Nothing that could be asked for.
    None,
}

/// What tells the rows of a table apart.
pub(super) fn identity(table: &Table) -> Identity {
    match (table.key.is_empty(), table.row_number) {
        (false, _) => Identity::Key,
        (true, Some(_)) => Identity::RowNumber,
        (true, None) => Identity::None,
    }
}

fn place(table: &Table, column: &str) -> Option<usize> {
    table.columns.iter().position(|other| other.name.eq_ignore_ascii_case(column))
}

/// Whether no two rows of a table have the same value in a column.
fn is_unique(table: &Table, column: usize) -> bool {
    let only = |index: &&crate::store::foreign::ForeignIndex| {
        let name = index.entries.first().and_then(|entry| entry.column.as_deref());
        index.unique
            && !index.partial
            && index.entries.len() == 1
            && name.is_some_and(|name| place(table, name) == Some(column))
    };
    table.key == [column] || table.indexes.iter().any(|index| only(&index))
}

/// The columns that are read of a table: its own, and its row number, if it has one.
fn selected(table: &Table) -> Vec<String> {
    let columns = table.columns.iter().map(|column| column.name.clone());
    columns.chain(table.row_number.map(str::to_owned)).collect()
}

/// What is read of a table, the keys of the rows that it points to included.
pub(super) fn selection(table: &Table, links: &[Link]) -> Selection {
    let joins = links.iter().map(|link| Join {
        column: table.columns[link.column].name.clone(),
        table: link.table.clone(),
        target: link.target.clone(),
        wanted: link.key.clone(),
    });
    Selection { table: table.name.clone(), columns: selected(table), joins: joins.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::foreign::{Column, ForeignIndex, IndexEntry};

    fn table(name: &str, columns: &[&str], key: &[usize]) -> Table {
        Table {
            name: name.into(),
            columns: columns.iter().map(|name| Column { name: (*name).into(), ..Column::default() }).collect(),
            key: key.to_vec(),
            row_number: Some("rowid"),
            ..Table::default()
        }
    }

    fn key(columns: &[&str], table: &str, targets: &[&str]) -> ForeignKey {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        ForeignKey { columns: names(columns), table: table.into(), targets: names(targets), cascades: false }
    }

    fn unique(column: &str, partial: bool) -> ForeignIndex {
        let entry = IndexEntry { column: Some(column.into()), descending: false, collation: "BINARY".into() };
        ForeignIndex { name: "u".into(), unique: true, entries: vec![entry], partial, sql: None }
    }

    /// What is said of a foreign key of `child` in this world; nothing where it becomes a relation.
    fn said(foreign_key: ForeignKey, parents: Vec<Table>, wanted: &Wanted) -> (usize, String) {
        let child = Table { foreign_keys: vec![foreign_key], ..table("child", &["id", "a", "b"], &[0]) };
        let mut tables = parents;
        tables.push(child.clone());
        let (links, notes) = of(&child, &Catalogue { tables, ..Catalogue::default() }, wanted);
        (links.len(), notes.join(" "))
    }

    #[test]
    fn one_column_that_points_to_one_row_is_a_relation() {
        let all = Wanted::default();
        let parent = || vec![table("Parent", &["id", "code"], &[0])];
        assert_eq!(said(key(&["a"], "parent", &["ID"]), parent(), &all), (1, String::new()));
        assert_eq!(said(key(&["a"], "child", &["id"]), vec![], &all).0, 1, "to itself");
        let coded = Table { indexes: vec![unique("code", false)], ..parent().remove(0) };
        assert_eq!(said(key(&["a"], "parent", &["code"]), vec![coded], &all).0, 1);
    }

    #[test]
    fn what_does_not_point_to_one_row_is_said() {
        let all = Wanted::default();
        let parent = || vec![table("parent", &["id", "code"], &[0])];
        let partial = Table { indexes: vec![unique("code", true)], ..parent().remove(0) };
        for (foreign_key, parents, reason) in [
            (key(&["a", "b"], "parent", &["id", "code"]), parent(), "has several"),
            (key(&["a"], "nowhere", &["id"]), parent(), "no such table"),
            (key(&["a"], "parent", &["missing"]), parent(), "no such column"),
            (key(&["a"], "parent", &["code"]), parent(), "same value"),
            (key(&["a"], "parent", &["code"]), vec![partial], "same value"),
            (key(&["a"], "parent", &[]), vec![table("parent", &["x"], &[])], "no key of one column"),
        ] {
            let (count, said) = said(foreign_key.clone(), parents, &all);
            assert!(count == 0 && said.contains(reason), "{foreign_key:?}: {said}");
        }
        let some = Wanted { tables: Some(vec!["child".into()]), ..Wanted::default() };
        assert!(said(key(&["a"], "parent", &["id"]), parent(), &some).1.contains("not imported"));
    }

    #[test]
    fn the_selection_asks_for_the_keys_of_what_is_pointed_to() {
        let parent = Table { indexes: vec![unique("code", false)], ..table("parent", &["x", "y", "code"], &[1, 0]) };
        let child = Table { foreign_keys: vec![key(&["a"], "parent", &["code"])], ..table("child", &["a"], &[]) };
        let catalogue = Catalogue { tables: vec![parent, child.clone()], ..Catalogue::default() };
        let (links, _) = of(&child, &catalogue, &Wanted::default());
        let selection = selection(&child, &links);
        assert_eq!(selection.columns, ["a", "rowid"]);
        assert_eq!(
            (selection.joins[0].target.as_str(), &selection.joins[0].wanted[..]),
            ("code", &["y".to_owned(), "x".to_owned()][..])
        );
    }
}
