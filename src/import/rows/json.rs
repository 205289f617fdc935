//! JSON: an array, one object a line, or objects one after the other.
//!
//! Lines stand for themselves, so that a broken one costs nothing but itself. Arrays and objects over several lines
//! are cut by their brackets, then read like lines.

use std::collections::HashSet;
use std::fmt;
use std::io::{BufRead, Read};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::source::Reading;
use super::{Bad, LONGEST_ROW, Row, beginning, too_long, unreadable};
use crate::error::{Error, Result};
use crate::schema::field::GREATEST_WHOLE;

/// From how many members on duplicates are looked for in a set.
const MANY: usize = 32;

/// The elements of a file.
pub struct Elements {
    reading: Reading,
    shape: Shape,
    /// The line of the next byte, from 1.
    line: u64,
    buffer: Vec<u8>,
}

enum Shape {
    Lines,
    /// Objects one after the other, over any number of lines.
    Objects,
    /// An array; the line that it begins in, and whether an element was read.
    Array {
        begins: u64,
        begun: bool,
    },
    Ended,
}

impl Elements {
    /// Finds out which shape it is; `None` where there is nothing but space.
    pub(super) fn open(reading: Reading) -> Result<Option<Self>> {
        let mut elements = Self { reading, shape: Shape::Lines, line: 1, buffer: Vec::new() };
        let Some(first) = elements.skip_space()? else { return Ok(None) };
        if first == b'[' {
            elements.reading.consume(1);
            elements.shape = Shape::Array { begins: elements.line, begun: false };
            return Ok(Some(elements));
        }
        // An object that is laid out over several lines has a first line like this; of one a line, none has.
        let mut line = Vec::new();
        let taken = (&mut elements.reading).take(1 << 10).read_until(b'\n', &mut line);
        taken.map_err(|error| unreadable(0, &error))?;
        if line.ends_with(b"\n") && line.trim_ascii() == b"{" {
            elements.shape = Shape::Objects;
        }
        elements.reading = elements.reading.behind(line);
        Ok(Some(elements))
    }

    /// The next row.
    pub(super) fn read(&mut self) -> Result<Option<Result<Row, Bad>>> {
        match self.shape {
            Shape::Lines => self.line(),
            Shape::Objects => self.object(),
            Shape::Array { begins, begun } => self.element(begins, begun),
            Shape::Ended => Ok(None),
        }
    }

    fn line(&mut self) -> Result<Option<Result<Row, Bad>>> {
        loop {
            self.buffer.clear();
            let line = self.line;
            let limit = LONGEST_ROW as u64 + 1;
            let read = (&mut self.reading).take(limit).read_until(b'\n', &mut self.buffer);
            if read.map_err(|error| unreadable(line - 1, &error))? == 0 {
                return Ok(None);
            }
            self.line += 1;
            if self.buffer.len() > LONGEST_ROW && !self.buffer.ends_with(b"\n") {
                self.reading.skip_until(b'\n').map_err(|error| unreadable(line, &error))?;
                let bad = too_long(line, &self.buffer);
                self.buffer = Vec::new();
                return Ok(Some(Err(bad)));
            }
            if !self.buffer.trim_ascii().is_empty() {
                return Ok(Some(row(line, &self.buffer)));
            }
        }
    }

    fn object(&mut self) -> Result<Option<Result<Row, Bad>>> {
        match self.skip_space()? {
            None => Ok(None),
            Some(b'{') => self.value().map(Some),
            Some(other) => Err(self.astray("an object ({) is expected", other)),
        }
    }

    fn element(&mut self, begins: u64, begun: bool) -> Result<Option<Result<Row, Bad>>> {
        let unended = || {
            Error::bad_request(format!(
                "The array that begins in line {begins} has no end (]); the file may be cut off."
            ))
        };
        let mut next = self.skip_space()?.ok_or_else(unended)?;
        if next == b']' {
            self.reading.consume(1);
            self.shape = Shape::Ended;
            return match self.skip_space()? {
                None => Ok(None),
                Some(other) => Err(self.astray("the array has ended and nothing may follow it", other)),
            };
        }
        if begun {
            if next != b',' {
                return Err(self.astray("a comma or the end of the array (]) is expected", next));
            }
            self.reading.consume(1);
            next = self.skip_space()?.ok_or_else(unended)?;
        }
        if matches!(next, b',' | b']' | b'}' | b':') {
            return Err(self.astray("an object ({) is expected", next));
        }
        self.shape = Shape::Array { begins, begun: true };
        self.value().map(Some)
    }

    fn astray(&self, expected: &str, found: u8) -> Error {
        let found = match found {
            printable if printable.is_ascii_graphic() => format!("there is {}", printable as char),
            _ => "there is something else".to_owned(),
        };
        Error::bad_request(format!("Line {}: {expected}, but {found}.", self.line))
    }

    /// Skips white space; the byte behind it, which stays.
    fn skip_space(&mut self) -> Result<Option<u8>> {
        loop {
            let bytes = self.reading.fill_buf().map_err(|error| unreadable(self.line - 1, &error))?;
            if bytes.is_empty() {
                return Ok(None);
            }
            let at = bytes.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
            let space = &bytes[..at.unwrap_or(bytes.len())];
            self.line += space.iter().filter(|&&byte| byte == b'\n').count() as u64;
            let (length, found) = (space.len(), at.map(|at| bytes[at]));
            self.reading.consume(length);
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    /// Reads one value, cut by its brackets.
    fn value(&mut self) -> Result<Result<Row, Bad>> {
        let begins = self.line;
        let mut cut = Cut::default();
        let mut over = false;
        self.buffer.clear();
        loop {
            let bytes = self.reading.fill_buf().map_err(|error| unreadable(self.line - 1, &error))?;
            if bytes.is_empty() {
                if cut.is_whole() {
                    break;
                }
                let text = format!("The row that begins in line {begins} has no end; the file may be cut off.");
                return Err(Error::bad_request(text));
            }
            let (length, ended) = cut.advance(bytes);
            let part = &bytes[..length];
            self.line += part.iter().filter(|&&byte| byte == b'\n').count() as u64;
            over = over || self.buffer.len() + length > LONGEST_ROW;
            if !over {
                self.buffer.extend_from_slice(part);
            }
            self.reading.consume(length);
            if ended {
                break;
            }
        }
        if over {
            let bad = too_long(begins, &self.buffer);
            self.buffer = Vec::new();
            return Ok(Err(bad));
        }
        Ok(row(begins, &self.buffer))
    }
}

/// Where a value ends.
#[derive(Default)]
struct Cut {
    depth: usize,
    in_text: bool,
    escaped: bool,
    begun: bool,
}

impl Cut {
    /// How many of these bytes belong to the value, and whether it ends with them.
    fn advance(&mut self, bytes: &[u8]) -> (usize, bool) {
        for (at, &byte) in bytes.iter().enumerate() {
            if self.in_text {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_text = false;
                        if self.depth == 0 {
                            return (at + 1, true);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' if self.begun && self.depth == 0 => return (at, true),
                b'"' => self.in_text = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth > 1 => self.depth -= 1,
                b'}' | b']' if self.depth == 1 => return (at + 1, true),
                b'}' | b']' | b',' if self.depth == 0 => return (at, true),
                b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => return (at, true),
                _ => {}
            }
            self.begun = true;
        }
        (bytes.len(), false)
    }

    /// Whether what was read so far can stand at the end of a file.
    fn is_whole(&self) -> bool {
        self.depth == 0 && !self.in_text
    }
}

/// A row from its text.
fn row(line: u64, text: &[u8]) -> Result<Row, Bad> {
    let bad = |line: u64, reason: String| Bad { line, reason, text: beginning(text) };
    let trimmed = text.trim_ascii();
    if !trimmed.starts_with(b"{") {
        return Err(bad(line, "The row is no JSON object ({…}).".to_owned()));
    }
    let Members(mut values) = serde_json::from_slice(trimmed).map_err(|error| {
        let at = line + (error.line().max(1) - 1) as u64;
        bad(line, told(&error, at, line))
    })?;
    if let Some(name) = duplicate(&values) {
        return Err(bad(line, format!("The key {name} stands twice.")));
    }
    keep_great_numbers(&mut values, trimmed);
    Ok(Row { line, values, bytes: text.len() })
}

/// What the parser says, without the place in its own counting.
fn told(error: &serde_json::Error, line: u64, begins: u64) -> String {
    let whole = error.to_string();
    let what = whole.split(" at line ").next().unwrap_or_default();
    match line == begins {
        true => format!("It is no JSON: {what} (column {}).", error.column()),
        false => format!("It is no JSON: {what} (line {line}, column {}).", error.column()),
    }
}

fn duplicate(values: &[(String, Json)]) -> Option<&str> {
    if values.len() < MANY {
        let again = |at: usize| values[..at].iter().any(|(name, _)| *name == values[at].0);
        return (1..values.len()).find(|&at| again(at)).map(|at| values[at].0.as_str());
    }
    let mut seen = HashSet::with_capacity(values.len());
    values.iter().map(|(name, _)| name.as_str()).find(|name| !seen.insert(*name))
}

/// Whole numbers that a 64-bit float cannot hold become texts, digit by digit.
fn keep_great_numbers(values: &mut [(String, Json)], text: &[u8]) {
    let mut lost = false;
    for (_, value) in values.iter_mut() {
        let Json::Number(number) = &*value else { continue };
        if number.is_f64() {
            lost = lost || number.as_f64().is_some_and(|number| number.abs() >= i64::MAX as f64);
        } else if number.as_i64().is_none_or(|number| number.unsigned_abs() > GREATEST_WHOLE as u64) {
            *value = Json::String(number.to_string());
        }
    }
    if !lost {
        return;
    }
    // The parser has made floats of them: their digits are read once more.
    let Ok(RawMembers(raw)) = serde_json::from_slice(text) else { return };
    for ((_, value), raw) in values.iter_mut().zip(raw) {
        let raw = raw.get();
        let digits = raw.strip_prefix('-').unwrap_or(raw);
        let is_float = value.as_number().is_some_and(serde_json::Number::is_f64);
        if is_float && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            *value = Json::String(raw.to_owned());
        }
    }
}

/// The members of an object in their order.
struct Members(Vec<(String, Json)>);

/// The texts of the values of an object.
struct RawMembers<'t>(Vec<&'t RawValue>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMembers;
        impl<'de> Visitor<'de> for OfMembers {
            type Value = Members;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::with_capacity(16);
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(OfMembers)
    }
}

impl<'de> Deserialize<'de> for RawMembers<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMembers;
        impl<'de> Visitor<'de> for OfMembers {
            type Value = RawMembers<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawMembers<'de>, A::Error> {
                let mut members = Vec::with_capacity(16);
                while let Some((_, value)) = map.next_entry::<String, &RawValue>()? {
                    members.push(value);
                }
                Ok(RawMembers(members))
            }
        }
        deserializer.deserialize_map(OfMembers)
    }
}
