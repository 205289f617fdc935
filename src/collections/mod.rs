//! Saving collections: metadata, table and indexes change in one transaction, then the new snapshot is published.
//!
//! One file a verb. What they share: `draft.rs` (a collection about to be saved: merged, normalised, checked),
//! `save.rs` (from what a request asks for to the writer), `apply.rs` (the one way collections get into the database),
//! `aside.rs` (names and views that are in its way), `alteration/` (what must happen to a table, as data, and doing
//! it), `stored.rs` (rows of `_collections`), `publication.rs` (the next snapshot, and when others see it), `rules.rs`
//! (do the rules compile), `plan/` (what a change would come to), `check_filter.rs` (what is wrong with one that is typed), `view_query.rs` (is a query one,
//! and what are its columns), `views.rs` (the SQL views),
//! `adopt.rs` (collections that come with another program's database) and `judge.rs` (what is wrong with them).
//!
//! What must stay true: only the writer's thread publishes, and nothing is published that is not committed; so a
//! closure on the writer that asks for the current snapshot sees exactly what the tables are.

mod adopt;
mod alteration;
mod apply;
mod aside;
mod check_filter;
mod create;
mod delete;
mod draft;
mod dry_run_view;
mod import;
mod judge;
mod list;
mod plan;
mod progress;
mod publication;
mod rules;
mod save;
mod scaffolds;
mod seed;
mod stored;
mod truncate;
mod update;
mod view;
mod view_query;
mod views;

use std::sync::Arc;

use tokio::sync::Semaphore;

pub use adopt::{Fault, adopt, adopt_indexes, adopt_views, read_foreign};
pub use alteration::{ExpectedIndex, expected_indexes};
pub use check_filter::Checked;
pub use dry_run_view::DryRun;
pub use judge::{Judgement, judge};
pub use plan::Plan;
pub use publication::{publish_stored, reload};
pub use seed::seed;
pub use stored::load;

use crate::files::Files;
use crate::schema::Published;
use crate::settings::Settings;
use crate::store::Store;

/// How many collections are checked at once; others wait. It is work for the processor alone.
const CHECKS_AT_ONCE: usize = 2;

/// The room that saves collections. All its callers are superusers; `http` sees to that.
#[derive(Clone)]
pub struct Collections {
    store: Store,
    schema: Arc<Published>,
    files: Files,
    settings: Settings,
    /// Turns for checking what was sent.
    checks: Arc<Semaphore>,
}

impl Collections {
    /// The room, from the parts that it uses.
    pub fn new(store: Store, schema: Arc<Published>, files: Files, settings: Settings) -> Self {
        Self { store, schema, files, settings, checks: Arc::new(Semaphore::new(CHECKS_AT_ONCE)) }
    }
}
