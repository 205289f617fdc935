//! Trying out a bucket of the settings.

use serde_json::{Map, Value as Json};

use super::storage::{Bucket, Storage};
use super::{Files, blocking};
use crate::error::{Error, Fault, FieldErrors, Result};

impl Files {
    /// Where files lie now, in words, or why that cannot be reached: without writing anything.
    ///
    /// # Errors
    /// What the disk or the bucket's service says.
    pub async fn reach(&self) -> Result<&'static str> {
        match self.parts.storages.current()? {
            Storage::Disk(disk) => {
                let root = disk.root().to_owned();
                blocking(move || {
                    // The folder comes with the first file.
                    let there = if root.exists() { root.as_path() } else { root.parent().unwrap_or(&root) };
                    Ok(std::fs::read_dir(there).map(drop)?)
                })
                .await?;
                Ok("the local disk")
            }
            Storage::Bucket(bucket) => {
                bucket.reach().await.map_err(|error| Error::Broken(error.into()))?;
                Ok("the bucket")
            }
        }
    }

    /// Writes, lists and deletes an object in the bucket that the saved settings name, for files (`storage`) or for
    /// backups (`backups`).
    ///
    /// # Errors
    /// `Invalid` where neither was named, where no bucket is in use there, and with what its service says.
    pub async fn test_bucket(&self, sent: &Map<String, Json>) -> Result<()> {
        let values = self.parts.storages.settings();
        let s3 = match sent.get("filesystem").and_then(Json::as_str).unwrap_or_default() {
            "storage" => &values.s3,
            "backups" => &values.backups.s3,
            other => {
                let fault = match other {
                    "" => Fault::required(),
                    _ => Fault::new("validation_in_invalid", "Must be a valid value."),
                };
                let mut errors = FieldErrors::new();
                errors.add("filesystem", fault);
                return errors.into_result("An error occurred while validating the submitted data.");
            }
        };
        if !s3.enabled {
            return Err(Error::bad_request("S3 storage filesystem is not enabled."));
        }
        let probed = match Bucket::new(s3) {
            Ok(bucket) => bucket.probe().await,
            Err(error) => Err(error),
        };
        probed.map_err(|error| Error::bad_request(format!("Failed to test the S3 filesystem: {error}")))
    }
}
