//! What an import did.

use crate::store::foreign::LeftOut;

/// What an import did.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Table by table.
    pub tables: Vec<TableReport>,
    /// View by view.
    pub views: Vec<ViewReport>,
    /// What should have come and could not.
    pub refused: Vec<LeftOut>,
    /// What does not come by its nature.
    pub left_out: Vec<LeftOut>,
}

/// What became of a table.
#[derive(Debug, Clone, Default)]
pub struct TableReport {
    /// The table.
    pub table: String,
    /// Its collection.
    pub collection: String,
    /// How many rows the table has.
    pub rows: u64,
    /// How many records were made.
    pub made: u64,
    /// How many were there already.
    pub there: u64,
    /// How many of those differ from their rows: one of the two was changed since.
    pub differing: u64,
    /// How many rows were refused.
    pub refused: u64,
    /// What the first of them were refused for.
    pub reasons: Vec<String>,
    /// How many records the collection has in the end.
    pub records: u64,
    /// What should be known of it.
    pub notes: Vec<String>,
}

/// What became of a view.
#[derive(Debug, Clone, Default)]
pub struct ViewReport {
    /// The view.
    pub view: String,
    /// Its collection.
    pub collection: String,
    /// Whether the collection was made now.
    pub made: bool,
    /// How many rows the view has; none where counting them takes too long.
    pub rows: Option<u64>,
    /// How many records the collection has; none where counting them takes too long.
    pub records: Option<u64>,
}

impl ViewReport {
    /// Whether it has as many rows as in the source. A view that was there before may show records that came since.
    pub fn is_whole(&self) -> bool {
        let both = self.rows.zip(self.records);
        !self.made || both.is_none_or(|(rows, records)| rows == records)
    }
}

impl TableReport {
    /// Whether every row is a record.
    pub fn is_whole(&self) -> bool {
        self.refused == 0 && self.made + self.there == self.rows && self.records >= self.rows
    }
}

impl Report {
    /// Whether everything came that should.
    pub fn is_whole(&self) -> bool {
        let tables = self.tables.iter().all(TableReport::is_whole);
        self.refused.is_empty() && tables && self.views.iter().all(ViewReport::is_whole)
    }
}
