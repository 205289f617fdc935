//! The one way a collection gets into the database.

use std::sync::Arc;

use serde_json::Value as Json;

use super::alteration::Alteration;
use super::draft::Draft;
use super::{Collections, publication, stored};
use crate::error::{Error, Result};
use crate::schema::{Collection, Schema};
use crate::store::{Tx, WriteLane};

impl Collections {
    /// Saves the draft that `make` makes of the current snapshot, and answers the collection as it is published.
    ///
    /// The draft is made before the writer is asked, so that what is wrong is refused without it, and made again on
    /// the writer where the snapshot has moved since.
    pub(super) async fn save<F>(&self, verb: &'static str, make: F) -> Result<Json>
    where
        F: Fn(&Schema) -> Result<Draft> + Send + Sync + 'static,
    {
        let make = Arc::new(make);
        let first = self.first_draft(Arc::clone(&make)).await.map_err(|error| explain(verb, error))?;
        let published = Arc::clone(&self.schema);
        let saved = self.store.write(WriteLane::Exclusive, move |tx| {
            let current = published.current();
            let again;
            let draft = if current.version == first.made_from {
                &first
            } else {
                again = make(&current)?;
                &again
            };
            write(tx, draft.old.as_deref(), &draft.new)?;
            publication::publish_after(tx, &published, Arc::clone(&draft.next));
            Ok(Arc::clone(&draft.new))
        });
        saved.await.map(|collection| collection.to_json()).map_err(|error| explain(verb, error))
    }

    /// Makes a draft where nobody waits: thousands of fields with their expressions take a while to check.
    pub(super) async fn first_draft<F>(&self, make: Arc<F>) -> Result<Draft>
    where
        F: Fn(&Schema) -> Result<Draft> + Send + Sync + 'static,
    {
        let _turn = self.checks.acquire().await.map_err(|_| Error::internal("no collection is checked any more"))?;
        let schema = self.schema.current();
        let made = tokio::task::spawn_blocking(move || make(&schema)).await;
        made.map_err(|error| Error::Internal(error.into()))?
    }
}

/// Writes metadata, table and indexes.
///
/// # Errors
/// `Invalid` without a message for indexes that the engine refuses; else what the engine answers.
pub(super) fn write(tx: &mut Tx<'_>, old: Option<&Collection>, new: &Collection) -> Result<()> {
    match old {
        None => stored::insert(tx, new)?,
        Some(_) => stored::update(tx, new)?,
    }
    Alteration::between(old, new).run(tx)
}

/// The contract's words for a failed save.
pub(super) fn explain(verb: &str, error: Error) -> Error {
    match error {
        Error::Invalid(invalid) if invalid.message.is_empty() => {
            Error::invalid(format!("Failed to {verb} collection."), invalid.fields)
        }
        error => match engine_text(&error) {
            Some(text) => raw(verb, &text),
            None => error,
        },
    }
}

/// The contract's words for a save that failed for a reason that is no field's.
pub(super) fn raw(verb: &str, text: &str) -> Error {
    Error::bad_request(format!("Failed to {verb} collection. Raw error: \n{text}"))
}

/// What the engine said, where it refused what it was given. The contract shows these texts to superusers, in
/// these words.
pub(super) fn engine_text(error: &Error) -> Option<String> {
    match error {
        Error::Engine(text) | Error::StaleSchema(text) => Some(text.clone()),
        Error::Unique { table, columns } => {
            let columns: Vec<String> = columns.iter().map(|column| format!("{table}.{column}")).collect();
            Some(format!("UNIQUE constraint failed: {}", columns.join(", ")).trim_end_matches([' ', ':']).to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(error: Error) -> String {
        match explain("create", error) {
            Error::Invalid(invalid) => invalid.message.into_owned(),
            other => panic!("no refusal: {other}"),
        }
    }

    #[test]
    fn what_the_engine_refuses_is_told_in_its_words() {
        let reserved = Error::Engine("object name reserved for internal use: sqlite_x".into());
        assert_eq!(
            message(reserved),
            "Failed to create collection. Raw error: \nobject name reserved for internal use: sqlite_x"
        );
    }

    #[test]
    fn a_unique_violation_reads_as_the_engine_wrote_it() {
        let columns = vec!["a".to_owned(), "b".to_owned()];
        let text = engine_text(&Error::Unique { table: "t".into(), columns });
        assert_eq!(text.as_deref(), Some("UNIQUE constraint failed: t.a, t.b"));
        let text = engine_text(&Error::Unique { table: String::new(), columns: Vec::new() });
        assert_eq!(text.as_deref(), Some("UNIQUE constraint failed"));
    }

    #[test]
    fn a_failure_of_the_machine_is_not_told() {
        assert!(matches!(explain("create", Error::internal("the disk is full")), Error::Internal(_)));
    }
}
