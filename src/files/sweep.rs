//! Removing what is listed: files of writes that failed, of runs that crashed, and dropped ones that could not be removed
//! when they were dropped.

use std::sync::Arc;

use super::key::{Folder, Key};
use super::pending::{self, Listed};
use super::{Files, Parts, blocking};
use crate::error::Result;
use crate::store::{Store, WriteLane};
use crate::time;

/// After so many failures in a row nothing more is removed.
const FAILURES: usize = 3;
/// How long an upload may stay listed while the server runs.
const UPLOAD_LIFE: chrono::TimeDelta = chrono::TimeDelta::hours(1);

impl Files {
    /// Removes the files that no record holds: those listed in an earlier run, or more than an hour ago. Asked for
    /// at the start and every now and then. What cannot be removed stays listed and holds nothing else up. How many
    /// names went from the list.
    ///
    /// While somebody holds files it is left to the next time. Held from then on, what is removed is named by no state
    /// that is copied: all of it left its records before.
    ///
    /// # Errors
    /// The database fails, or the storage seems to be away.
    pub async fn sweep(&self, store: &Store) -> Result<usize> {
        if self.parts.holding.are_held()? {
            return Ok(0);
        }
        let started = self.parts.started.clone();
        let hour_ago = time::format(time::now() - UPLOAD_LIFE);
        let before = started.max(hour_ago);
        let (mut swept, mut last) = (0, Listed::default());
        loop {
            let (files, before, after) = (self.clone(), before.clone(), last);
            let doomed = store
                .write(WriteLane::Grouped, move |tx| {
                    let doomed = pending::doom_before(tx, &before, &after)?;
                    for gone in doomed.iter().filter(|listed| listed.record_id.is_empty()) {
                        // A collection of this id that comes right after waits until the folder is gone.
                        let (files, collection_id) = (files.clone(), gone.collection_id.clone());
                        tx.after_commit(move || files.remove_collection(&collection_id));
                    }
                    Ok(doomed)
                })
                .await?;
            let Some(end) = doomed.last().cloned() else { return Ok(swept) };
            last = end;
            swept += self.remove_listed(store, doomed).await?;
        }
    }

    /// Removes marked files, then their rows; how many there were. The rows of those that cannot be removed stay.
    ///
    /// # Errors
    /// Several in a row cannot be removed: the storage seems to be away, and the rest is left for later.
    pub(super) async fn remove_listed(&self, store: &Store, doomed: Vec<Listed>) -> Result<usize> {
        if doomed.is_empty() {
            return Ok(0);
        }
        let parts = Arc::clone(&self.parts);
        let (removed, outcome) = blocking(move || {
            let (mut removed, mut failures) = (Vec::new(), 0);
            for listed in doomed {
                match parts.remove(&listed) {
                    Ok(()) => {
                        failures = 0;
                        removed.push(listed);
                    }
                    Err(error) if failures + 1 == FAILURES => return Ok((removed, Err(error))),
                    Err(error) => {
                        failures += 1;
                        let Listed { collection_id, record_id, name } = listed;
                        tracing::warn!(%error, collection_id, record_id, name, "a file is left to a later sweep");
                    }
                }
            }
            Ok((removed, Ok(())))
        })
        .await?;
        let count = removed.len();
        if count > 0 {
            store
                .write(WriteLane::Grouped, move |tx| {
                    let unlist = |file: &Listed| pending::unlist(tx, &file.collection_id, &file.record_id, &file.name);
                    removed.iter().try_for_each(unlist)
                })
                .await?;
        }
        outcome.map(|()| count)
    }
}

impl Parts {
    /// Removes what a marked row stands for. Blocks.
    fn remove(&self, listed: &Listed) -> Result<()> {
        let Listed { collection_id, record_id, name } = listed;
        if record_id.is_empty() {
            return Folder::of_collection(collection_id)
                .map_or(Ok(()), |folder| self.removals.wait_until_gone(&folder));
        }
        match Key::new(collection_id, record_id, name) {
            Some(key) => self.storages.current()?.remove(&key, &self.runtime),
            None => Ok(()),
        }
    }
}
