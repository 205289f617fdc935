//! Doing what a plan says.

use super::rows::walk;
use super::{ASIDE, Alteration, Step};
use crate::collections::progress::Progress;
use crate::collections::save::engine_text;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::schema::Index;
use crate::store::attached::{self, View};
use crate::store::tables::{self, Copied, Values};
use crate::store::{Column, Tx, catalogue, quoted};

const WRITING: &str = "the rows of a changed table are being written";

impl Alteration {
    /// Does all steps, inside the transaction that also writes the metadata.
    ///
    /// # Errors
    /// `Invalid` without a message where the engine refuses indexes, with all of them; else what it answers.
    pub(in crate::collections) fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let mut run = Run {
            tx,
            table: &self.table,
            progress: None,
            views: Vec::new(),
            dropped: Vec::new(),
            refused: FieldErrors::new(),
        };
        for step in &self.steps {
            run.step(step)?;
            run.tx.advance()?;
        }
        run.refused.into_result("")
    }
}

/// A plan under way.
struct Run<'a, 'tx, 'c> {
    tx: &'tx mut Tx<'c>,
    table: &'a str,
    /// Once there is work that depends on the number of rows.
    progress: Option<Progress>,
    /// What was set aside, and whether it could be read.
    views: Vec<(View, bool)>,
    /// The columns that went while the views were aside.
    dropped: Vec<String>,
    /// What the engine has against indexes.
    refused: FieldErrors,
}

impl Run<'_, '_, '_> {
    fn step(&mut self, step: &Step) -> Result<()> {
        let table = self.table;
        match step {
            Step::CreateTable(columns) => {
                let columns: Vec<(&str, Column)> = columns.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
                self.tx.define(&tables::create_table(table, &columns))
            }
            Step::DropIndex(name) => self.tx.define(&tables::drop_index(name)),
            Step::RenameTable { from } => self.tx.define(&tables::rename_table(from, table)),
            Step::DropColumn(name) => self.drop_column(name),
            Step::RenameColumn { from, to } => self.tx.define(&tables::rename_column(table, from, to)),
            Step::AddColumn(name, column) => self.tx.define(&tables::add_column(table, name, *column)),
            Step::SetViewsAside => self.set_views_aside(),
            Step::RestoreViews => self.restore_views(),
            Step::Reshape(columns) => self.reshape(columns),
            Step::Rebuild { columns, drop } => self.rebuild(columns, drop),
            Step::CreateIndex { at, index } => self.create_index(*at, index),
            Step::CreateOwnIndex { name, column } => self.tx.define(&own_index(table, name, column)),
            Step::CreateIdIndex { name } => self.tx.define(&id_index(table, name)),
        }
    }

    /// The progress of work on the rows; they are counted when there is some.
    fn progress(&mut self) -> Result<&mut Progress> {
        let progress = match self.progress.take() {
            Some(progress) => progress,
            None => Progress::begin(self.tx, WRITING, self.table, None)?,
        };
        Ok(self.progress.insert(progress))
    }

    /// Removes a column, unless a view speaks of it. It is renamed before: that makes the engine put the quotes in the
    /// texts of views right, so that it can miss the column where it stands in double quotes.
    fn drop_column(&mut self, name: &str) -> Result<()> {
        self.progress()?.announce("a column is being removed");
        let (table, aside) = (self.table, format!("{name}{ASIDE}"));
        self.tx.define(&tables::rename_column(table, name, &aside))?;
        // In an index the engine would take the name for a text from now on.
        let spoken = quoted(&aside);
        if attached::of_table(self.tx, table)?.iter().any(|text| text.contains(&spoken)) {
            let text = format!("error in an index or trigger of {table} after drop column: no such column: {name}");
            return Err(cannot_drop(name, &text));
        }
        let dropped = self.tx.with_strict_quotes(|tx| tx.define(&tables::drop_column(table, &aside)));
        dropped.map_err(|error| match error {
            Error::Engine(text) => cannot_drop(name, &without_advice(&text)),
            other => other,
        })
    }

    fn set_views_aside(&mut self) -> Result<()> {
        for view in attached::views(self.tx)? {
            let sound = fault(self.tx, &view)?.is_none();
            self.views.push((view, sound));
        }
        self.views.iter().try_for_each(|(view, _)| view.set_aside(self.tx))
    }

    /// Makes the views anew. One that speaks of a column that is gone refuses the change, in the words of the engine,
    /// which refuses it where views are not set aside.
    fn restore_views(&mut self) -> Result<()> {
        for (view, _) in &self.views {
            view.restore(self.tx)?;
        }
        let Some(first) = self.dropped.first() else { return Ok(()) };
        for (view, _) in self.views.iter().filter(|(_, sound)| *sound) {
            if let Some(text) = fault(self.tx, view)? {
                let text = without_advice(&text);
                let column = self.dropped.iter().find(|name| speaks_of(&text, name)).unwrap_or(first);
                return Err(cannot_drop(column, &format!("error in view {} after drop column: {text}", view.name)));
            }
        }
        Ok(())
    }

    /// Changes columns where they are: new columns take over, all in one walk through the rows.
    fn reshape(&mut self, columns: &[(String, Values)]) -> Result<()> {
        let table = self.table;
        let there = catalogue::columns(self.tx, table)?;
        let key = tables::row_key(&there).ok_or_else(no_key)?;
        for (name, values) in columns {
            let column = if *values == Values::ToList { Column::List } else { Column::Text };
            self.tx.define(&tables::add_column(table, &tables::in_between(name), column))?;
        }
        self.walk(key, &tables::convert_rows(table, key, columns))?;
        for (name, _) in columns {
            self.drop_column(name)?;
            self.tx.define(&tables::rename_column(table, &tables::in_between(name), name))?;
            self.tx.advance()?;
        }
        Ok(())
    }

    /// Copies the rows with their keys into a new table that takes the place of the old one.
    fn rebuild(&mut self, columns: &[Copied], drop: &[String]) -> Result<()> {
        let table = self.table;
        self.dropped.extend(drop.iter().cloned());
        let there = catalogue::columns(self.tx, table)?;
        let Some(key) = tables::row_key(&there).filter(|_| all_known(&there, columns, drop)) else {
            return self.rebuild_in_place(columns, drop);
        };
        // Of those that stay: what the plan drops is gone already, and what it makes comes later.
        let attached = attached::of_table(self.tx, table)?;
        let new = tables::in_between(table);
        let declared: Vec<(&str, Column)> = columns.iter().map(|one| (one.name.as_str(), one.column)).collect();
        self.tx.define(&tables::create_table(&new, &declared))?;
        self.walk(key, &tables::copy_rows(table, &new, key, columns))?;
        self.tx.define(&tables::drop_table(table))?;
        self.tx.define(&tables::rename_table(&new, table))?;
        for text in attached {
            self.progress()?.announce("an index is being built anew");
            self.attach(&text)?;
            self.tx.advance()?;
        }
        Ok(())
    }

    /// Makes an index or a trigger anew. One that speaks of a column that is gone refuses the change.
    fn attach(&mut self, text: &str) -> Result<()> {
        let Some(first) = self.dropped.first() else { return self.tx.define_one(text) };
        self.tx.with_strict_quotes(|tx| tx.define_one(text)).map_err(|error| match error {
            Error::Engine(text) | Error::StaleSchema(text) => {
                let text = without_advice(&text);
                cannot_drop(self.dropped.iter().find(|name| speaks_of(&text, name)).unwrap_or(first), &text)
            }
            other => other,
        })
    }

    /// Where somebody gave the table columns that its collection does not know, they stay: it is changed in place.
    fn rebuild_in_place(&mut self, columns: &[Copied], drop: &[String]) -> Result<()> {
        for name in drop {
            self.drop_column(name)?;
            self.tx.advance()?;
        }
        let reshaped = columns.iter().filter_map(|one| match one.values {
            Some(values @ (Values::ToList | Values::ToSingle)) => Some((one.name.clone(), values)),
            _ => None,
        });
        let reshaped: Vec<_> = reshaped.collect();
        if !reshaped.is_empty() {
            self.reshape(&reshaped)?;
        }
        for one in columns.iter().filter(|one| one.values.is_none()) {
            self.tx.define(&tables::add_column(self.table, &one.name, one.column))?;
        }
        Ok(())
    }

    fn walk(&mut self, key: &str, statement: &str) -> Result<()> {
        let table = self.table;
        self.progress()?;
        let Some(progress) = &mut self.progress else { return Ok(()) };
        walk(self.tx, table, key, statement, progress)
    }

    /// Makes an index of the collection. A refused one leaves no trace, so that the faults of the others are found
    /// too.
    fn create_index(&mut self, at: usize, index: &Index) -> Result<()> {
        self.progress()?.announce("an index is being built");
        let text = index.build();
        match self.tx.savepoint(|tx| tx.define_one(&text)) {
            Ok(()) => Ok(()),
            Err(error) => match index_fault(index, &error) {
                Some(fault) => {
                    self.refused.add_at(&["indexes", &at.to_string()], fault);
                    Ok(())
                }
                None => Err(error),
            },
        }
    }
}

/// What the engine has against reading a view in which double quotes hold names alone.
fn fault(tx: &mut Tx<'_>, view: &View) -> Result<Option<String>> {
    tx.with_strict_quotes(|tx| view.fault(tx))
}

/// What makes one of our indexes of a relation.
pub(super) fn own_index(table: &str, name: &str, column: &str) -> String {
    tables::create_plain_index(name, table, column)
}

/// What makes our index of ids in any case.
pub(super) fn id_index(table: &str, name: &str) -> String {
    tables::create_index_ignoring_case(name, table, "id")
}

/// Whether a table has no columns but those that stay and those that go.
fn all_known(there: &[String], columns: &[Copied], drop: &[String]) -> bool {
    let stays = columns.iter().filter(|one| one.values.is_some()).map(|one| &one.name);
    let known: Vec<&String> = stays.chain(drop).collect();
    there.len() == known.len() && there.iter().all(|name| known.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

/// What the engine misses, without its guess that a name in double quotes was meant to be a text.
fn without_advice(text: &str) -> String {
    match text.split_once("no such column: \"") {
        Some((before, rest)) => {
            let name = rest.split_once('"').map_or(rest, |(name, _)| name);
            format!("{before}no such column: {name}")
        }
        None => text.to_owned(),
    }
}

/// Whether the engine misses this column: `no such column: t.name`.
fn speaks_of(text: &str, column: &str) -> bool {
    let missed = text.rsplit([' ', '.']).next().unwrap_or_default().trim_matches('"');
    missed.eq_ignore_ascii_case(column)
}

fn no_key() -> Error {
    Error::Engine("the names rowid, _rowid_ and oid are all taken by columns".into())
}

/// The contract's words for a column that a view holds. That columns stood aside is nobody's business.
fn cannot_drop(column: &str, text: &str) -> Error {
    Error::Engine(format!("failed to drop column {column} - {text}").replace(ASIDE, ""))
}

fn index_fault(index: &Index, error: &Error) -> Option<Fault> {
    let text = engine_text(error)?;
    let message = format!("Failed to create index {} - {text}.", index.name);
    Some(Fault::new("validation_invalid_index_expression", message))
}
