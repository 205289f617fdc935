//! The fields of a view (contract: collections, section 13).

use super::sources::Origin;
use crate::ids;
use crate::schema::field::json::JsonOptions;
use crate::schema::field::number::NumberOptions;
use crate::schema::field::relation::RelationOptions;
use crate::schema::field::text::{DEFAULT_ID_PATTERN, TextOptions};
use crate::schema::{Field, FieldKind, defaults};

/// The beginning of the ids of fields that are those of another collection.
const CLONE: &str = "_clone_";
/// How many characters come behind it.
const CLONE_LENGTH: usize = 4;

/// The fields of columns with these names.
pub fn infer<'n>(columns: impl IntoIterator<Item = (&'n str, Origin<'n>)>) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for (name, origin) in columns {
        let mut field = field(name, &origin);
        while fields.iter().any(|other| other.id == field.id) {
            field.id = format!("{CLONE}{}", ids::random_lower(CLONE_LENGTH));
        }
        fields.push(field);
    }
    fields
}

fn field(name: &str, origin: &Origin<'_>) -> Field {
    if name == "id" {
        let options =
            TextOptions { primary_key: true, pattern: DEFAULT_ID_PATTERN.to_owned(), ..TextOptions::default() };
        return Field { required: true, ..defaults::system_field("id", FieldKind::Text(options)) };
    }
    match origin {
        Origin::Field(_, field) => Field {
            id: format!("{CLONE}{}", ids::random_lower(CLONE_LENGTH)),
            name: name.to_owned(),
            ..Field::clone(field)
        },
        Origin::Id(collection) => {
            let collection_id = collection.id.clone();
            let options = RelationOptions { collection_id, max_select: 1, ..RelationOptions::default() };
            defaults::field(name, FieldKind::Relation(options))
        }
        Origin::Integer => {
            defaults::field(name, FieldKind::Number(NumberOptions { only_int: true, ..NumberOptions::default() }))
        }
        Origin::Number => defaults::field(name, FieldKind::Number(NumberOptions::default())),
        Origin::Text => defaults::field(name, FieldKind::Text(TextOptions::default())),
        Origin::Bool => defaults::field(name, FieldKind::Bool),
        Origin::Anything => defaults::field(name, FieldKind::Json(JsonOptions { max_size: 1 })),
    }
}

impl Field {
    /// Whether a field of a view is the field of another collection: its column has that one's type.
    pub fn is_clone(&self) -> bool {
        self.id.starts_with(CLONE)
    }
}
