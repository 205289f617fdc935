//! Rows of one collection, written out as they are read: open JSON objects, to which e-mail addresses and expands
//! are added once they are known.

use std::collections::HashSet;
use std::sync::Arc;

use super::layout::Layout;
use super::viewer::Viewer;
use crate::schema::Record;
use crate::store::{Row, ValueRef};

/// Rows of one collection.
pub(super) struct Rows {
    /// Their collection.
    pub(super) layout: Arc<Layout>,
    /// The relation fields whose ids are kept, by place.
    follows: Vec<usize>,
    bytes: Vec<u8>,
    lines: Vec<Line>,
}

/// A row.
pub(super) struct Line {
    /// The record's id.
    pub(super) id: String,
    /// Where its object ends; it begins where the one before ends.
    end: usize,
    /// The e-mail address, if it is shown but does not stand in the object.
    email: Option<Vec<u8>>,
    /// The ids in the relation fields that are followed, in their order.
    pub(super) links: Vec<Vec<String>>,
}

impl Rows {
    pub(super) fn new(layout: Arc<Layout>, follows: Vec<usize>) -> Self {
        Self { layout, follows, bytes: Vec::new(), lines: Vec::new() }
    }

    /// Adds a row whose columns are the collection's fields in their order.
    pub(super) fn push_row(&mut self, viewer: &Viewer, row: &Row<'_>) {
        self.push(viewer, |at| row.get(at));
    }

    /// Adds a record.
    pub(super) fn push_record(&mut self, viewer: &Viewer, record: &Record) {
        self.push(viewer, |at| record.values.get(at).map_or(ValueRef::Null, |value| value.borrow()));
    }

    fn push<'v>(&mut self, viewer: &Viewer, get: impl Fn(usize) -> ValueRef<'v>) {
        let email = self.layout.write(&mut self.bytes, viewer, &get);
        let fields = &self.layout.collection.fields;
        self.lines.push(Line {
            id: get(self.layout.id).as_text().to_owned(),
            end: self.bytes.len(),
            email,
            links: self.follows.iter().map(|&at| fields[at].elements(get(at))).collect(),
        });
    }

    /// The rows.
    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// How many bytes the rows have so far.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// How many bytes a row has.
    pub(super) fn size_of(&self, line: usize) -> usize {
        let email = self.lines[line].email.as_ref().map_or(0, Vec::len);
        self.lines[line].end - self.start(line) + email + 1
    }

    /// Whether an e-mail address waits for the answer to who is a manager.
    pub(super) fn waits(&self) -> bool {
        self.lines.iter().any(|line| line.email.is_some())
    }

    /// The ids of the rows whose e-mail addresses wait.
    pub(super) fn waiting(&self) -> Vec<&str> {
        self.lines.iter().filter(|line| line.email.is_some()).map(|line| line.id.as_str()).collect()
    }

    /// Shows the waiting e-mail addresses of the managed records, and no others.
    pub(super) fn settle(&mut self, managed: &HashSet<String>) {
        for line in &mut self.lines {
            if !managed.contains(&line.id) {
                line.email = None;
            }
        }
    }

    /// Appends a row, left open at its end.
    pub(super) fn write_open(&self, line: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.bytes[self.start(line)..self.lines[line].end]);
        if let Some(email) = &self.lines[line].email {
            out.extend_from_slice(email);
        }
    }

    fn start(&self, line: usize) -> usize {
        line.checked_sub(1).map_or(0, |before| self.lines[before].end)
    }
}
