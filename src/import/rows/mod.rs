//! Rows of a file as a stream: JSON arrays, JSON lines and CSV, each row with the line that it begins in, in memory
//! that is bounded whatever the file holds.
//!
//! What is wrong with one row is told as that row ([`Bad`]), and reading goes on; what makes the rest unreadable ends
//! it with a sentence.

mod csv;
mod json;
mod source;
#[cfg(test)]
mod tests;

use std::io::{self, BufRead, Read};
use std::str::FromStr;

use serde_json::Value as Json;

pub(super) use source::{Counted, Reading};

use crate::error::{Error, Result};

/// How many bytes are looked at to see what a file is.
const START: u64 = 1 << 10;
/// The byte order mark of UTF-8.
const MARK: &[u8] = &[0xef, 0xbb, 0xbf];
/// How many bytes a row may have.
pub const LONGEST_ROW: usize = 32 << 20;
/// How much of a row that cannot be read is repeated.
const SHOWN: usize = 200;

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A JSON array, one JSON object a line, or objects one after the other.
    Json,
    /// A header, then one record a row. The delimiter is found out where it is not given.
    Csv {
        /// What stands between cells.
        delimiter: Option<Delimiter>,
    },
}

/// The byte between cells of CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delimiter(u8);

impl FromStr for Delimiter {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes() {
            b"tab" | b"\\t" => Ok(Self(b'\t')),
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(Self(*byte)),
            _ => Err("The delimiter is one ASCII character, or the word tab."),
        }
    }
}

/// A row: its cells or members in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The line that it begins in, from 1.
    pub line: u64,
    /// Names and values. Empty cells of CSV are left out.
    pub values: Vec<(String, Json)>,
    /// About how much memory it takes.
    pub bytes: usize,
}

/// A row that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// The line that it begins in, from 1.
    pub line: u64,
    /// What is wrong, as a sentence.
    pub reason: String,
    /// Its beginning.
    pub text: String,
}

/// The rows of a file.
pub struct Rows {
    kind: Kind,
}

enum Kind {
    Json(json::Elements),
    Csv(Box<csv::Records>),
    Nothing,
}

impl Rows {
    /// Begins to read.
    ///
    /// # Errors
    /// One sentence where this is no file of the format: a header with a name twice, another encoding.
    pub fn open(source: Box<dyn Read + Send>, format: Format) -> Result<Self> {
        let (start, mut reading) = Reading::new(source).look(START);
        if let Some(other) = something_else(&start, format) {
            return Err(Error::bad_request(other));
        }
        if start.starts_with(MARK) {
            reading.fill_buf().map_err(|error| unreadable(0, &error))?;
            reading.consume(MARK.len());
        }
        let kind = match format {
            Format::Json => match json::Elements::open(reading)? {
                Some(elements) => Kind::Json(elements),
                None => Kind::Nothing,
            },
            Format::Csv { delimiter } => match csv::Records::open(reading, delimiter, &start)? {
                Some(records) => Kind::Csv(Box::new(records)),
                None => Kind::Nothing,
            },
        };
        Ok(Self { kind })
    }

    /// The names of the columns, where the file has a header.
    pub fn header(&self) -> Option<&[String]> {
        match &self.kind {
            Kind::Csv(records) => Some(records.header()),
            Kind::Json(_) | Kind::Nothing => None,
        }
    }

    /// The next row, `None` at the end.
    ///
    /// # Errors
    /// One sentence with a line where nothing behind it can be read.
    pub fn read(&mut self) -> Result<Option<Result<Row, Bad>>> {
        match &mut self.kind {
            Kind::Json(elements) => elements.read(),
            Kind::Csv(records) => records.read(),
            Kind::Nothing => Ok(None),
        }
    }
}

/// What a file is that begins so and has no rows, with what to do.
fn something_else(start: &[u8], format: Format) -> Option<&'static str> {
    match start {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("The file is UTF-16; save it as UTF-8."),
        [0x1f, 0x8b, ..] => Some("The file is compressed (gzip); unpack it first."),
        [b'P', b'K', 3, 4, ..] => Some("The file is a spreadsheet or another archive (ZIP); save its rows as CSV."),
        _ if start.starts_with(b"SQLite format 3\0") => {
            Some("The file is an SQLite database; import it with tuckbox import sqlite.")
        }
        _ if matches!(format, Format::Csv { .. }) && is_json(start) => Some("The file is JSON and no CSV."),
        _ => None,
    }
}

/// Whether it begins with an object, or with an array of such. A header may begin with a bracket.
fn is_json(start: &[u8]) -> bool {
    let start = start.strip_prefix(MARK).unwrap_or(start).trim_ascii_start();
    let object = start.strip_prefix(b"[").unwrap_or(start).trim_ascii_start();
    object.strip_prefix(b"{").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"\""))
}

/// The file, the connection or the disk fails.
fn unreadable(line: u64, error: &io::Error) -> Error {
    Error::bad_request(format!("Reading ended after line {line}: {error}."))
}

/// The beginning of a row that cannot be read, for a person.
fn beginning(bytes: &[u8]) -> String {
    let cut = &bytes[..bytes.len().min(SHOWN)];
    String::from_utf8_lossy(cut).trim().to_owned()
}

fn too_long(line: u64, text: &[u8]) -> Bad {
    Bad { line, reason: format!("The row has more than {} MiB.", LONGEST_ROW >> 20), text: beginning(text) }
}
