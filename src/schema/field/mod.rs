//! Fields: typed columns of a collection. The data stands here; each type has a file with its options and what it
//! does with values: cast, check, change, show.

use serde_json::{Map, Value as Json};

use self::options::{Reader, Writer};
use super::wire::Unreadable;
use crate::error::FieldErrors;
use crate::store::{Column, Value};

pub mod autodate;
pub mod bool;
mod cast;
pub mod date;
pub mod editor;
pub mod email;
pub mod encode;
pub mod file;
pub mod geo_point;
pub mod json;
mod limits;
pub mod number;
mod options;
pub mod password;
mod pattern;
pub mod relation;
pub mod select;
#[cfg(test)]
pub(in crate::schema) mod testing;
pub mod text;
pub mod url;
mod values;

pub use cast::GREATEST_WHOLE;
pub(in crate::schema) use limits::{too_great, too_small};

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
    /// A field without marks: not system, hidden, presentable or required.
    pub fn new(id: impl Into<String>, name: impl Into<String>, kind: FieldKind) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            system: false,
            hidden: false,
            presentable: false,
            help: String::new(),
            required: false,
            kind,
        }
    }

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

impl FieldKind {
    /// The contract's word for the type.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Editor(_) => "editor",
            Self::Number(_) => "number",
            Self::Bool => "bool",
            Self::Email(_) => "email",
            Self::Url(_) => "url",
            Self::Date(_) => "date",
            Self::Autodate(_) => "autodate",
            Self::Select(_) => "select",
            Self::File(_) => "file",
            Self::Relation(_) => "relation",
            Self::Json(_) => "json",
            Self::Password(_) => "password",
            Self::GeoPoint => "geoPoint",
        }
    }

    fn read(name: &str, reader: Reader<'_>) -> Result<Self, Unreadable> {
        Ok(match name {
            "text" => Self::Text(text::TextOptions::read(reader)?),
            "editor" => Self::Editor(editor::EditorOptions::read(reader)?),
            "number" => Self::Number(number::NumberOptions::read(reader)?),
            "bool" => Self::Bool,
            "email" => Self::Email(email::DomainOptions::read(reader)?),
            "url" => Self::Url(email::DomainOptions::read(reader)?),
            "date" => Self::Date(date::DateOptions::read(reader)?),
            "autodate" => Self::Autodate(autodate::AutodateOptions::read(reader)?),
            "select" => Self::Select(select::SelectOptions::read(reader)?),
            "file" => Self::File(file::FileOptions::read(reader)?),
            "relation" => Self::Relation(relation::RelationOptions::read(reader)?),
            "json" => Self::Json(json::JsonOptions::read(reader)?),
            "password" => Self::Password(password::PasswordOptions::read(reader)?),
            "geoPoint" => Self::GeoPoint,
            "" => return Err(Unreadable("a field has no type".to_owned())),
            other => return Err(Unreadable(format!("there is no field type {other}"))),
        })
    }

    fn write(&self, writer: &mut Writer<'_>) {
        match self {
            Self::Text(options) => options.write(writer),
            Self::Editor(options) => options.write(writer),
            Self::Number(options) => options.write(writer),
            Self::Email(options) | Self::Url(options) => options.write(writer),
            Self::Date(options) => options.write(writer),
            Self::Autodate(options) => options.write(writer),
            Self::Select(options) => options.write(writer),
            Self::File(options) => options.write(writer),
            Self::Relation(options) => options.write(writer),
            Self::Json(options) => options.write(writer),
            Self::Password(options) => options.write(writer),
            Self::Bool | Self::GeoPoint => {}
        }
    }
}

impl Field {
    /// The contract's word for the type.
    pub fn type_name(&self) -> &'static str {
        self.kind.name()
    }

    /// Whether it is the record's id.
    pub fn is_primary_key(&self) -> bool {
        matches!(&self.kind, FieldKind::Text(options) if options.primary_key)
    }

    /// The kind of column that holds it.
    pub fn column(&self) -> Column {
        match &self.kind {
            FieldKind::Text(options) if options.primary_key => Column::Id,
            FieldKind::Number(_) => Column::Number,
            FieldKind::Bool => Column::Bool,
            FieldKind::Json(_) => Column::Json,
            FieldKind::GeoPoint => Column::Point,
            _ if self.is_multiple() => Column::List,
            _ => Column::Text,
        }
    }

    /// Reads a field of a submitted or stored collection. Absent keys take their defaults.
    ///
    /// # Errors
    /// Where the type is unknown or missing, or a key has another JSON type than the contract says.
    pub fn from_json(map: &Map<String, Json>) -> Result<Self, Unreadable> {
        let reader = Reader(map);
        let kind = FieldKind::read(&reader.text("type")?, reader)?;
        let plain = matches!(kind, FieldKind::Autodate(_));
        Ok(Self {
            id: reader.text("id")?,
            name: reader.text("name")?,
            system: reader.flag("system")?,
            hidden: reader.flag("hidden")?,
            presentable: reader.flag("presentable")?,
            help: if plain { String::new() } else { reader.text("help")? },
            required: !plain && reader.flag("required")?,
            kind,
        })
    }

    /// The field with all options of its type.
    pub fn to_json(&self) -> Map<String, Json> {
        let mut map = Map::new();
        let mut writer = Writer(&mut map);
        writer
            .set("id", self.id.as_str())
            .set("name", self.name.as_str())
            .set("type", self.type_name())
            .set("system", self.system)
            .set("hidden", self.hidden)
            .set("presentable", self.presentable);
        if !matches!(self.kind, FieldKind::Autodate(_)) {
            writer.set("help", self.help.as_str()).set("required", self.required);
        }
        self.kind.write(&mut writer);
        map
    }

    /// What can be said against the options of the type, by option.
    pub fn check_options(&self) -> FieldErrors {
        let mut errors = FieldErrors::new();
        match &self.kind {
            FieldKind::Text(options) => options.check_options(self, &mut errors),
            FieldKind::Editor(options) => options.check_options(&mut errors),
            FieldKind::Number(options) => options.check_options(&mut errors),
            FieldKind::Email(options) | FieldKind::Url(options) => options.check_options(&mut errors),
            FieldKind::Autodate(options) => options.check_options(&mut errors),
            FieldKind::Select(options) => options.check_options(&mut errors),
            FieldKind::File(options) => options.check_options(&mut errors),
            FieldKind::Relation(options) => options.check_options(&mut errors),
            FieldKind::Json(options) => options.check_options(&mut errors),
            FieldKind::Password(options) => options.check_options(&mut errors),
            FieldKind::Bool | FieldKind::Date(_) | FieldKind::GeoPoint => {}
        }
        errors
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::testing::{TYPES, field};
    use super::*;

    #[test]
    fn every_type_keeps_all_its_options_on_the_way_through_json() {
        for name in TYPES {
            let shown = field(json!({"type": name, "name": "f", "id": "x", "maxSelect": 3})).to_json();
            let again = Field::from_json(&shown).unwrap();
            assert_eq!(again.to_json(), shown, "{name}");
            assert_eq!(shown["type"], name);
        }
        let text = field(json!({"type": "text", "name": "title", "id": "text1"})).to_json();
        let expected = json!({
            "id": "text1", "name": "title", "type": "text", "system": false, "hidden": false, "presentable": false,
            "help": "", "required": false, "min": 0, "max": 0, "pattern": "", "autogeneratePattern": "",
            "primaryKey": false
        });
        assert_eq!(Json::from(text), expected);
        let email = field(json!({"type": "email", "name": "e"})).to_json();
        assert!(email["onlyDomains"].is_null() && email["exceptDomains"].is_null());
        let number = field(json!({"type": "number", "name": "n", "min": 1.0})).to_json();
        assert!(number["max"].is_null());
        assert_eq!(number["min"].to_string(), "1");
    }

    #[test]
    fn a_key_of_another_json_type_cannot_be_read() {
        for options in [
            json!({"type": "text", "min": "x"}),
            json!({"type": "text", "min": 1.5}),
            json!({"type": "text", "required": 1}),
            json!({"type": "text", "name": 5}),
            json!({"type": "number", "min": "1"}),
            json!({"type": "select", "values": "a"}),
            json!({"type": "select", "values": [1]}),
            json!({"type": "date", "min": 5}),
            json!({"type": 5}),
            json!({"type": "unknown"}),
            json!({"type": ""}),
            json!({}),
        ] {
            let Json::Object(map) = &options else { panic!("{options}") };
            assert!(Field::from_json(map).is_err(), "{options}");
        }
        let nulls = field(json!({"type": "text", "min": null, "required": null, "help": null}));
        assert!(!nulls.required);
    }
}
