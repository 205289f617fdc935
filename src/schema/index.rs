//! `CREATE INDEX` texts: read, compared, rewritten for another table.

/// A parsed `CREATE INDEX` text.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    /// Whether it is UNIQUE.
    pub unique: bool,
    /// Its name, unquoted.
    pub name: String,
    /// The table's name, unquoted.
    pub table: String,
    /// What it is on, in order.
    pub columns: Vec<IndexColumn>,
    /// The text after WHERE, or empty.
    pub condition: String,
}

/// One entry of an index.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexColumn {
    /// A column's name, unquoted, or an expression as it was written.
    pub name: String,
    /// The text after COLLATE, or empty.
    pub collate: String,
    /// `ASC`, `DESC` or empty.
    pub sort: String,
}

impl Index {
    /// Parses a text; `None` where it is no `CREATE INDEX` with a name and a column.
    pub fn parse(_text: &str) -> Option<Self> {
        todo!()
    }

    /// The normalised text: identifiers in backticks, several columns on lines of their own.
    pub fn build(&self) -> String {
        todo!()
    }
}
