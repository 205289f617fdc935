//! Fields: typed columns of a collection. The data stands here; each type has a file with its options and what it
//! does with values: cast, check, change, show.

use serde_json::{Map, Value as Json};

use super::wire::Unreadable;
use crate::error::{Fault, FieldErrors};
use crate::store::{Column, Value, ValueRef};

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

/// What a key of a body says beside the field's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modifier {
    /// `name+`: append, or add.
    Append,
    /// `+name`: prepend.
    Prepend,
    /// `name-`: remove, or subtract.
    Remove,
    /// `name:autogenerate`: a generated text behind the submitted prefix.
    Autogenerate,
}

impl Field {
    /// The contract's word for the type.
    pub fn type_name(&self) -> &'static str {
        todo!()
    }

    /// The kind of column that holds it.
    pub fn column(&self) -> Column {
        todo!()
    }

    /// Reads a field of a submitted or stored collection. Absent keys take their defaults.
    ///
    /// # Errors
    /// Where the type is unknown or missing, or a key has another JSON type than the contract says.
    pub fn from_json(_map: &Map<String, Json>) -> Result<Self, Unreadable> {
        todo!()
    }

    /// The field with all options of its type.
    pub fn to_json(&self) -> Map<String, Json> {
        todo!()
    }

    /// The stored value of a submitted one. Never fails: what cannot be cast is the zero value, and what must be
    /// refused is found by [`Field::check`]. A password comes out as its plain text.
    pub fn cast(&self, _submitted: &Json) -> Value {
        todo!()
    }

    /// Whether keys of bodies may carry this modifier for this type of field.
    pub fn accepts(&self, _modifier: Modifier) -> bool {
        todo!()
    }

    /// The value that a modifier makes of the current one (contract: collections, section 6).
    pub fn modify(&self, _modifier: Modifier, _current: &Value, _operand: &Json) -> Value {
        todo!()
    }

    /// What can be said against a stored value without a database: required, lengths, patterns, limits, options.
    /// Of relations the numbers of ids, of files the number of names. Passwords are checked by
    /// [`password::PasswordOptions::check_plain`], the primary key's own checks by `text::check_primary_key`.
    pub fn check(&self, _value: &Value) -> Option<Fault> {
        todo!()
    }

    /// Appends the value as answers show it.
    pub fn write_json(&self, _value: ValueRef<'_>, _out: &mut Vec<u8>) {
        todo!()
    }

    /// The value as answers show it.
    pub fn to_answer(&self, _value: &Value) -> Json {
        todo!()
    }

    /// The elements of a list value, or the one of a single value; none where it is empty.
    pub fn elements(&self, _value: ValueRef<'_>) -> Vec<String> {
        todo!()
    }

    /// The stored value of these elements: a list, or the last one.
    pub fn from_elements(&self, _elements: &[String]) -> Value {
        todo!()
    }

    /// What can be said against the options of the type, by option.
    pub fn check_options(&self) -> FieldErrors {
        todo!()
    }
}
