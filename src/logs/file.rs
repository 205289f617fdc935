//! The database of the logs. It never keeps the server from serving: what cannot be used is set aside and made anew, or
//! else nothing is kept.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::store::aside::{self, Found};
use crate::store::{Store, StoreOptions, Synchronous, SystemTables, damage};
use crate::time;

/// What the names of the database's threads begin with: what is logged there is no entry, or else a log that cannot be
/// written would have one more to write each time.
pub(super) const THREADS: &str = "logs-";

/// How long commits gather before they are moved, so that the disk is seldom asked to sync for logs.
const CHECKPOINT_AFTER: Duration = Duration::from_secs(5);

const DAMAGED: &str = "is damaged";

/// An opened database.
pub(super) struct Opened {
    pub(super) store: Store,
    /// Where the one before it lies, if that could not be used, and why it could not.
    pub(super) aside: Option<(PathBuf, &'static str)>,
}

/// Opens the database, or a new one in the place of one that cannot be used.
///
/// # Errors
/// What the store says; nothing is set aside then.
pub(super) fn open(path: &Path, query_timeout: Duration) -> Result<Opened> {
    let options = options(path, query_timeout);
    let reason = match aside::look_at(path) {
        Found::Usable => match Store::open(&options) {
            Err(error) if damage::is_told_by(&error) => DAMAGED,
            opened => return opened.map(|store| Opened { store, aside: None }),
        },
        Found::Damaged => DAMAGED,
        Found::Foreign => "is another program's",
    };
    anew(path, &options, reason)
}

/// Opens a new database in the place of one that turned out to be damaged, which nobody has open any more.
///
/// # Errors
/// As [`open`].
pub(super) fn reopen(path: &Path, query_timeout: Duration) -> Result<Opened> {
    anew(path, &options(path, query_timeout), DAMAGED)
}

fn options(path: &Path, query_timeout: Duration) -> StoreOptions {
    StoreOptions {
        synchronous: Synchronous::Normal,
        slow_readers: 2,
        query_timeout,
        tables: SystemTables::Logs,
        checkpoint_after: CHECKPOINT_AFTER,
        threads: THREADS,
        ..StoreOptions::new(path)
    }
}

fn anew(path: &Path, options: &StoreOptions, reason: &'static str) -> Result<Opened> {
    let aside = set_aside(path)?;
    let store = Store::open(options)?;
    Ok(Opened { store, aside: Some((aside, reason)) })
}

/// Sets the database aside under a name that tells when.
fn set_aside(path: &Path) -> Result<PathBuf> {
    let now = time::now_text();
    let digits: String = now.chars().filter(char::is_ascii_digit).collect();
    aside::set_aside(path, &format!(".aside-{digits}")).map_err(|error| {
        Error::Setup(format!("{} cannot be used, and cannot be renamed either: {error}", path.display()))
    })
}
