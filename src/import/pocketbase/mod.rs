//! A PocketBase data directory is taken over: collections, records, accounts, settings and files, with all ids, dates,
//! hashes and secrets, so that its clients notice nothing.
//!
//! [`TakeOver::look`] reads the source and says what would come and what stands in the way (`look.rs`); it writes
//! nothing, and a dry run ends there. [`TakeOver::stage`] copies the database at one instant into a folder of the new
//! data directory and makes it ours there (`stage.rs`: tables in `tables.rs`, values in `values.rs`), then copies the
//! files. [`Staged::place`] moves the database into its place.
//!
//! What must stay true: the source is never changed; until the last step there is no database in the directory, so
//! that no server starts on half of it (`place.rs`); what cannot come is said before anything is written.

mod beside;
mod look;
mod place;
mod records;
mod report;
mod shape;
mod source;
mod stage;
mod tables;
mod values;

pub use self::look::{CollectionPlan, Plan, TakeOver};
pub use self::place::{Place, is_unfinished, sweep};
pub use self::report::{Copied, FilesReport, Report};
pub use self::source::Source;
pub use self::stage::{Staged, Wanted};

/// What a take-over is doing.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// It reads the records of a collection, to see what is in them.
    Reading(&'a str),
    /// It copies the database: pages, done and in all.
    Copying(u64, u64),
    /// It brings the records of a collection into shape.
    Shaping(&'a str),
    /// It copies files: so many of so many.
    Files(u64, u64),
}

/// Who is told what a take-over is doing.
pub type Progress<'p> = &'p mut (dyn FnMut(Step<'_>) + Send);
