//! The directory that is taken over: what is in it, and which version wrote it.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::store::foreign::{Database, Owner};
use crate::store::{Tx, catalogue};

/// The database in a directory of either program.
pub(super) const DATABASE: &str = "data.db";
/// The database of the logs.
pub(super) const LOGS: &str = "auxiliary.db";
/// The folder of the files.
pub(super) const STORAGE: &str = "storage";

/// The last step of its own that this program knows; a later one may have changed what things mean.
const NEWEST: u64 = 1_778_828_400;

/// A PocketBase data directory, open for reading.
pub struct Source {
    pub(super) dir: PathBuf,
    pub(super) database: Database,
}

impl Source {
    /// Opens a directory.
    ///
    /// # Errors
    /// One sentence where it is no PocketBase data directory, one of an old version, or cannot be read.
    pub fn open(dir: &Path) -> Result<Self> {
        let dir = data_directory(dir)?;
        let path = dir.join(DATABASE);
        let database = Database::open_any(&path)?;
        if database.owner()? == Owner::Tuckbox {
            return Err(Error::Setup(format!(
                "{} is a data directory of Tuckbox already; start it with `tuckbox serve --dir`.",
                dir.display()
            )));
        }
        let source = Self { dir, database };
        source.database.read(|tx| source.refuse_others(tx))?;
        Ok(source)
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    fn refuse_others(&self, tx: &mut Tx<'_>) -> Result<()> {
        let shown = self.dir.display();
        let tables = catalogue::tables(tx)?;
        let has = |name: &str| tables.iter().any(|table| table.name == name);
        if !has("_collections") || !has("_params") {
            return Err(Error::Setup(format!(
                "{shown} is no PocketBase data directory: {DATABASE} in it has no collections. `tuckbox import sqlite` \
                 reads other databases."
            )));
        }
        let columns = catalogue::columns(tx, "_collections")?;
        let is_new = columns.iter().any(|column| column == "fields") && has("_superusers");
        if !is_new {
            return Err(Error::Setup(format!(
                "{shown} was written by PocketBase before 0.23. Copy it, start PocketBase 0.23 or later once on the \
                 copy, which brings it up to date, and import the copy."
            )));
        }
        Ok(())
    }

    /// Steps of PocketBase itself that this program does not know, by name.
    ///
    /// # Errors
    /// What the engine says.
    pub(super) fn unknown_steps(tx: &mut Tx<'_>) -> Result<Vec<String>> {
        if !catalogue::tables(tx)?.iter().any(|table| table.name == "_migrations") {
            return Ok(Vec::new());
        }
        let steps = tx.texts("SELECT file FROM _migrations WHERE file LIKE '%.go' ORDER BY file")?;
        let number = |step: &String| step.split_once('_').and_then(|(number, _)| number.parse::<u64>().ok());
        Ok(steps.into_iter().filter(|step| number(step).is_some_and(|number| number > NEWEST)).collect())
    }
}

/// The directory itself, or the `pb_data` in it.
fn data_directory(dir: &Path) -> Result<PathBuf> {
    let shown = dir.display();
    if dir.is_file() {
        return Err(Error::Setup(format!(
            "{shown} is a file; name the data directory, which PocketBase calls pb_data."
        )));
    }
    if !dir.is_dir() {
        return Err(Error::Setup(format!("{shown} does not exist.")));
    }
    if dir.join(DATABASE).is_file() {
        return Ok(dir.to_owned());
    }
    let within = dir.join("pb_data");
    let hint = match within.join(DATABASE).is_file() {
        true => format!(" Did you mean {}?", within.display()),
        false => String::new(),
    };
    Err(Error::Setup(format!("{shown} is no PocketBase data directory: there is no {DATABASE} in it.{hint}")))
}
