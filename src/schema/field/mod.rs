//! Fields: typed columns of a collection. The data stands here; each type has a file with its options and what it
//! does with values: cast, check, change, show.

use crate::store::Value;

pub mod autodate;
pub mod bool;
pub mod date;
pub mod editor;
pub mod email;
pub mod file;
pub mod geo_point;
pub mod json;
pub mod number;
pub mod password;
pub mod relation;
pub mod select;
pub mod text;
pub mod url;

/// A typed column of a collection.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The identity of the column across renames.
    pub id: String,
    /// The column's name.
    pub name: String,
    /// Cannot be removed or renamed.
    pub system: bool,
    /// Neither shown to, nor filtered or written by anyone but superusers; rules may use it.
    pub hidden: bool,
    /// A hint for the dashboard.
    pub presentable: bool,
    /// A text for the dashboard; autodate fields have none.
    pub help: String,
    /// The zero value is refused; never set on autodate fields.
    pub required: bool,
    /// The type with its options.
    pub kind: FieldKind,
}

/// The type of a field with its options.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldKind {
    /// Plain text; the primary key is one.
    Text(text::TextOptions),
    /// HTML text, stored as it came.
    Editor(editor::EditorOptions),
    /// A 64-bit float.
    Number(number::NumberOptions),
    /// True or false.
    Bool,
    /// An e-mail address.
    Email(email::DomainOptions),
    /// A URL.
    Url(email::DomainOptions),
    /// An instant.
    Date(date::DateOptions),
    /// An instant that the server sets.
    Autodate(autodate::AutodateOptions),
    /// One or more of a list of texts.
    Select(select::SelectOptions),
    /// One or more names of files.
    File(file::FileOptions),
    /// One or more ids of records of a collection.
    Relation(relation::RelationOptions),
    /// Any JSON value.
    Json(json::JsonOptions),
    /// A password hash.
    Password(password::PasswordOptions),
    /// A point on the globe.
    GeoPoint,
}

impl Field {
    /// Whether values are lists: select, file and relation fields with room for more than one.
    pub fn is_multiple(&self) -> bool {
        match &self.kind {
            FieldKind::Select(options) => options.max_select > 1,
            FieldKind::File(options) => options.max_select > 1,
            FieldKind::Relation(options) => options.max_select > 1,
            _ => false,
        }
    }

    /// The stored value of a record in which nothing was set.
    pub fn zero(&self) -> Value {
        match &self.kind {
            FieldKind::Number(_) | FieldKind::Bool => Value::Int(0),
            FieldKind::Json(_) => Value::Null,
            FieldKind::GeoPoint => Value::from(r#"{"lon":0,"lat":0}"#),
            _ if self.is_multiple() => Value::from("[]"),
            _ => Value::from(""),
        }
    }
}
