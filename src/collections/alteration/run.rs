//! Doing what a plan says.

use super::{Alteration, Step};
use crate::collections::save::engine_text;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::schema::Index;
use crate::store::{Column, Tx, tables};

impl Alteration {
    /// Does all steps, inside the transaction that also writes the metadata.
    ///
    /// # Errors
    /// `Invalid` without a message where the engine refuses indexes, with all of them; else what it answers.
    pub(in crate::collections) fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let mut refused = FieldErrors::new();
        for step in &self.steps {
            let text = self.text(step);
            if let Step::CreateIndex { at, index } = step {
                if let Some(fault) = create_index(tx, index, &text)? {
                    refused.add_at(&["indexes", &at.to_string()], fault);
                }
            } else {
                tx.define(&text).map_err(|error| explain(step, error))?;
            }
        }
        refused.into_result("")
    }

    /// What a step says to the engine.
    pub(super) fn text(&self, step: &Step) -> String {
        let table = self.table.as_str();
        match step {
            Step::CreateTable(columns) => {
                let columns: Vec<(&str, Column)> = columns.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
                tables::create_table(table, &columns)
            }
            Step::DropIndex(name) => tables::drop_index(name),
            Step::RenameTable { from } => tables::rename_table(from, table),
            Step::DropColumn(name) => tables::drop_column(table, name),
            Step::RenameColumn { from, to } => tables::rename_column(table, from, to),
            Step::AddColumn(name, column) => tables::add_column(table, name, *column),
            Step::ToList(name) => tables::change_to_list(table, name),
            Step::ToSingle(name) => tables::change_to_single(table, name),
            Step::CreateIndex { index, .. } => index.build(),
            Step::CreateOwnIndex { name, column } => tables::create_plain_index(name, table, column),
            Step::CreateIdIndex { name } => tables::create_index_ignoring_case(name, table, "id"),
        }
    }
}

/// The contract's words for a column that must stay, because a view reads it.
fn explain(step: &Step, error: Error) -> Error {
    match (step, engine_text(&error)) {
        (Step::DropColumn(name), Some(text)) => Error::Engine(format!("failed to drop column {name} - {text}")),
        _ => error,
    }
}

/// Makes an index of a collection; what the engine has against it. A refused one leaves no trace, so that the
/// faults of the others are found too.
fn create_index(tx: &mut Tx<'_>, index: &Index, text: &str) -> Result<Option<Fault>> {
    match tx.savepoint(|tx| tx.define_one(text)) {
        Ok(()) => Ok(None),
        Err(error) => fault(index, &error).map_or(Err(error), |fault| Ok(Some(fault))),
    }
}

fn fault(index: &Index, error: &Error) -> Option<Fault> {
    let text = engine_text(error)?;
    let message = format!("Failed to create index {} - {text}.", index.name);
    Some(Fault::new("validation_invalid_index_expression", message))
}
