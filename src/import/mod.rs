//! Imports: data of files and requests becomes records. JSON and CSV are read as streams (`rows/`); where the
//! collection is not there, its fields are inferred from all rows (`infer/`); `run.rs` brings both together with the
//! bulk creates of `records`. `sqlite/` turns whole databases of other programs into collections;
//! `pocketbase/` takes whole data directories over.
//!
//! What must stay true: memory is bounded whatever the data holds, no value is lost without a word in the report, and
//! what was committed stays.

mod data;
mod faithful;
mod feeder;
mod infer;
mod mapping;
mod names;
pub mod pocketbase;
mod report;
mod rows;
mod run;
mod spool;
pub mod sqlite;

use std::path::Path;
use std::sync::Arc;

pub use data::Source;
pub use infer::{Inferred, InferredColumn, Observer};
pub use report::{BadRow, Phase, Progress, Report};
pub use rows::{Bad, Delimiter, Format, LONGEST_ROW, Row, Rows};
pub use run::{Asked, OnBad, Watch};

use crate::collections::Collections;
use crate::records::Records;
use crate::schema::Published;
use spool::Spools;

/// What happens at a bad row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// It is left out and told.
    #[default]
    Skip,
    /// Nothing behind it is imported.
    Stop,
}

/// The room of imports.
#[derive(Clone)]
pub struct Import {
    records: Records,
    collections: Collections,
    schema: Arc<Published>,
    spools: Spools,
}

impl Import {
    /// The room, from the parts that it uses; what must be read twice is kept in the data directory.
    pub fn new(records: Records, collections: Collections, schema: Arc<Published>, dir: &Path) -> Self {
        Self { records, collections, schema, spools: Spools::new(dir) }
    }

    /// Removes what a crash has left behind. For the start of a server.
    pub fn sweep(&self) {
        self.spools.sweep();
    }
}
