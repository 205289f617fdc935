//! Archives that come from outside. Nothing is looked into here: what is in one is of interest when it is restored.

use super::Backups;
use super::active::make_folder;
use super::doing::Kind;
use super::shelf::refusal;
use super::watch::Stage;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::files::{NewFile, Upload, is_archive_name};

/// The type that their content must have.
const TYPE: &str = "application/zip";

impl Backups {
    /// Stores an archive under the name that its sender has for it. It may come while another one is made or restored.
    ///
    /// # Errors
    /// `Invalid`: with the contract's codes, without fields where the storage fails.
    pub async fn upload(&self, file: Option<Upload>) -> Result<()> {
        let Some(file) = file else { return Err(refused(Fault::required())) };
        let kind = NewFile::from_upload(&file).content_type;
        let Some(path) = file.content.path().filter(|_| kind == TYPE) else {
            let message = format!("The file type must be {TYPE}, and it is {kind}.");
            return Err(refused(Fault::new("validation_invalid_mime_type", message)));
        };
        let name = file.file_name.rsplit(['/', '\\']).next().unwrap_or_default();
        if !is_archive_name(name) {
            return Err(refused(Fault::new("validation_match_invalid", "Must be the name of a file.")));
        }
        let archives = self.archives()?;
        let failed = |error| refusal(error, "The backup could not be stored.");
        let is_there = || async { archives.find(name).await.map_err(failed) };
        if self.active.name().as_deref() == Some(name) || is_there().await?.is_some() {
            return Err(taken());
        }
        make_folder(&self.folder()).map_err(|error| failed(error.into()))?;
        let doing = self.board.begin(Kind::Upload, name);
        let (progress, total) = (doing.progress(None), std::fs::metadata(path).map_or(0, |about| about.len()));
        let told = move |done| {
            progress(Stage::Storing, done, total);
            Ok(())
        };
        match archives.put(name, path, &told).await {
            Err(Error::Invalid(_)) if is_there().await?.is_some() => Err(taken()),
            stored => stored.map_err(failed),
        }
    }
}

fn taken() -> Error {
    refused(Fault::new("validation_backup_name_exists", "The backup file name is invalid or already exists."))
}

fn refused(fault: Fault) -> Error {
    let mut errors = FieldErrors::new();
    errors.add("file", fault);
    Error::invalid("An error occurred while validating the submitted data.", errors)
}
