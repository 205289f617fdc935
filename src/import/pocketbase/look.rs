//! Reading the source and saying what would come of it, and what stands in the way. Nothing is written.
//!
//! What is asked of collections is in `shape.rs`, of records and files in `records.rs`, of what lies beside the database
//! in `beside.rs`.

use std::collections::HashSet;
use std::path::Path;

use super::source::{STORAGE, Source};
use super::{Progress, Step, beside, records, shape};
use crate::crypto::seal::Sealer;
use crate::error::{Error, Result};
use crate::files::{self, Measured};
use crate::schema::CollectionRef;
use crate::settings::{self, Values};
use crate::store::{Sql, Tx};

/// A source that was looked at.
pub struct TakeOver {
    pub(super) source: Source,
    pub(super) collections: Vec<CollectionRef>,
    pub(super) settings: Values,
    pub(super) plan: Plan,
}

/// What would come.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The collections in the order of their creation.
    pub collections: Vec<CollectionPlan>,
    /// The files on its disk.
    pub files: Measured,
    /// Whether its files lie in a bucket.
    pub in_bucket: bool,
    /// Some of the files that records name, by collection, record and name, where they lie in a bucket.
    pub(super) some_files: Vec<(String, String, String)>,
    /// The ids of collections of which some records have odd values.
    pub(super) odd: HashSet<String>,
    /// What stands in the way, in sentences: nothing comes as long as there is any.
    pub obstacles: Vec<String>,
    /// What comes and does not work as before, or what does not come, in sentences.
    pub notes: Vec<String>,
}

/// What would come of a collection.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CollectionPlan {
    /// Its name.
    pub name: String,
    /// Base, auth or view.
    pub kind: &'static str,
    /// How many records it has; not asked of views.
    pub records: Option<u64>,
}

impl TakeOver {
    /// Looks at a source. `sealer` has the key of its settings, where they are encrypted.
    ///
    /// # Errors
    /// One sentence where the directory cannot be read, or the key of its settings is missing.
    pub fn look(dir: &Path, sealer: Option<&Sealer>, progress: Progress<'_>) -> Result<Self> {
        let source = Source::open(dir)?;
        let settings = source.database.read(|tx| read_settings(tx, sealer))?;
        let mut plan = Plan { in_bucket: settings.s3.enabled, ..Plan::default() };
        let storage = source.dir.join(STORAGE);
        if !plan.in_bucket {
            plan.files = files::measure_storage(&storage)?;
        }
        let on_disk = (!plan.in_bucket).then_some(storage.as_path());
        let collections = source.database.read(|tx| {
            beside::look(tx, &source, &settings, &mut plan)?;
            let (collections, without_table) = shape::read(tx, &mut plan)?;
            for collection in &collections {
                let kind = collection.type_name();
                let mut found = CollectionPlan { name: collection.name.clone(), kind, records: None };
                if !collection.is_view() && !without_table.contains(&collection.name) {
                    progress(Step::Reading(&collection.name));
                    found.records = Some(count(tx, &collection.name)?);
                    if records::look(tx, collection, on_disk, &mut plan)? {
                        plan.odd.insert(collection.id.clone());
                    }
                }
                plan.collections.push(found);
            }
            Ok(collections)
        })?;
        source.database.still_the_same()?;
        Ok(Self { source, collections, settings, plan })
    }

    /// What would come.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Where its files lie, as far as its settings say.
    pub fn settings(&self) -> &Values {
        &self.settings
    }
}

fn read_settings(tx: &mut Tx<'_>, sealer: Option<&Sealer>) -> Result<Values> {
    let row = tx.texts(r#"SELECT CAST("value" AS TEXT) FROM "_params" WHERE "id" = 'settings'"#)?.pop();
    let Some(row) = row else { return Ok(Values::default()) };
    settings::read_foreign(&row, sealer).map_err(|error| match (error, sealer) {
        (Error::Setup(_), None) if !row.trim_start().starts_with(['{', 'n']) => Error::Setup(
            "The settings of the PocketBase directory are encrypted. Name the environment variable that holds their \
             key, as PocketBase was started: --encryption-env NAME. Nothing was written."
                .to_owned(),
        ),
        (Error::Setup(words), _) => Error::Setup(format!("{words} Nothing was written.")),
        (error, _) => error,
    })
}

/// How many records a table has.
pub(super) fn count(tx: &mut Tx<'_>, table: &str) -> Result<u64> {
    let mut query = Sql::raw("SELECT count(*) FROM ");
    query.name(table);
    Ok(tx.row(&query, |row| Ok(row.get(0).as_f64() as u64))?.unwrap_or(0))
}
