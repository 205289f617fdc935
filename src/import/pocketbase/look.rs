//! Reading the source and saying what would come of it, and what stands in the way. Nothing is written.

use std::path::Path;

use super::source::Source;
use super::{Progress, Step};
use crate::collections;
use crate::crypto::seal::Sealer;
use crate::error::{Error, Result};
use crate::schema::{Collection, CollectionRef};
use crate::settings::{self, Values};
use crate::store::{Sql, Tx, catalogue};

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
        let mut plan = Plan::default();
        let unknown = source.database.read(Source::unknown_steps)?;
        if !unknown.is_empty() {
            plan.notes.push(format!(
                "It was written by a PocketBase that is newer than the one that this program knows ({}). Compare with \
                 care.",
                unknown.join(", ")
            ));
        }
        let collections = source.database.read(|tx| read_collections(tx, &mut plan))?;
        source.database.read(|tx| {
            for collection in &collections {
                progress(Step::Reading(&collection.name));
                let records = match collection.is_view() {
                    true => None,
                    false => Some(count(tx, &collection.name)?),
                };
                let kind = collection.type_name();
                plan.collections.push(CollectionPlan { name: collection.name.clone(), kind, records });
            }
            Ok(())
        })?;
        Ok(Self { source, collections, settings, plan })
    }

    /// What would come.
    pub fn plan(&self) -> &Plan {
        &self.plan
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

fn read_collections(tx: &mut Tx<'_>, plan: &mut Plan) -> Result<Vec<CollectionRef>> {
    let tables = catalogue::tables(tx)?;
    let mut found: Vec<CollectionRef> = Vec::new();
    for read in collections::read_foreign(tx)? {
        match read {
            Ok(collection) => {
                if !collection.is_view() && !tables.iter().any(|table| !table.view && is(&table.name, &collection)) {
                    plan.obstacles.push(format!(
                        "The collection {} has no table in the database. Remove the collection in PocketBase.",
                        collection.name
                    ));
                }
                found.push(CollectionRef::new(pointed_here(collection)));
            }
            Err(words) => plan.obstacles.push(format!("{words}.")),
        }
    }
    Ok(found)
}

fn is(table: &str, collection: &Collection) -> bool {
    table.eq_ignore_ascii_case(&collection.name)
}

/// Indexes of a collection that was renamed may name the table as it was called then.
fn pointed_here(mut collection: Collection) -> Collection {
    for text in &mut collection.indexes {
        if let Some(mut index) = crate::schema::Index::parse(text)
            && !index.table.eq_ignore_ascii_case(&collection.name)
        {
            index.table.clone_from(&collection.name);
            *text = index.build();
        }
    }
    collection
}

/// How many records a table has.
pub(super) fn count(tx: &mut Tx<'_>, table: &str) -> Result<u64> {
    let mut query = Sql::raw("SELECT count(*) FROM ");
    query.name(table);
    Ok(tx.row(&query, |row| Ok(row.get(0).as_f64() as u64))?.unwrap_or(0))
}
