//! The copy of the database that becomes ours, the logs and the files.

use std::path::PathBuf;

use tokio::runtime::Handle;

use super::look::{TakeOver, count};
use super::place::Place;
use super::report::{Copied, FilesReport, Report};
use super::shape::sentence;
use super::source::{LOGS, STORAGE};
use super::{Progress, Step, tables};
use crate::changes;
use crate::collections;
use crate::crypto::seal::Sealer;
use crate::error::{Error, Result};
use crate::files::{self, CopiedStorage};
use crate::schema::Collection;
use crate::settings::{self, Values};
use crate::store::adoption::Adoption;
use crate::store::foreign::Database;
use crate::store::{Tx, attached};

/// What is wanted beside the data.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// The logs.
    pub logs: bool,
    /// Files in a bucket are copied to the local disk, which they lie on from then on.
    pub files_home: bool,
}

/// A data directory whose database is ready and not in its place yet.
pub struct Staged {
    place: Place,
    report: Report,
}

impl TakeOver {
    /// Copies database and files into a data directory. The caller has its lock. `sealer` is what the settings are
    /// sealed with from now on. Blocks, on a thread of a runtime.
    ///
    /// # Errors
    /// What the engine or the system says: a full disk, above all. What was copied stays for the next run.
    pub fn stage(
        &self,
        place: Place,
        sealer: Option<&Sealer>,
        wanted: Wanted,
        progress: Progress<'_>,
    ) -> Result<Staged> {
        self.source.database.copy_to(&place.database(), &mut |done, total| {
            progress(Step::Copying(done, total));
            Ok(())
        })?;
        self.source.database.still_the_same()?;
        let mut report = Report { notes: self.plan.notes.clone(), ..Report::default() };
        let mut values = self.settings.clone();
        values.s3.enabled &= !wanted.files_home;
        self.adopt(&place, &values, sealer, &mut report, progress)?;
        if wanted.logs {
            self.take_logs(&place, &mut report)?;
        }
        report.files = match (self.settings.s3.enabled, wanted.files_home) {
            (false, _) => {
                Some(files::copy_storage(&self.source.dir.join(STORAGE), &place.storage(), &mut |done, total| {
                    progress(Step::Files(done, total))
                })?)
            }
            (true, true) => Some(self.bring_files_home(&place, progress)?),
            (true, false) => {
                report.notes.push(self.ask_bucket());
                None
            }
        }
        .map(|CopiedStorage { there, here, gone }| {
            if gone > 0 {
                report.notes.push(format!("{gone} files were removed from the source while the others were copied."));
            }
            FilesReport { there, here }
        });
        Ok(Staged { place, report })
    }

    /// Makes the copy of the database ours.
    fn adopt(
        &self,
        place: &Place,
        values: &Values,
        sealer: Option<&Sealer>,
        report: &mut Report,
        progress: Progress<'_>,
    ) -> Result<()> {
        let mut adoption = Adoption::open(&place.database())?;
        adoption.run(make_room)?;
        adoption.make_system_tables()?;
        adoption.run(|tx| {
            collections::adopt(tx, &self.collections)?;
            settings::adopt(tx, values, sealer)?;
            changes::begin_late(tx)
        })?;
        let plans = self.collections.iter().zip(&self.plan.collections);
        for (collection, plan) in plans.filter(|(collection, _)| !collection.is_view()) {
            progress(Step::Shaping(&collection.name));
            let (here, faults) = adoption.run(|tx| {
                // The copy is of the state that was looked at.
                let is_odd = self.plan.odd.contains(&collection.id);
                tables::shape(tx, collection, is_odd).map_err(|error| told(collection, error))?;
                let faults = collections::adopt_indexes(tx, collection)?;
                Ok((count(tx, &collection.name)?, faults))
            })?;
            let there = plan.records.unwrap_or(0);
            report.collections.push(Copied { name: collection.name.clone(), there, here });
            report.add_notes(faults.iter().map(sentence));
        }
        let faults = adoption.run(|tx| collections::adopt_views(tx, &self.collections))?;
        report.add_notes(faults.iter().map(sentence));
        adoption.finish()
    }

    fn take_logs(&self, place: &Place, report: &mut Report) -> Result<()> {
        let path = self.source.dir.join(LOGS);
        if !path.is_file() {
            report.notes.push("There are no logs in the directory.".to_owned());
            return Ok(());
        }
        let source = Database::open_any(&path)?;
        let there = source.read(|tx| count(tx, "_logs"))?;
        let copy = place.folder().join(LOGS);
        source.copy_to(&copy, &mut |_, _| Ok(()))?;
        source.still_the_same()?;
        let mut adoption = Adoption::open(&copy)?;
        let here = adoption.take_logs()?;
        adoption.finish()?;
        report.logs = Some(Copied { name: "logs".to_owned(), there, here });
        Ok(())
    }

    fn bring_files_home(&self, place: &Place, progress: Progress<'_>) -> Result<CopiedStorage> {
        let ids: Vec<&str> = self.collections.iter().map(|collection| collection.id.as_str()).collect();
        let (s3, to) = (&self.settings.s3, place.storage());
        let mut told = |done, total| progress(Step::Files(done, total));
        Handle::current().block_on(files::bring_home(s3, &ids, &to, &mut told))
    }

    /// Whether some files are in the bucket that stays theirs, in a sentence.
    fn ask_bucket(&self) -> String {
        let (asked, bucket) = (&self.plan.some_files, &self.settings.s3.bucket);
        match Handle::current().block_on(files::ask_bucket(&self.settings.s3, asked)) {
            Ok(found) if found == asked.len() as u64 => format!(
                "Files stay in the bucket {bucket}, where both programs look for them under the same names; all {found} \
                 that it was asked for are there."
            ),
            Ok(found) => format!(
                "Files stay in the bucket {bucket}; of {} that it was asked for, {found} are there.",
                asked.len()
            ),
            Err(error) => format!(
                "Files stay in the bucket {bucket}, which did not answer: {error} Look at the settings of the storage."
            ),
        }
    }
}

/// Takes away what ours take the place of: the tables of the system, and views, which would be in the way of changes.
fn make_room(tx: &mut Tx<'_>) -> Result<()> {
    for view in attached::views(tx)? {
        view.set_aside(tx)?;
    }
    tx.define(&crate::store::tables::drop_table("_collections"))?;
    tx.define(&crate::store::tables::drop_table("_params"))
}

/// What the engine has against values in the form of their fields.
fn told(collection: &Collection, error: Error) -> Error {
    let name = &collection.name;
    match error {
        Error::Unique { columns, .. } => Error::Setup(format!(
            "Two records of {name} have the same {} once their values are in the form of the field, and an index does not \
             let them. Put one of them right in PocketBase; the directory has no data yet.",
            if columns.is_empty() { "values".to_owned() } else { columns.join(", ") }
        )),
        error => error,
    }
}

impl Staged {
    /// The folder with the database, to be tried.
    pub fn folder(&self) -> PathBuf {
        self.place.folder()
    }

    /// Moves the database into its place: from now on the directory is one of ours.
    ///
    /// # Errors
    /// What the system says.
    pub fn place(self) -> Result<Report> {
        self.place.end(&[LOGS])?;
        Ok(self.report)
    }
}
