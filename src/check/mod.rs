//! `tuckbox check`: what may be wrong with a data directory, and the repairs that are asked for by name. One file a
//! check, with its repair; `report.rs` is what they find.
//!
//! The checks look at one consistent state of the database, beside a server that may be running. What lies on the
//! disk moves on meanwhile, so that whatever concerns files is asked for again before it is told. A repair looks at
//! each place again in the transaction that changes it.

mod accounts;
mod feed;
mod files;
mod integrity;
mod relations;
mod report;
mod tables;
mod values;

use std::sync::Arc;
use std::time::Duration;

pub use report::{Check, Finding, Outcome, Repair, Report};

use crate::collections;
use crate::error::{Error, Result};
use crate::files::Files;
use crate::schema::{CollectionRef, Schema};
use crate::store::{Sql, Store, Tx, catalogue};

/// How long the checks may take together: as long as they need, within reason.
const TIME: Duration = Duration::from_secs(24 * 60 * 60);

/// How many records a repair changes in one transaction.
const BATCH: i64 = 500;

/// Who is told what is being looked at.
pub type Progress = Arc<dyn Fn(&str) + Send + Sync>;

/// The room of checks.
#[derive(Clone)]
pub struct Checks {
    store: Store,
    files: Files,
}

/// What the checks look at.
struct World {
    schema: Schema,
    /// The collections whose tables are there with all their columns.
    whole: Vec<CollectionRef>,
    progress: Progress,
}

impl Checks {
    /// The room, from the parts that it uses.
    pub fn new(store: Store, files: Files) -> Self {
        Self { store, files }
    }

    /// Makes all checks. One that fails says so in its outcome, and the others go on.
    ///
    /// # Errors
    /// The database cannot be read at all.
    pub async fn run(&self, progress: Progress) -> Result<Report> {
        let checks = self.clone();
        self.store.read_apart(TIME, move |tx| Ok(checks.look(tx, progress))).await
    }

    fn look(&self, tx: &mut Tx<'_>, progress: Progress) -> Report {
        progress("integrity");
        let mut outcomes = vec![Outcome::of(Check::Integrity, integrity::look(tx))];
        let world = match World::read(tx, progress) {
            Ok(world) => world,
            Err(error) => {
                outcomes.push(Outcome::of(Check::Collections, Err(error)));
                return Report { outcomes };
            }
        };
        for check in [Check::Collections, Check::Values, Check::Relations, Check::Accounts, Check::Feed, Check::Files] {
            world.tell(check.name());
            let found = match check {
                Check::Integrity => continue,
                Check::Collections => tables::look(tx, &world),
                Check::Values => values::look(tx, &world),
                Check::Relations => relations::look(tx, &world),
                Check::Accounts => accounts::look(tx, &world),
                Check::Feed => feed::look(tx, &world),
                Check::Files => files::look(tx, &world, &self.store, &self.files),
            };
            outcomes.push(Outcome::of(check, found));
        }
        Report { outcomes }
    }

    /// Makes one repair; a sentence on each thing that was done.
    ///
    /// # Errors
    /// What the database or the disk answers; what was done before stays done.
    pub async fn repair(&self, repair: Repair, progress: Progress) -> Result<Vec<String>> {
        let world = Arc::new(self.store.read_apart(TIME, move |tx| World::read(tx, progress)).await?);
        world.tell(repair.name());
        match repair {
            Repair::Indexes => tables::make_indexes(&self.store, &world).await,
            Repair::Relations => relations::empty(&self.store, &world).await,
            Repair::Accounts => accounts::remove(&self.store, &self.files, &world).await,
            Repair::Feed => feed::complete(&self.store, &world).await,
            Repair::Files => files::remove(&self.store, &self.files, &world).await,
        }
    }
}

impl World {
    fn read(tx: &mut Tx<'_>, progress: Progress) -> Result<Self> {
        let schema = Schema::new(0, collections::load(tx)?);
        let mut whole = Vec::new();
        // Asking a view that is broken would fail.
        for collection in schema.all().iter().filter(|collection| !collection.is_view()) {
            let columns = catalogue::columns(tx, &collection.name)?;
            let has = |name: &str| columns.iter().any(|column| column.eq_ignore_ascii_case(name));
            if collection.fields.iter().all(|field| has(&field.name)) {
                whole.push(CollectionRef::clone(collection));
            }
        }
        Ok(Self { schema, whole, progress })
    }

    fn tell(&self, what: &str) {
        (self.progress)(what);
    }

    /// A collection whose table can be asked.
    fn whole(&self, id: &str) -> Option<&CollectionRef> {
        self.whole.iter().find(|collection| collection.id == id)
    }
}

/// How many rows a query finds, and the first few of them.
#[derive(Default)]
struct Tally {
    count: u64,
    examples: Vec<String>,
}

impl Tally {
    fn add(&mut self, example: impl FnOnce() -> String) {
        self.count += 1;
        if self.examples.len() < report::EXAMPLES {
            self.examples.push(example());
        }
    }

    /// What it comes to, where it found something.
    fn finding(self, subject: impl Into<String>, problem: impl Into<String>) -> Option<Finding> {
        (self.count > 0).then(|| Finding {
            subject: subject.into(),
            problem: problem.into(),
            count: self.count,
            examples: self.examples,
            repair: None,
        })
    }
}

/// Counts the ids that a query answers.
fn tally(tx: &mut Tx<'_>, query: &Sql) -> Result<Tally> {
    let mut tally = Tally::default();
    tx.rows(query, |row| {
        tally.add(|| row.get(0).as_text().to_owned());
        Ok(())
    })?;
    Ok(tally)
}

/// Some of the ids that a query about a table answers, in their order.
fn ids_of(tx: &mut Tx<'_>, query: &Sql, limit: i64) -> Result<Vec<String>> {
    let mut page = query.clone();
    page.push(" LIMIT ").bind(limit);
    tx.texts(&page)
}

/// A collection as a repair finds it again in its transaction; it may have changed since the database was read.
fn again(tx: &mut Tx<'_>, id: &str) -> Result<(Schema, CollectionRef)> {
    let schema = Schema::new(0, collections::load(tx)?);
    let found = schema.by_id(id).cloned();
    found
        .map(|collection| (schema, collection))
        .ok_or_else(|| Error::Unavailable("The collections changed during the repair; run it again.".into()))
}
