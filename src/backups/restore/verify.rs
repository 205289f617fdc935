//! Whether what was unpacked is sound, ours, not newer than this program, and as much as the manifest says.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::backups::manifest::{DATABASE, Database, Manifest};
use crate::error::{Error, Result};
use crate::store::copied::{Copied, last_step, rows_of_tables};
use crate::store::foreign::{self, Owner};
use crate::store::{Store, Tx, damage};

/// Reads every page of the databases in a folder.
///
/// # Errors
/// One sentence where one of them is not what it should be.
pub(super) fn verify(folder: &Path, manifest: &Manifest, stop: &Arc<AtomicBool>) -> Result<()> {
    if !matches!(foreign::owner(&folder.join(DATABASE)), Ok(Owner::Tuckbox)) {
        return Err(Error::bad_request("Its data.db is no database of Tuckbox."));
    }
    for (name, expected) in &manifest.databases {
        let copied = Copied::open(&folder.join(name)).map_err(|_| damaged(name))?;
        copied.read(stop, |tx| verify_one(tx, name, expected, manifest))?;
    }
    Ok(())
}

fn verify_one(tx: &mut Tx<'_>, name: &str, expected: &Database, manifest: &Manifest) -> Result<()> {
    if name == DATABASE && last_step(tx)? > Store::newest_step() {
        let version = manifest.tuckbox.escape_debug().take(40).collect::<String>();
        return Err(Error::bad_request(format!(
            "It was made by a newer Tuckbox ({version}); restore it with that version or a later one."
        )));
    }
    if !damage::find(tx)?.is_empty() {
        return Err(damaged(name));
    }
    let rows = rows_of_tables(tx)?;
    let other = expected.rows.iter().find(|(table, expected)| rows.get(*table) != Some(expected));
    match other {
        None => Ok(()),
        Some((table, expected)) => Err(Error::bad_request(format!(
            "The table {} of {name} has {} rows in it, and {expected} by its manifest.",
            table.escape_debug().take(80).collect::<String>(),
            rows.get(table).copied().unwrap_or_default()
        ))),
    }
}

fn damaged(name: &str) -> Error {
    Error::bad_request(format!("Its {name} is damaged."))
}
