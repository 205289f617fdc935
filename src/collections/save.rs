//! From what a request asks for to the writer, and the contract's words for what failed.

use std::sync::Arc;

use serde_json::Value as Json;

use super::Collections;
use super::apply::{Changes, Saved, apply};
use super::draft::Place;
use crate::error::{Error, Result};
use crate::schema::Schema;
use crate::store::{Tx, WriteLane};

impl Collections {
    /// Saves the collection that `make` makes of the current snapshot, and answers it as it is published.
    pub(super) async fn save<F>(&self, verb: &'static str, make: F) -> Result<Json>
    where
        F: Fn(&mut Tx<'_>, Place, &Schema) -> Result<Saved> + Send + Sync + 'static,
    {
        let make_changes = move |tx: &mut Tx<'_>, place, schema: &Schema| {
            let saved = make(tx, place, schema)?;
            Ok(Changes { saved: vec![saved], removed: Vec::new() })
        };
        let (changes, next) = self.change(make_changes).await.map_err(|error| explain(verb, error))?;
        let saved = changes.saved.first().and_then(|saved| next.by_id(&saved.new.id));
        saved.map(|saved| saved.to_json()).ok_or_else(|| Error::internal("a saved collection is not published"))
    }

    /// Makes the changes that `make` makes of the current snapshot; the changes, and the snapshot that is published.
    ///
    /// They are made before the writer is asked, on a reader, so that what is wrong is refused without it, and made
    /// again on the writer where the snapshot has moved since.
    pub(super) async fn change<F>(&self, make: F) -> Result<(Arc<Changes>, Arc<Schema>)>
    where
        F: Fn(&mut Tx<'_>, Place, &Schema) -> Result<Changes> + Send + Sync + 'static,
    {
        let make = Arc::new(make);
        let (made_from, first) = self.first_changes(Arc::clone(&make)).await?;
        let first = Arc::new(first);
        let (published, settings) = (Arc::clone(&self.schema), self.settings.clone());
        let changed = self.store.write(WriteLane::Exclusive, move |tx| {
            let current = published.current();
            let changes = match current.version == made_from {
                true => Arc::clone(&first),
                false => Arc::new(make(tx, Place::Writer, &current)?),
            };
            let next = apply(tx, &published, &changes)?;
            settings.follow_renames(tx, &changes.renamed())?;
            Ok((changes, next))
        });
        changed.await
    }

    /// Makes changes where nobody waits: thousands of fields with their expressions take a while to check.
    async fn first_changes<F>(&self, make: Arc<F>) -> Result<(u64, Changes)>
    where
        F: Fn(&mut Tx<'_>, Place, &Schema) -> Result<Changes> + Send + Sync + 'static,
    {
        self.on_a_reader(move |tx, schema| Ok((schema.version, make(tx, Place::Reader, schema)?))).await
    }

    /// Looks at the database and the snapshot at length, without holding anybody up.
    pub(super) async fn on_a_reader<T, F>(&self, look: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>, &Schema) -> Result<T> + Send + 'static,
    {
        let turn = Arc::clone(&self.checks).acquire_owned().await;
        let turn = turn.map_err(|_| Error::internal("no collection is checked any more"))?;
        let (schema, store) = (self.schema.current(), self.store.clone());
        let looked = tokio::task::spawn_blocking(move || {
            // Kept to the end of the work, which goes on where its caller has gone.
            let _turn = turn;
            store.read_here(|tx| look(tx, &schema))
        });
        looked.await.map_err(|error| Error::Internal(error.into()))?
    }
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
