//! An SQLite database becomes collections: a table a collection, a row a record, a foreign key a relation.
//!
//! Two steps. [`Import::look`] reads the whole source and plans (`plan.rs`, pure: `../names.rs`, `kind.rs`, `links.rs`,
//! `indexes.rs`; `views.rs`), and writes nothing: a dry run ends there. [`Import::run`] makes collections and records
//! (`write.rs`).
//!
//! What must stay true: ids of collections and records follow from the source alone (`keys.rs`), so that a run finds
//! what an earlier one made, however that ended.

mod convert;
mod dates;
mod indexes;
mod keys;
mod kind;
mod links;
mod observe;
mod plan;
mod report;
mod views;
mod words;
mod write;

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::Path;

pub use self::indexes::IndexPlan;
pub use self::plan::{FieldPlan, Plan, TablePlan};
pub use self::report::{Report, TableReport, ViewReport};
pub use self::views::ViewPlan;
pub use self::write::Rooms;

use self::links::Link;
use self::observe::Observed;
use self::plan::{Found, Seen};
use crate::error::{Error, Result};
use crate::schema::Schema;
use crate::store::foreign::{Catalogue, Cells, Database, Table};

/// After how many rows progress is told.
const STRIDE: u64 = 500;

/// What is wanted of a source.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The tables and views, in any case; `None` is all.
    pub tables: Option<Vec<String>>,
    /// What the names of collections begin with.
    pub prefix: String,
    /// Whether views come.
    pub views: bool,
    /// Tables that cannot come, by their own names.
    refused: HashSet<String>,
    /// The ids of the collections that are there.
    known: HashSet<String>,
}

impl Wanted {
    /// These tables and views (`None` is all) under names with this prefix.
    ///
    /// # Errors
    /// One sentence where no name of a collection can begin so.
    pub fn new(tables: Option<Vec<String>>, prefix: String, views: bool) -> Result<Self> {
        if !prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(Error::Setup("A prefix has letters, digits and _ alone.".to_owned()));
        }
        Ok(Self { tables, prefix, views, ..Self::default() })
    }

    /// Whether a table is asked for.
    fn asks_for(&self, table: &str) -> bool {
        self.tables.as_ref().is_none_or(|tables| tables.iter().any(|name| name.eq_ignore_ascii_case(table)))
    }

    /// Whether there will be a collection of a table.
    fn comes(&self, table: &str) -> bool {
        let comes_now = self.asks_for(table) && !self.refused.contains(table);
        comes_now || self.known.contains(&keys::collection_id(&self.prefix, table))
    }
}

/// What an import is doing.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// It begins to read a table, to see what is in it.
    Reading(&'a str),
    /// It begins to write a table of so many rows.
    Writing(&'a str, u64),
    /// So many more rows are done.
    Rows(u64),
    /// The table is done.
    Done,
}

/// Who is told what an import is doing.
pub type Progress<'p> = &'p mut (dyn FnMut(Step<'_>) + Send);

/// A source that was looked at.
pub struct Import {
    database: Database,
    plan: Plan,
}

impl Import {
    /// Opens a source, reads all of it, and plans what becomes of it beside the collections that are there.
    ///
    /// # Errors
    /// One sentence where the file cannot be read, or a table that is asked for is not in it.
    pub fn look(path: &Path, mut wanted: Wanted, schema: &Schema, progress: Progress<'_>) -> Result<Self> {
        let database = Database::open(path)?;
        let catalogue = database.catalogue()?;
        refuse_unknown(path, &catalogue, &wanted)?;
        wanted.known = schema.all().iter().map(|one| one.id.clone()).collect();
        let plan = found(&database, &catalogue, &mut wanted, progress)?;
        let mut plan = plan::plan(plan, &catalogue, &wanted, schema);
        views::plan(&mut plan, &database, &catalogue, &wanted, schema)?;
        plan.left_out.retain(|one| wanted.asks_for(&one.name));
        Ok(Self { database, plan })
    }

    /// What will be done.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }
}

fn refuse_unknown(path: &Path, catalogue: &Catalogue, wanted: &Wanted) -> Result<()> {
    let views = || catalogue.views.iter().map(|view| view.name.as_str());
    let there = || catalogue.tables.iter().map(|table| table.name.as_str()).chain(views());
    let missing = wanted.tables.iter().flatten().find(|name| !there().any(|table| table.eq_ignore_ascii_case(name)));
    match missing {
        Some(name) => Err(Error::Setup(format!(
            "There is no table {name} in {}; it has {}.",
            path.display(),
            there().collect::<Vec<_>>().join(", ")
        ))),
        None => Ok(()),
    }
}

/// Reads the tables that are asked for. Where one turns out to be unreadable, nothing can point to it, so the tables
/// that would have are read once more.
fn found<'c>(
    database: &Database,
    catalogue: &'c Catalogue,
    wanted: &mut Wanted,
    progress: Progress<'_>,
) -> Result<Vec<Found<'c>>> {
    let tables: Vec<&Table> = catalogue.tables.iter().filter(|table| wanted.asks_for(&table.name)).collect();
    let refusals = tables.iter().filter(|table| plan::refusal(table).is_some());
    wanted.refused = refusals.map(|table| table.name.clone()).collect();
    let mut all: Vec<Option<Found<'c>>> = tables.iter().map(|_| None).collect();
    loop {
        let before = wanted.refused.len();
        for (table, place) in tables.iter().zip(&mut all) {
            let (links, notes) = links::of(table, catalogue, wanted);
            if place.as_ref().is_some_and(|known| known.links == links) {
                continue;
            }
            let seen = match plan::refusal(table) {
                Some(reason) => Err(reason),
                None => see(database, table, &links, progress)?,
            };
            if seen.is_err() {
                wanted.refused.insert(table.name.clone());
            }
            *place = Some(Found { table, links, notes, seen });
        }
        if wanted.refused.len() == before {
            return Ok(all.into_iter().flatten().collect());
        }
    }
}

/// Reads a table; the reason where this one cannot be read, while others may.
fn see(database: &Database, table: &Table, links: &[Link], progress: Progress<'_>) -> Result<Result<Seen, String>> {
    progress(Step::Reading(&table.name));
    let mut seen = Seen {
        columns: vec![Observed::default(); table.columns.len()],
        dangling: vec![0; links.len()],
        ..Seen::default()
    };
    let selection = links::selection(table, links);
    let read = database.rows(&selection, |row| {
        seen.rows += 1;
        for (at, column) in seen.columns.iter_mut().enumerate() {
            column.see(&row.get(at));
        }
        see_links(row, selection.columns.len(), links, &mut seen.dangling);
        if seen.rows.is_multiple_of(STRIDE) {
            progress(Step::Rows(STRIDE));
        }
        Ok(ControlFlow::Continue(()))
    });
    progress(Step::Done);
    match read {
        Ok(()) => Ok(Ok(seen)),
        Err(Error::Engine(text) | Error::StaleSchema(text)) => Ok(Err(format!("it cannot be read: {text}"))),
        Err(error) => Err(error),
    }
}

fn see_links(row: &Cells<'_>, first: usize, links: &[Link], dangling: &mut [u64]) {
    let mut at = first;
    for (link, count) in links.iter().zip(dangling) {
        let points_to_nothing = (at..at + link.key.len()).all(|at| row.get(at).is_null());
        *count += u64::from(points_to_nothing && !row.get(link.column).is_null());
        at += link.key.len();
    }
}
