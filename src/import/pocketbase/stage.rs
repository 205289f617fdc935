//! The copy of the database that becomes ours, and the files.

use super::look::{TakeOver, count};
use super::place::Place;
use super::report::{Copied, Report};
use super::{Progress, Step, tables};
use crate::changes;
use crate::collections::{self, Fault};
use crate::crypto::seal::Sealer;
use crate::error::Result;
use crate::files;
use crate::settings;
use crate::store::adoption::Adoption;
use crate::store::{Tx, attached};

/// A data directory whose database is ready and not in its place yet.
pub struct Staged {
    place: Place,
    report: Report,
}

impl TakeOver {
    /// Copies database and files into a data directory. The caller has its lock. `sealer` is what the settings are
    /// sealed with from now on.
    ///
    /// # Errors
    /// What the engine or the system says: a full disk, above all. What was copied stays for the next run.
    pub fn stage(&self, place: Place, sealer: Option<&Sealer>, progress: Progress<'_>) -> Result<Staged> {
        self.source.database.copy_to(&place.database(), &mut |done, total| {
            progress(Step::Copying(done, total));
            Ok(())
        })?;
        self.source.database.still_the_same()?;
        let mut report = Report { notes: self.plan.notes.clone(), ..Report::default() };
        self.adopt(&place, sealer, &mut report, progress)?;
        let copied = files::copy_storage(
            &self.source.dir.join(super::source::STORAGE),
            &place.storage(),
            &mut |done, total| progress(Step::Files(done, total)),
        )?;
        report.files = super::FilesReport {
            there: copied.there.files,
            there_bytes: copied.there.bytes,
            here: copied.here.files,
            here_bytes: copied.here.bytes,
        };
        Ok(Staged { place, report })
    }

    /// Makes the copy of the database ours.
    fn adopt(&self, place: &Place, sealer: Option<&Sealer>, report: &mut Report, progress: Progress<'_>) -> Result<()> {
        let mut adoption = Adoption::open(&place.database())?;
        adoption.run(make_room)?;
        adoption.make_system_tables()?;
        adoption.run(|tx| {
            collections::adopt(tx, &self.collections)?;
            settings::adopt(tx, &self.settings, sealer)?;
            changes::begin_late(tx)
        })?;
        let plans = self.collections.iter().zip(&self.plan.collections);
        for (collection, plan) in plans.filter(|(collection, _)| !collection.is_view()) {
            progress(Step::Shaping(&collection.name));
            let (copied, faults) = adoption.run(|tx| {
                let shaped = tables::shape(tx, collection)?;
                let faults = collections::adopt_indexes(tx, collection)?;
                let copied = Copied {
                    name: collection.name.clone(),
                    there: plan.records.unwrap_or(0),
                    here: count(tx, &collection.name)?,
                    put_right: shaped.records,
                };
                Ok((copied, faults))
            })?;
            report.collections.push(copied);
            report.notes.extend(faults.iter().map(sentence));
        }
        let faults = adoption.run(|tx| collections::adopt_views(tx, &self.collections))?;
        report.notes.extend(faults.iter().map(sentence));
        adoption.finish()
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

fn sentence(fault: &Fault) -> String {
    let why = fault.why.trim_end_matches('.');
    format!("{}: {} does not come as it was: {why}.", fault.collection, fault.what)
}

impl Staged {
    /// The folder with the database, to be tried.
    pub fn folder(&self) -> std::path::PathBuf {
        self.place.folder()
    }

    /// Moves the database into its place: from now on the directory is one of ours.
    ///
    /// # Errors
    /// What the system says.
    pub fn place(self) -> Result<Report> {
        self.place.end(&[])?;
        Ok(self.report)
    }
}
