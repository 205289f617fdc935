//! The archives that are there: listed, opened, removed.

use serde_json::{Value as Json, json};

use super::{Backups, Outcome, outcome};
use crate::error::{Error, Result};
use crate::files::{Archive, Archives, StoredFile};
use crate::store::{ReadLane, WriteLane};
use crate::time;

/// A backup that is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Name, size and time.
    pub archive: Archive,
    /// What came of reading it back.
    pub outcome: Outcome,
}

impl Listed {
    /// As it is answered.
    pub fn to_json(&self) -> Json {
        json!({
            "key": self.archive.key,
            "modified": time::format(self.archive.modified),
            "size": self.archive.size,
            "verified": self.outcome.verified,
            "problem": self.outcome.problem,
        })
    }
}

impl Backups {
    /// Where archives lie now, by the settings.
    ///
    /// # Errors
    /// They name a bucket that cannot be.
    pub fn archives(&self) -> Result<Archives> {
        Archives::choose(&self.folder(), &self.parts.settings.current().backups.s3)
    }

    /// All backups, by their names.
    ///
    /// # Errors
    /// `Invalid`, without fields, where the storage fails.
    pub async fn list(&self) -> Result<Vec<Listed>> {
        let found = self.archives()?.list().await;
        let found = found.map_err(|error| refusal(error, "The backups could not be listed."))?;
        let known = self.parts.store.read(ReadLane::Fast, outcome::all).await?;
        let listed = found.into_iter().map(|archive| Listed {
            outcome: known.get(&archive.key).and_then(|row| row.of(&archive)).cloned().unwrap_or_default(),
            archive,
        });
        Ok(listed.collect())
    }

    /// Opens a backup to be sent.
    ///
    /// # Errors
    /// `NotFound` where there is none of this name.
    pub async fn open(&self, key: &str) -> Result<StoredFile> {
        self.archives()?.open(key).await?.ok_or_else(Error::not_found)
    }

    /// Removes a backup.
    ///
    /// # Errors
    /// `Invalid`, without fields, where there is none, where it is being made or restored, and where the storage fails.
    pub async fn delete(&self, key: &str) -> Result<()> {
        if self.active.name().as_deref() == Some(key) {
            return Err(Error::bad_request("The backup is being made or restored."));
        }
        let removed = self.archives()?.remove(key).await;
        if !removed.map_err(|error| refusal(error, "The backup could not be removed."))? {
            return Err(Error::bad_request("There is no backup of this name."));
        }
        let gone = key.to_owned();
        self.parts.store.write(WriteLane::Grouped, move |tx| outcome::forget(tx, &gone)).await
    }
}

/// A failure as the contract tells it: the reason where it is fit for a client, the rest for the log.
pub(super) fn refusal(error: Error, sentence: &'static str) -> Error {
    match error {
        Error::Invalid(_) => error,
        Error::Unavailable(reason) => Error::bad_request(format!("{sentence} {reason}")),
        other => {
            tracing::error!(error = %other, "{sentence}");
            Error::bad_request(sentence)
        }
    }
}
