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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value as Json, json};

    use super::*;
    use crate::schema::Collection;
    use crate::schema::field::select::SelectOptions;

    fn shown(fields: &[Field]) -> Vec<Json> {
        fields.iter().map(|field| Json::Object(field.to_json())).collect()
    }

    #[test]
    fn each_origin_has_its_field() {
        let collection = Arc::new(Collection { id: "c".into(), ..Collection::default() });
        let select = SelectOptions { values: vec!["a".into()], max_select: 1 };
        let source =
            Field { hidden: true, system: true, help: "h".into(), ..defaults::field("s", FieldKind::Select(select)) };
        let fields = infer([
            ("id", Origin::Anything),
            ("of", Origin::Id(&collection)),
            ("copy", Origin::Field(&collection, &source)),
            ("again", Origin::Field(&collection, &source)),
            ("i", Origin::Integer),
            ("n", Origin::Number),
            ("t", Origin::Text),
            ("b", Origin::Bool),
            ("x", Origin::Anything),
        ]);
        let shown = shown(&fields);
        let id = json!({
            "id": "text3208210256", "name": "id", "type": "text", "system": true, "hidden": false, "help": "",
            "presentable": false, "required": true, "primaryKey": true, "min": 0, "max": 0,
            "pattern": "^[a-z0-9]+$", "autogeneratePattern": "",
        });
        assert_eq!(shown[0], id);
        assert_eq!(
            (&shown[1]["type"], &shown[1]["collectionId"], &shown[1]["maxSelect"]),
            (&json!("relation"), &json!("c"), &json!(1))
        );
        let mut copy = source.to_json();
        copy["name"] = json!("copy");
        copy["id"] = shown[2]["id"].clone();
        assert_eq!(shown[2], Json::Object(copy));
        assert!(fields[2].is_clone() && fields[2].id.len() == 11 && fields[2].id != fields[3].id);
        assert_eq!((&shown[4]["type"], &shown[4]["onlyInt"]), (&json!("number"), &json!(true)));
        assert_eq!((&shown[5]["type"], &shown[5]["onlyInt"]), (&json!("number"), &json!(false)));
        assert_eq!(shown[6]["type"], "text");
        assert_eq!(shown[7]["type"], "bool");
        assert_eq!((&shown[8]["type"], &shown[8]["maxSize"]), (&json!("json"), &json!(1)));
        assert!(!fields[8].is_clone());
    }
}
