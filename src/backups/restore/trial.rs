//! Opening a database once as the next start would, so that what cannot be used is found out while the old data still
//! serves; and what has to become another thing when a database goes back in time.

use std::path::Path;
use std::sync::Arc;

use crate::collections;
use crate::crypto::seal::Sealer;
use crate::error::{Error, Result};
use crate::settings::Settings;
use crate::store::{ReadLane, Store, StoreOptions, WriteLane};
use crate::{changes, files, jobs};

/// Brings a database up to date and reads what a start reads. Its jobs expire, its feed goes on another course, and
/// uploads that were under way are nobody's: where files lie in a bucket, they may be those of the server that the
/// backup is from.
///
/// # Errors
/// One sentence where a start could not use it.
pub(super) async fn run(database: &Path, sealer: Option<Arc<Sealer>>) -> Result<()> {
    let store = Store::open(&StoreOptions { slow_readers: 1, ..StoreOptions::new(database) })?;
    let tried = over(&store, sealer).await;
    store.close().await;
    tried
}

async fn over(store: &Store, sealer: Option<Arc<Sealer>>) -> Result<()> {
    if store.read(ReadLane::Slow, collections::load).await?.is_empty() {
        return Err(Error::bad_request("Its data.db has no collections."));
    }
    Settings::open(store, sealer).await?;
    store
        .write(WriteLane::Exclusive, |tx| {
            jobs::expire_all(tx)?;
            files::forget_uploads(tx)?;
            changes::renew_epoch(tx)
        })
        .await
}
