//! What a take-over did, with counts of both sides.

use crate::files::Measured;

/// What came.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// The collections that have records.
    pub collections: Vec<Copied>,
    /// The log, where it was wanted and there is one.
    pub logs: Option<Copied>,
    /// The files, where they were copied.
    pub files: Option<FilesReport>,
    /// What does not work as before, or did not come, in sentences.
    pub notes: Vec<String>,
}

/// Records of a collection, or entries of the log.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Copied {
    /// What it is called.
    pub name: String,
    /// How many there are in the source.
    pub there: u64,
    /// How many there are here.
    pub here: u64,
}

/// Files that were copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FilesReport {
    /// What the source has.
    pub there: Measured,
    /// What is here.
    pub here: Measured,
}

impl Report {
    /// Adds what was not known before.
    pub(super) fn add_notes(&mut self, notes: impl Iterator<Item = String>) {
        for note in notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
    }

    /// Whether everything came.
    pub fn is_whole(&self) -> bool {
        let records = self.collections.iter().chain(&self.logs).all(|one| one.there == one.here);
        records && self.files.is_none_or(|files| files.there == files.here)
    }
}
