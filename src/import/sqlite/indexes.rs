//! Indexes: the key's, and those of the source as far as they mean the same here.

use std::collections::HashSet;

use super::kind::Kind;
use super::plan::FieldPlan;
use super::words;
use crate::import::names::Taken;
use crate::schema::Index;
use crate::schema::index::IndexColumn;
use crate::store::foreign::{ForeignIndex, Table};

/// The longest name of an index.
const LONGEST: usize = 100;

/// An index that the collection gets once its records are there.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexPlan {
    /// The statement that makes it.
    pub text: String,
    /// What it is called in the source.
    pub source: String,
}

/// What indexes are planned from.
pub(super) struct Indexing<'a> {
    pub(super) table: &'a Table,
    pub(super) collection: &'a str,
    pub(super) fields: &'a [FieldPlan],
    /// Whether a column has rows whose field is empty, though rows of the source may be told apart by it.
    pub(super) has_blanks: &'a dyn Fn(usize) -> bool,
    /// The definitions of the indexes that the collection has.
    pub(super) there: &'a HashSet<String>,
}

impl Indexing<'_> {
    /// The indexes to make, and what is said of the others.
    pub(super) fn plan(&self, taken: &mut Taken) -> (Vec<IndexPlan>, Vec<String>) {
        let mut plans = Vec::new();
        let mut notes = Vec::new();
        let mut definitions = self.there.clone();
        let key = (!self.table.key.is_empty()).then(|| ("the primary key".to_owned(), self.of_key()));
        let others = self.table.indexes.iter().map(|index| (told(index), self.of_index(index)));
        for (source, planned) in key.into_iter().chain(others) {
            match planned {
                Ok(None) => {}
                Ok(Some(mut index)) => {
                    if !definitions.insert(index.definition()) {
                        continue;
                    }
                    index.name = taken.take(index.name.clone(), LONGEST);
                    plans.push(IndexPlan { text: index.build(), source });
                }
                Err(reason) => notes.push(format!("{source}: left out, since {reason}")),
            }
        }
        (plans, notes)
    }

    fn of_key(&self) -> Result<Option<Index>, &'static str> {
        let columns: Vec<usize> = self.table.key.clone();
        let entries = columns.iter().map(|&at| self.entry(at)).collect();
        let nullable: Vec<usize> = columns.into_iter().filter(|&at| (self.has_blanks)(at)).collect();
        self.unique(None, entries, &nullable).map(Some)
    }

    fn of_index(&self, index: &ForeignIndex) -> Result<Option<Index>, &'static str> {
        match &index.sql {
            Some(sql) if index.partial || index.entries.iter().any(|entry| entry.column.is_none()) => {
                self.of_text(index, sql).map(Some)
            }
            _ => self.of_columns(index),
        }
    }

    fn of_columns(&self, index: &ForeignIndex) -> Result<Option<Index>, &'static str> {
        let mut columns = Vec::new();
        let mut entries = Vec::new();
        for entry in &index.entries {
            let name = entry.column.as_deref().unwrap_or_default();
            let at = self.table.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
            let at = at.ok_or("it is on something else than columns")?;
            let sort = if entry.descending { "DESC" } else { "" };
            entries.push(IndexColumn {
                collate: collation(&entry.collation)?,
                sort: sort.to_owned(),
                ..self.entry(at)
            });
            columns.push(at);
        }
        if index.unique {
            let nullable = columns.into_iter().filter(|&at| !self.table.columns[at].not_null || (self.has_blanks)(at));
            return self.unique(Some(&index.name), entries, &nullable.collect::<Vec<_>>()).map(Some);
        }
        if let [only] = columns.as_slice()
            && matches!(self.fields[*only].kind, Kind::Relation { .. })
        {
            // Tuckbox keeps an index of its own on each relation.
            return Ok(None);
        }
        Ok(Some(self.index(false, Some(&index.name), entries, String::new())))
    }

    /// An index with expressions or a condition.
    fn of_text(&self, index: &ForeignIndex, sql: &str) -> Result<Index, &'static str> {
        let mut parsed = Index::parse(sql).ok_or("its statement cannot be read")?;
        for column in &mut parsed.columns {
            column.collate = collation(column.collate.trim_matches(['"', '`', '[', ']']))?;
            if column.expression {
                column.name = words::translate(&column.name, self.fields)?;
            } else {
                let field = self.fields.iter().find(|field| field.column.eq_ignore_ascii_case(&column.name));
                column.name.clone_from(&field.ok_or("it is on something else than columns")?.name);
            }
        }
        let condition = words::translate(&parsed.condition, self.fields)?;
        Ok(self.index(index.unique, Some(&index.name), parsed.columns, condition))
    }

    /// A unique index. Where the source has NULL, which equals nothing, a field has something that equals itself: such
    /// rows are left out.
    fn unique(&self, name: Option<&str>, entries: Vec<IndexColumn>, nullable: &[usize]) -> Result<Index, &'static str> {
        let mut conditions = Vec::new();
        for &at in nullable {
            let field = &self.fields[at];
            match field.kind {
                Kind::Json { .. } => {}
                Kind::Bool => return Err("NULL and false are the same in a bool field"),
                Kind::Number { .. } => conditions.push(format!("`{}` != 0", field.name)),
                _ => conditions.push(format!("`{}` != ''", field.name)),
            }
        }
        Ok(self.index(true, name, entries, conditions.join(" AND ")))
    }

    fn index(&self, unique: bool, name: Option<&str>, columns: Vec<IndexColumn>, condition: String) -> Index {
        let own = name.filter(|name| !name.to_ascii_lowercase().starts_with("sqlite_"));
        let name = match own {
            Some(name) => word(name),
            None => {
                let columns: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
                word(&format!("idx_{}_{}", self.collection, columns.join("_")))
            }
        };
        Index { columns, ..Index::on(unique, &name, self.collection, &[], &condition) }
    }

    fn entry(&self, at: usize) -> IndexColumn {
        IndexColumn { name: self.fields[at].name.clone(), ..IndexColumn::default() }
    }
}

/// What a person knows an index by.
fn told(index: &ForeignIndex) -> String {
    if index.sql.is_some() {
        return format!("index {}", index.name);
    }
    let columns: Vec<&str> = index.entries.iter().filter_map(|entry| entry.column.as_deref()).collect();
    format!("the constraint UNIQUE ({})", columns.join(", "))
}

/// A collation that every database knows; the usual one is none.
fn collation(name: &str) -> Result<String, &'static str> {
    match name.to_ascii_uppercase().as_str() {
        "" | "BINARY" => Ok(String::new()),
        known @ ("NOCASE" | "RTRIM") => Ok(known.to_owned()),
        _ => Err("its program brings the order of its texts along"),
    }
}

/// A name of an index that needs no quotes, and is none of Tuckbox's own.
fn word(name: &str) -> String {
    let name: String = name.chars().map(|one| if one.is_ascii_alphanumeric() { one } else { '_' }).collect();
    if name.to_ascii_lowercase().starts_with("_tb_") { format!("source{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::sqlite::dates::Form;
    use crate::store::foreign::{Column, IndexEntry};

    fn entry(column: Option<&str>, collation: &str, descending: bool) -> IndexEntry {
        IndexEntry { column: column.map(str::to_owned), descending, collation: collation.to_owned() }
    }

    fn on(unique: bool, entries: Vec<IndexEntry>) -> ForeignIndex {
        ForeignIndex { name: "by it".into(), unique, entries, partial: false, sql: None }
    }

    fn text(sql: &str, partial: bool) -> ForeignIndex {
        let entries = vec![entry(None, "BINARY", false)];
        ForeignIndex { name: "i".into(), unique: sql.contains("UNIQUE"), entries, partial, sql: Some(sql.to_owned()) }
    }

    /// The only index that comes of one, or what is said of it.
    fn planned(index: ForeignIndex, key: &[usize], blanks: &[usize]) -> Result<String, String> {
        let kinds = [
            ("id", "source_id", Kind::Number { whole: true }),
            ("name", "name", Kind::Text { max: 0 }),
            ("flag", "flag", Kind::Bool),
            ("parent", "parent", Kind::Relation { collection: "p".into(), cascades: false }),
            ("gone", "gone", Kind::Date(Form::Text)),
        ];
        let column = |name: &str| Column { name: name.to_owned(), not_null: name == "flag", ..Column::default() };
        let table = Table {
            name: "t".into(),
            columns: kinds.iter().map(|(name, ..)| column(name)).collect(),
            key: key.to_vec(),
            indexes: vec![index],
            ..Table::default()
        };
        let fields = kinds.map(|(column, name, kind)| FieldPlan::plain(column, name, kind));
        let indexing = Indexing {
            table: &table,
            collection: "things",
            fields: &fields,
            has_blanks: &|at| blanks.contains(&at),
            there: &HashSet::new(),
        };
        let (plans, notes) = indexing.plan(&mut Taken::default());
        match plans.last() {
            Some(plan) => Ok(plan.text.clone()),
            None => Err(notes.join(" ")),
        }
    }

    #[test]
    fn the_key_is_unique() {
        let nothing = || on(false, vec![entry(Some("parent"), "BINARY", false)]);
        assert_eq!(
            planned(nothing(), &[0], &[]).as_deref(),
            Ok("CREATE UNIQUE INDEX `idx_things_source_id` ON `things` (`source_id`)")
        );
        assert_eq!(
            planned(nothing(), &[1, 3], &[3]).as_deref(),
            Ok(
                "CREATE UNIQUE INDEX `idx_things_name_parent` ON `things` (\n  `name`,\n  `parent`\n) WHERE `parent` != ''"
            )
        );
        assert_eq!(planned(nothing(), &[], &[]), Err(String::new()), "relations have an index anyway");
    }

    #[test]
    fn indexes_keep_their_collation_order_and_uniqueness() {
        assert_eq!(
            planned(on(false, vec![entry(Some("NAME"), "NOCASE", true)]), &[], &[]).as_deref(),
            Ok("CREATE INDEX `by_it` ON `things` (`name` COLLATE NOCASE DESC)")
        );
        assert_eq!(
            planned(on(true, vec![entry(Some("name"), "BINARY", false)]), &[], &[]).as_deref(),
            Ok("CREATE UNIQUE INDEX `by_it` ON `things` (`name`) WHERE `name` != ''")
        );
        assert_eq!(
            planned(on(true, vec![entry(Some("flag"), "BINARY", false)]), &[], &[]).as_deref(),
            Ok("CREATE UNIQUE INDEX `by_it` ON `things` (`flag`)")
        );
        let said = planned(on(false, vec![entry(Some("name"), "ICU_de", false)]), &[], &[]).expect_err("refused");
        assert!(said.contains("UNIQUE (name)") && said.contains("order of its texts"), "{said}");
    }

    #[test]
    fn conditions_and_expressions_come_where_they_mean_the_same() {
        assert_eq!(
            planned(text("CREATE UNIQUE INDEX i ON t (\"name\") WHERE gone IS NULL", true), &[], &[]).as_deref(),
            Ok("CREATE UNIQUE INDEX `i` ON `things` (`name`) WHERE `gone` = ''")
        );
        assert_eq!(
            planned(text("CREATE INDEX i ON t (lower(name), id DESC)", false), &[], &[]).as_deref(),
            Ok("CREATE INDEX `i` ON `things` (\n  lower ( `name` ),\n  `source_id` DESC\n)")
        );
        let said = planned(text("CREATE INDEX i ON t (name) WHERE parent = 5", true), &[], &[]).expect_err("refused");
        assert!(said.contains("another form"), "{said}");
    }
}
