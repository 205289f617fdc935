//! CSV: a header, then one record a row (RFC 4180), with the delimiters that spreadsheets write.

use std::collections::HashMap;
use std::io::BufRead;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use serde_json::Value as Json;

use super::source::Reading;
use super::{Bad, Delimiter, LONGEST_ROW, Row, beginning, unreadable};
use crate::error::{Error, Result};

/// What may stand between cells where nobody says; of several that are as frequent, the first.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// How many columns a header may have.
const MOST_COLUMNS: usize = 10_000;

/// How much room cells have at first, in bytes.
const ROOM: usize = 4 << 10;

/// The records of a file. The parser's own counting of lines counts blank ones before a record to it, so the bytes
/// are handed to it here.
pub struct Records {
    reading: Reading,
    parser: Reader,
    header: Vec<String>,
    /// The line of the next byte, from 1.
    line: u64,
    record: Record,
}

/// A record: the bytes of its cells one after the other, and where each ends.
#[derive(Default)]
struct Record {
    /// The line that it begins in.
    line: u64,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// How many of both are its own.
    length: usize,
    cells: usize,
}

impl Record {
    fn cells(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        let start = |at: usize| at.checked_sub(1).map_or(0, |before| self.ends[before]);
        (0..self.cells).map(move |at| &self.bytes[start(at)..self.ends[at]])
    }
}

impl Records {
    /// Reads the header; `None` where there is nothing at all. `start` is how the file begins.
    pub(super) fn open(reading: Reading, delimiter: Option<Delimiter>, start: &[u8]) -> Result<Option<Self>> {
        let delimiter = delimiter.map_or_else(|| most_frequent(start), |Delimiter(byte)| byte);
        let parser = ReaderBuilder::new().delimiter(delimiter).build();
        let mut records = Self { reading, parser, header: Vec::new(), line: 1, record: Record::default() };
        if !records.advance()? {
            return Ok(None);
        }
        records.header = header(&records.record)?;
        Ok(Some(records))
    }

    /// The names of the columns.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// The next record.
    pub(super) fn read(&mut self) -> Result<Option<Result<Row, Bad>>> {
        if !self.advance()? {
            return Ok(None);
        }
        let (record, columns) = (&self.record, self.header.len());
        let line = record.line;
        let bad = |reason: String| Bad { line, reason, text: beginning(&joined(record)) };
        if record.cells != columns {
            let cells = if record.cells == 1 { "1 cell".to_owned() } else { format!("{} cells", record.cells) };
            return Ok(Some(Err(bad(format!("The row has {cells}, and the header has {columns}.")))));
        }
        let mut values = Vec::with_capacity(columns);
        for (name, cell) in self.header.iter().zip(record.cells()) {
            match std::str::from_utf8(cell) {
                Ok("") => {}
                Ok(text) => values.push((name.clone(), Json::String(text.to_owned()))),
                Err(_) => return Ok(Some(Err(bad(format!("The cell of {name} is no UTF-8."))))),
            }
        }
        Ok(Some(Ok(Row { line, values, bytes: record.length })))
    }

    /// Reads a record; whether there is one.
    fn advance(&mut self) -> Result<bool> {
        self.skip_line_ends()?;
        let record = &mut self.record;
        (record.line, record.length, record.cells) = (self.line, 0, 0);
        loop {
            let input = self.reading.fill_buf().map_err(|error| unreadable(self.line - 1, &error))?;
            let (bytes, ends) = (&mut record.bytes[record.length..], &mut record.ends[record.cells..]);
            let (result, read, written, ended) = self.parser.read_record(input, bytes, ends);
            self.line += input[..read].iter().filter(|&&byte| byte == b'\n').count() as u64;
            self.reading.consume(read);
            record.length += written;
            record.cells += ended;
            if record.length > LONGEST_ROW {
                return Err(Error::bad_request(format!(
                    "The row that begins in line {} has more than {} MiB; the end of a quoted cell (\") may be missing.",
                    record.line,
                    LONGEST_ROW >> 20
                )));
            }
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => record.bytes.resize((record.bytes.len() * 2).max(ROOM), 0),
                ReadRecordResult::OutputEndsFull => record.ends.resize((record.ends.len() * 2).max(64), 0),
                ReadRecordResult::Record => return Ok(true),
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    /// Skips what ends the line before, and blank lines.
    fn skip_line_ends(&mut self) -> Result<()> {
        loop {
            let bytes = self.reading.fill_buf().map_err(|error| unreadable(self.line - 1, &error))?;
            let ends = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
            let (mut length, mut lines) = (0, 0);
            for byte in ends {
                length += 1;
                lines += u64::from(*byte == b'\n');
            }
            self.line += lines;
            self.reading.consume(length);
            if length == 0 {
                return Ok(());
            }
        }
    }
}

/// The delimiter that is most frequent in the first line, outside of quotes.
fn most_frequent(start: &[u8]) -> u8 {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut inside = false;
    for &byte in start {
        if byte == b'"' {
            inside = !inside;
        } else if !inside && matches!(byte, b'\n' | b'\r') {
            break;
        } else if let Some(at) = DELIMITERS.iter().position(|&one| one == byte && !inside) {
            counts[at] += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or_default();
    counts.iter().position(|&count| count == most).map_or(b',', |at| DELIMITERS[at])
}

fn header(record: &Record) -> Result<Vec<String>> {
    if record.cells > MOST_COLUMNS {
        return Err(Error::bad_request(format!("The header has more than {MOST_COLUMNS} columns.")));
    }
    let mut names: Vec<String> = Vec::with_capacity(record.cells);
    let mut seen = HashMap::with_capacity(record.cells);
    for (at, cell) in record.cells().enumerate() {
        let at = at + 1;
        let name = std::str::from_utf8(cell)
            .map_err(|_| Error::bad_request(format!("The name of column {at} is no UTF-8; save the file as UTF-8.")))?;
        let name = name.trim();
        if name.is_empty() {
            return Err(Error::bad_request(format!("Column {at} has no name in the header.")));
        }
        if let Some(before) = seen.insert(name.to_owned(), at) {
            let text = format!("The header names {name} twice, as columns {before} and {at}.");
            return Err(Error::bad_request(text));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

fn joined(record: &Record) -> Vec<u8> {
    let mut joined = Vec::new();
    for (at, cell) in record.cells().enumerate().take(100) {
        if at > 0 {
            joined.push(b',');
        }
        joined.extend_from_slice(&cell[..cell.len().min(200)]);
    }
    joined
}
