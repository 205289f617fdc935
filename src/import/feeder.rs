//! The thread that reads rows, matches them with fields, and hands them on in batches.

use std::collections::BTreeMap;
use std::io::Read;

use serde_json::{Map, Value as Json};
use tokio::sync::mpsc;

use super::mapping::{Mapping, Unfit};
use super::report::BadRow;
use super::rows::{Format, Row, Rows};
use crate::error::{Error, FieldErrors, Result};
use crate::schema::{CollectionRef, FieldKind};

/// How much memory the rows of a batch take, about.
const BATCH_BYTES: usize = 4 << 20;

/// Rows on their way from the reading thread.
#[derive(Default)]
pub(super) struct Batch {
    /// The rows as creates take them.
    pub(super) rows: Vec<Map<String, Json>>,
    /// What is known about them.
    pub(super) around: Around,
}

/// What is known about the rows of a batch.
#[derive(Default)]
pub(super) struct Around {
    /// The line of each row.
    pub(super) lines: Vec<u64>,
    /// The rows as they stood in the file, where somebody is told of bad ones.
    pub(super) sources: Vec<Json>,
    /// The rows among them that could not be read or matched.
    pub(super) bad: Vec<BadRow>,
}

/// What the reading thread ends with.
pub(super) struct End {
    /// Columns without a field.
    pub(super) ignored: Vec<String>,
    /// The fields of those that have one.
    pub(super) columns: BTreeMap<String, String>,
    /// Why it ended before the data did.
    pub(super) ended: Option<Error>,
}

/// How rows are read.
pub(super) struct Feeder {
    pub(super) mapping: Mapping,
    pub(super) format: Format,
    /// Whether the first bad row is the last.
    pub(super) stops: bool,
    /// Whether rows are kept as they stood in the file.
    pub(super) keeps: bool,
    /// How many rows a batch has.
    pub(super) rows: usize,
    /// The names of fields whose values are repeated nowhere.
    pub(super) secrets: Vec<String>,
}

impl Feeder {
    /// Reads to the end of the data, or until nobody takes batches any more.
    pub(super) fn run(mut self, source: Box<dyn Read + Send>, batches: &mpsc::Sender<Batch>) -> End {
        let ended = self.feed(source, batches).err();
        End { columns: self.mapping.columns(), ignored: self.mapping.ignored.into_iter().collect(), ended }
    }

    fn feed(&mut self, source: Box<dyn Read + Send>, batches: &mpsc::Sender<Batch>) -> Result<()> {
        let mut rows = Rows::open(source, self.format)?;
        if let Some(header) = rows.header()
            && !self.mapping.knows_any(header)
        {
            let (columns, collection) = (header.join(", "), self.mapping.collection());
            return Err(Error::bad_request(format!("No column of the file is a field of {collection}: {columns}.")));
        }
        let mut batch = Batch::default();
        let mut bytes = 0;
        loop {
            let read = match rows.read() {
                Ok(Some(read)) => read,
                end => {
                    // What was read before the end is good, whatever the end is.
                    let _ = batches.blocking_send(batch);
                    return end.map(drop);
                }
            };
            match read {
                Ok(row) => {
                    bytes += row.bytes;
                    self.take(row, &mut batch);
                }
                Err(bad) => {
                    let fields = FieldErrors::new();
                    let row = Json::String(bad.text);
                    batch.around.bad.push(BadRow { line: bad.line, reason: bad.reason, fields, row });
                }
            }
            let stops = self.stops && !batch.around.bad.is_empty();
            let is_full = batch.rows.len() >= self.rows || bytes >= BATCH_BYTES || batch.around.bad.len() >= self.rows;
            if stops || is_full {
                bytes = 0;
                let gone = batches.blocking_send(std::mem::take(&mut batch)).is_err();
                if stops || gone {
                    return Ok(());
                }
            }
        }
    }

    fn take(&mut self, row: Row, batch: &mut Batch) {
        let Row { line, values, .. } = row;
        let source = if self.keeps { self.shown(&values) } else { Json::Null };
        let around = &mut batch.around;
        let unfit = match self.mapping.apply(values) {
            Ok(row) => {
                batch.rows.push(row);
                around.lines.push(line);
                if self.keeps {
                    around.sources.push(source);
                }
                return;
            }
            Err(Unfit::Faults(errors)) => Error::invalid("", errors),
            Err(Unfit::Twice(name)) => Error::bad_request(format!("Two columns of the row are for the field {name}.")),
            Err(Unfit::Nothing) => {
                Error::bad_request(format!("The row has no field of {}.", self.mapping.collection()))
            }
        };
        around.bad.push(BadRow::refused(line, unfit, source));
    }

    /// The row for those who are told of bad ones, without passwords.
    fn shown(&self, values: &[(String, Json)]) -> Json {
        let shown = values.iter().filter(|(name, _)| !self.secrets.contains(name));
        Json::Object(shown.map(|(name, value)| (name.clone(), value.clone())).collect())
    }
}

/// The names of the fields of a collection whose values are repeated nowhere.
pub(super) fn secrets(collection: &CollectionRef) -> Vec<String> {
    let passwords = collection.fields.iter().filter(|field| matches!(field.kind, FieldKind::Password(_)));
    let mut names: Vec<String> = passwords.map(|field| field.name.clone()).collect();
    names.extend(["passwordConfirm", "tokenKey"].map(str::to_owned));
    names
}
