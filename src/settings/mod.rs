//! The settings that are stored in the database: read once, kept as a snapshot, published anew when they change.
//! Who cares about a change compares snapshots or waits for the next one.
//!
//! `change.rs` lays what was sent over what is there, `check.rs` and `limits.rs` say what may be wrong with the whole,
//! `stored.rs` reads and writes the row, sealed where a key is configured. What must stay true: a snapshot is published
//! by the writer's thread and after its commit, so that no older one comes after it.

mod apple;
mod change;
mod check;
mod limits;
mod model;
mod networks;
mod stored;

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

pub use apple::AppleKey;
pub use change::Change;
pub use model::{Backups, Batch, Logs, Meta, RateLimit, RateLimits, S3, Smtp, TrustedProxy, Values};
pub use networks::Networks;

use crate::crypto::seal::Sealer;
use crate::error::Result;
use crate::store::{ReadLane, Store, Tx, WriteLane};
use stored::Stored;

/// The settings in a row that another program of the contract has stored, over the defaults.
///
/// # Errors
/// `Setup` where they are sealed and this is not their key, or cannot be read.
pub fn read_foreign(row: &str, sealer: Option<&Sealer>) -> Result<Values> {
    stored::read(row, sealer)
}

/// What would be refused if settings were saved as they are, in words.
pub fn faults(values: &Values) -> Vec<String> {
    check::check(values).faults().into_iter().map(|(path, fault)| format!("{path}: {}", fault.message)).collect()
}

/// Stores settings in a database that nobody has open.
///
/// # Errors
/// What the database says.
pub fn adopt(tx: &mut Tx<'_>, values: &Values, sealer: Option<&Sealer>) -> Result<()> {
    stored::save(tx, values, sealer).map(drop)
}

/// The room of the settings.
#[derive(Clone)]
pub struct Settings {
    parts: Arc<Parts>,
}

struct Parts {
    store: Store,
    /// What the stored settings are sealed with, if they are.
    sealer: Option<Arc<Sealer>>,
    current: watch::Sender<Arc<Values>>,
    /// The row that the snapshot was read from or written to.
    row: Mutex<Option<String>>,
}

impl Settings {
    /// The room, with what the database has, or the defaults where nothing was saved yet.
    ///
    /// # Errors
    /// `Setup` where the stored settings cannot be read: they are sealed, and this is not their key.
    pub async fn open(store: &Store, sealer: Option<Arc<Sealer>>) -> Result<Self> {
        let key = sealer.clone();
        let stored = store.read(ReadLane::Fast, move |tx| Stored::load(tx, key.as_deref())).await?;
        let (row, values) = stored.map_or_else(Default::default, |stored| (Some(stored.row), stored.values));
        let current = watch::Sender::new(Arc::new(values));
        Ok(Self { parts: Arc::new(Parts { store: store.clone(), sealer, current, row: Mutex::new(row) }) })
    }

    /// The settings as they are now.
    pub fn current(&self) -> Arc<Values> {
        Arc::clone(&self.parts.current.borrow())
    }

    /// Tells of each change after this call.
    pub fn changes(&self) -> watch::Receiver<Arc<Values>> {
        self.parts.current.subscribe()
    }

    /// Changes the settings: what was sent over what is stored at that moment, checked as a whole.
    ///
    /// # Errors
    /// `Invalid`, with a code for each setting at fault, or without one where a value is of the wrong kind.
    pub async fn update(&self, change: Change) -> Result<Arc<Values>> {
        let room = self.clone();
        let write = self.parts.store.write(WriteLane::Grouped, move |tx| {
            let values = change.over(&room.stored(tx)?)?;
            check::check(&values).into_result("An error occurred while validating the submitted data.")?;
            room.save(tx, values)
        });
        write.await
    }

    /// Lets the limits of collections follow them to their new names, in the transaction that renames them: pairs of
    /// the old name and the new one.
    ///
    /// # Errors
    /// What the database says.
    pub fn follow_renames(&self, tx: &mut Tx<'_>, renamed: &[(&str, &str)]) -> Result<()> {
        if renamed.is_empty() {
            return Ok(());
        }
        let before = self.stored(tx)?;
        let after = limits::renamed(&before, renamed);
        if after != before {
            self.save(tx, after)?;
        }
        Ok(())
    }

    /// Reads the settings anew where another process saved them: on the writer's thread, outside any transaction.
    ///
    /// # Errors
    /// As [`Settings::open`]; the snapshot stays as it is.
    pub fn reload(&self) -> Result<()> {
        let sealer = self.parts.sealer.as_deref();
        let known = self.parts.row.lock().clone();
        let found = self.parts.store.read_here(|tx| Stored::load_other_than(known.as_deref(), tx, sealer))?;
        if let Some(found) = found {
            self.publish(found.row, Arc::new(found.values));
        }
        Ok(())
    }

    /// What is stored, or the snapshot where the row is gone.
    fn stored(&self, tx: &mut Tx<'_>) -> Result<Values> {
        let stored = Stored::load(tx, self.parts.sealer.as_deref())?;
        Ok(stored.map_or_else(|| Values::clone(&self.current()), |stored| stored.values))
    }

    fn save(&self, tx: &mut Tx<'_>, values: Values) -> Result<Arc<Values>> {
        let row = stored::save(tx, &values, self.parts.sealer.as_deref())?;
        let (room, values) = (self.clone(), Arc::new(values));
        let saved = Arc::clone(&values);
        tx.after_commit(move || room.publish(row, values));
        Ok(saved)
    }

    fn publish(&self, row: String, values: Arc<Values>) {
        *self.parts.row.lock() = Some(row);
        self.parts.current.send_replace(values);
    }
}
