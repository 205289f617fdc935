//! Collections as rows of the `_collections` table.

use serde_json::{Map, Value as Json};

use super::merge::{merge_auth, read_fields, read_indexes};
use super::{QUERY, Unreadable, options_json, text, view_json};
use crate::schema::auth_options::AuthOptions;
use crate::schema::{Collection, CollectionKind, ViewOptions};

/// The columns of a row of `_collections`, as text: what is read from and written to the table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stored {
    /// `id`.
    pub id: String,
    /// `system`.
    pub system: bool,
    /// `type`.
    pub kind: String,
    /// `name`.
    pub name: String,
    /// `fields`: a JSON array.
    pub fields: String,
    /// `indexes`: a JSON array of texts.
    pub indexes: String,
    /// `listRule`, `viewRule`, `createRule`, `updateRule`, `deleteRule`.
    pub rules: [Option<String>; 5],
    /// `options`: a JSON object, with secrets.
    pub options: String,
    /// `created`.
    pub created: String,
    /// `updated`.
    pub updated: String,
}

impl Collection {
    /// As the `_collections` table keeps it.
    pub fn to_stored(&self) -> Stored {
        let fields: Json = self.fields.iter().map(|field| Json::Object(field.to_json())).collect();
        let options = match &self.kind {
            CollectionKind::Base => Json::Object(Map::new()),
            CollectionKind::Auth(options) => options_json(options),
            CollectionKind::View(options) => Json::Object(view_json(options)),
        };
        Stored {
            id: self.id.clone(),
            system: self.system,
            kind: self.type_name().to_owned(),
            name: self.name.clone(),
            fields: fields.to_string(),
            indexes: Json::from(self.indexes.clone()).to_string(),
            rules: self.rules().map(|(_, rule)| rule.map(str::to_owned)),
            options: options.to_string(),
            created: self.created.clone(),
            updated: self.updated.clone(),
        }
    }

    /// From a row of `_collections`.
    ///
    /// # Errors
    /// Where the row was not written by [`Collection::to_stored`] or the contract's own program.
    pub fn from_stored(stored: &Stored) -> Result<Self, Unreadable> {
        let unreadable =
            |what: &str, error: String| Unreadable(format!("{what} of collection {}: {error}", stored.name));
        let list = |what: &str, text: &str| {
            serde_json::from_str::<Option<Vec<Json>>>(text)
                .map(Option::unwrap_or_default)
                .map_err(|error| unreadable(what, error.to_string()))
        };
        let options = || {
            serde_json::from_str::<Map<String, Json>>(&stored.options)
                .map_err(|error| unreadable("options", error.to_string()))
        };
        let kind = match stored.kind.as_str() {
            "base" => CollectionKind::Base,
            "auth" => CollectionKind::Auth(Box::new(merge_auth(&AuthOptions::default(), &options()?)?)),
            "view" => {
                CollectionKind::View(ViewOptions { query: text(&options()?, QUERY)?.unwrap_or_default().to_owned() })
            }
            other => return Err(unreadable("type", format!("there is no type {other}"))),
        };
        let [list_rule, view_rule, create_rule, update_rule, delete_rule] = stored.rules.clone();
        Ok(Self {
            id: stored.id.clone(),
            name: stored.name.clone(),
            kind,
            system: stored.system,
            fields: read_fields(&list("fields", &stored.fields)?).map_err(|error| unreadable("fields", error.0))?,
            indexes: read_indexes(&list("indexes", &stored.indexes)?)
                .map_err(|error| unreadable("indexes", error.0))?,
            list_rule,
            view_rule,
            create_rule,
            update_rule,
            delete_rule,
            created: stored.created.clone(),
            updated: stored.updated.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::system;

    fn auth(collection: &Collection) -> &AuthOptions {
        collection.auth().expect("an auth collection")
    }

    #[test]
    fn stored_collections_come_back_as_they_were() {
        for collection in system::system_collections() {
            let stored = collection.to_stored();
            let again = Collection::from_stored(&stored).unwrap();
            assert_eq!(again, collection);
            assert_eq!(again.to_stored(), stored);
        }
    }

    #[test]
    fn rows_of_older_programs_are_read() {
        let stored = Stored {
            id: "x".into(),
            kind: "auth".into(),
            name: "old".into(),
            fields: r#"[{"id":"a","name":"id","type":"text","primaryKey":true,"new":1}]"#.into(),
            indexes: "null".into(),
            options: r#"{"authRule":"","oauth2":{"providers":null},"passwordAuth":{"enabled":true}}"#.into(),
            ..Stored::default()
        };
        let collection = Collection::from_stored(&stored).unwrap();
        assert_eq!(auth(&collection).auth_rule.as_deref(), Some(""));
        assert!(auth(&collection).password_auth.enabled);
        let view = Stored { kind: "view".into(), options: r#"{"viewQuery":"select 1 as id"}"#.into(), ..stored };
        assert!(Collection::from_stored(&view).unwrap().is_view());
        assert!(Collection::from_stored(&Stored { kind: "table".into(), ..view }).is_err());
    }
}
