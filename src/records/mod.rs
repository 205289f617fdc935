//! Records: list, view, create, update, delete, under rules; several writes in one transaction (`batch/`), creates by
//! the hundred (`bulk/`), exports (`export/`), and why a rule says yes or no (`explain/`). One file a verb; what they
//! share stands in `rules.rs` (does a row satisfy a rule), `plans/` (compiled conditions, kept by shape), `totals.rs`
//! (counts, kept with the versions of their tables), `version.rs` (which state of a record a write is meant for),
//! `layout.rs` (a collection's columns and how its rows are written out), `rows.rs`, `expand/` and `render.rs`
//! (records as their reader may see them).
//!
//! Reads go straight from rows to JSON: no value of a list is ever held as a tree.

mod account;
mod accounts;
mod batch;
mod bulk;
mod candidate;
mod cascade;
mod create;
mod delete;
mod expand;
mod explain;
mod export;
mod file;
mod gate;
mod input;
mod layout;
mod list;
mod page;
pub mod paging;
mod plans;
mod read;
mod render;
mod repair;
mod rows;
mod rules;
mod satisfies;
mod save;
mod telling;
mod throttle;
mod totals;
mod turns;
mod update;
mod validate;
mod version;
mod view;
mod viewer;
mod write;

use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

pub use account::{AccountChange, add, alter, replace_hash, touch};
pub use accounts::{AUTH_ORIGINS, EXTERNAL_AUTHS, INSTALLER_EMAIL, MFAS, OTPS, SUPPORT};
pub use batch::{Admission, BatchAction, BatchItem};
pub use bulk::{Bulk, BulkOptions, Chunk, Existing, Links, Outcome};
pub use delete::{delete_many_within, delete_within};
pub use explain::{Explanation, Verdict, caller_of};
pub use export::{Export, ExportFormat, ExportOptions};
pub use page::Page;
pub use read::{find, load, load_all};
pub use render::shown;
pub use repair::drop_dangling;
pub use save::{Along, NewAccount};
pub use telling::asks;
pub use version::{Version, Versioned};

use crate::crypto::passwords::Passwords;
use crate::error::{Error, Result};
use crate::files::{Files, Upload};
use crate::schema::{Published, Schema};
use crate::store::Store;

/// How often a read runs at most while collections change under it.
const MOST_RUNS: usize = 4;

/// How long a read waits for the snapshot of a change that its tables have already: readers see a commit a moment
/// before it is published.
const PUBLICATION: Duration = Duration::from_millis(2);

/// The room of records.
#[derive(Clone)]
pub struct Records {
    parts: Arc<Parts>,
}

/// What the verbs use.
struct Parts {
    store: Store,
    schema: Arc<Published>,
    files: Files,
    passwords: Passwords,
    conditions: rules::Conditions,
    layouts: layout::Layouts,
    throttle: throttle::Throttle,
    totals: totals::Totals,
    turns: turns::Turns,
}

/// A record as answers show it: a JSON object.
#[derive(Debug, Clone)]
pub struct Rendered(pub Vec<u8>);

/// What was sent to create or update a record.
#[derive(Debug, Clone, Default)]
pub struct RecordInput {
    /// The data by key, field names with and without modifiers.
    pub data: Map<String, Json>,
    /// The files that came along.
    pub uploads: Vec<Upload>,
}

impl Rendered {
    /// As a part of a larger answer.
    ///
    /// # Errors
    /// It is no JSON, which is our fault.
    pub fn into_json(self) -> Result<Box<RawValue>> {
        let text = String::from_utf8(self.0).map_err(|error| Error::Internal(error.into()))?;
        RawValue::from_string(text).map_err(|error| Error::Internal(error.into()))
    }
}

impl Records {
    /// The room, from the parts that it uses.
    pub fn new(store: Store, schema: Arc<Published>, files: Files, passwords: Passwords) -> Self {
        let parts = Parts {
            store,
            schema,
            files,
            passwords,
            conditions: rules::Conditions::new(),
            layouts: layout::Layouts::new(),
            throttle: throttle::Throttle::new(),
            totals: totals::Totals::new(),
            turns: turns::Turns::new(),
        };
        Self { parts: Arc::new(parts) }
    }

    /// Runs a read on the current collections, and again where they changed under it: it then met a table or a
    /// column that its snapshot knew and the database does not.
    async fn on_current<T, F, R>(&self, read: F) -> Result<T>
    where
        F: Fn(Arc<Schema>) -> R,
        R: Future<Output = Result<T>>,
    {
        let mut runs = 1;
        loop {
            let schema = self.parts.schema.current();
            let version = schema.version;
            match read(schema).await {
                Err(Error::StaleSchema(_)) if runs < MOST_RUNS => runs += 1,
                result => return result,
            }
            if self.parts.schema.current().version == version {
                tokio::time::sleep(PUBLICATION).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreOptions;

    fn stale() -> Error {
        Error::StaleSchema("no such table: notes".into())
    }

    /// The room on a database of its own, and the collections that it reads by.
    fn house() -> (tempfile::TempDir, Records, Arc<Published>) {
        let dir = tempfile::tempdir().expect("a directory");
        let store = Store::open(&StoreOptions::new(dir.path().join("data.db"))).expect("a database");
        let schema = Arc::new(Published::new(Schema::new(1, Vec::new())));
        let files = Files::new(dir.path(), tokio::sync::watch::channel(Arc::default()).1);
        let records = Records::new(store, Arc::clone(&schema), files, Passwords::new(1));
        (dir, records, schema)
    }

    #[tokio::test]
    async fn a_read_that_the_collections_changed_under_runs_again() {
        let (_dir, records, schema) = house();
        let read = |read: Arc<Schema>| {
            let version = read.version;
            if version < 3 {
                schema.publish(Arc::new(Schema::new(version + 1, Vec::new())));
            }
            std::future::ready(if version < 3 { Err(stale()) } else { Ok(version) })
        };
        assert_eq!(records.on_current(read).await.expect("the third run"), 3);
    }

    #[tokio::test]
    async fn a_read_waits_for_the_snapshot_of_what_is_committed() {
        let (_dir, records, schema) = house();
        let read = |read: Arc<Schema>| {
            let schema = Arc::clone(&schema);
            tokio::spawn(async move {
                tokio::task::yield_now().await;
                schema.publish(Arc::new(Schema::new(2, Vec::new())));
            });
            std::future::ready(if read.version == 1 { Err(stale()) } else { Ok(read.version) })
        };
        assert_eq!(records.on_current(read).await.expect("the second run"), 2);
    }

    #[tokio::test]
    async fn a_read_that_never_fits_ends() {
        let (_dir, records, _) = house();
        let runs = std::cell::Cell::new(0);
        let answer: Result<u64> = records
            .on_current(|_| {
                runs.set(runs.get() + 1);
                std::future::ready(Err(stale()))
            })
            .await;
        assert!(matches!(answer, Err(Error::StaleSchema(_))));
        assert_eq!(runs.get(), MOST_RUNS);
    }
}
