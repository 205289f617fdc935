//! What engines say differently, behind functions named by intent.

/// The kinds of columns that records have. The declarations are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The record's id.
    Id,
    /// Text; empty by default.
    Text,
    /// A number; 0 by default.
    Number,
    /// A truth; false by default.
    Bool,
    /// Any JSON; NULL by default.
    Json,
    /// A JSON array of texts; empty by default.
    List,
    /// A JSON object with `lon` and `lat`; Null Island by default.
    Point,
}

impl Column {
    /// The column's declaration in SQLite.
    pub fn declaration(self) -> &'static str {
        match self {
            Self::Id => "TEXT PRIMARY KEY DEFAULT ('r'||lower(hex(randomblob(7)))) NOT NULL",
            Self::Text => "TEXT DEFAULT '' NOT NULL",
            Self::Number => "NUMERIC DEFAULT 0 NOT NULL",
            Self::Bool => "BOOLEAN DEFAULT FALSE NOT NULL",
            Self::Json => "JSON DEFAULT NULL",
            Self::List => "JSON DEFAULT '[]' NOT NULL",
            Self::Point => r#"JSON DEFAULT '{"lon":0,"lat":0}' NOT NULL"#,
        }
    }
}
