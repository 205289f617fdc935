//! Collections as JSON: what clients send and see, and what the `_collections` table keeps.

use serde_json::{Map, Value as Json};

use super::auth_options::AuthOptions;
use super::{Collection, CollectionKind, ViewOptions, defaults};

mod merge;
mod stored;

pub use merge::merge;
pub use stored::Stored;

/// The key of a view's query.
const QUERY: &str = "viewQuery";

/// The body cannot be read as a collection: a key has another JSON type than the contract says, or a field's type is
/// unknown. One sentence for the log.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

/// The kinds of collections that can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scaffold {
    /// A table.
    Base,
    /// A table whose records can log in.
    Auth,
    /// A SELECT.
    View,
}

impl Scaffold {
    /// The kind of a `type`; an empty one stands for base. `None` is `validation_in_invalid` at `type`.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "" | "base" => Some(Self::Base),
            "auth" => Some(Self::Auth),
            "view" => Some(Self::View),
            _ => None,
        }
    }
}

/// A text of a body; `None` where it is absent or null.
///
/// # Errors
/// It is something else.
pub fn text<'b>(body: &'b Map<String, Json>, key: &str) -> Result<Option<&'b str>, Unreadable> {
    match body.get(key) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(of_another_type(key, "a text")),
    }
}

/// A new collection with default values: no id, no name, no dates; an auth one has fresh secrets.
pub fn scaffold(kind: Scaffold) -> Collection {
    if kind == Scaffold::View {
        return Collection { kind: CollectionKind::View(ViewOptions::default()), ..Collection::default() };
    }
    let mut collection = Collection { fields: vec![defaults::id_field()], ..Collection::default() };
    if kind == Scaffold::Auth {
        collection.kind = CollectionKind::Auth(Box::new(defaults::auth_options()));
        collection.fields.extend(defaults::auth_fields());
        // The collection has neither id nor name yet; both are put in their place when it is saved.
        let provisional = crate::ids::random_lower(defaults::PROVISIONAL_LENGTH);
        collection.indexes = defaults::AUTH_INDEXES.iter().map(|index| index.build(&provisional, "")).collect();
    }
    collection
}

fn of_another_type(key: &str, form: &str) -> Unreadable {
    Unreadable(format!("{key} must be {form}"))
}

impl Collection {
    /// As answers show it: every option of every field, no secrets.
    pub fn to_json(&self) -> Json {
        let mut map = match &self.kind {
            CollectionKind::Base => Map::new(),
            CollectionKind::Auth(options) => shown_options(options),
            CollectionKind::View(options) => view_json(options),
        };
        for (key, rule) in self.rules() {
            map.insert(key.to_owned(), rule.into());
        }
        for (key, text) in
            [("id", &self.id), ("name", &self.name), ("created", &self.created), ("updated", &self.updated)]
        {
            map.insert(key.to_owned(), text.as_str().into());
        }
        map.insert("type".to_owned(), self.type_name().into());
        map.insert("system".to_owned(), self.system.into());
        map.insert("fields".to_owned(), self.fields.iter().map(|field| Json::Object(field.to_json())).collect());
        map.insert("indexes".to_owned(), self.indexes.clone().into());
        Json::Object(map)
    }
}

/// The options with all secrets, for the database and to be compared; never for an answer.
pub(crate) fn options_json(options: &AuthOptions) -> Json {
    serde_json::to_value(options).expect("auth options are plain data with text keys")
}

fn view_json(options: &ViewOptions) -> Map<String, Json> {
    Map::from_iter([(QUERY.to_owned(), Json::from(options.query.as_str()))])
}

/// The options without secrets.
fn shown_options(options: &AuthOptions) -> Map<String, Json> {
    let Json::Object(mut map) = options_json(options) else { return Map::new() };
    for token in AuthOptions::TOKENS {
        if let Some(token) = map.get_mut(token).and_then(Json::as_object_mut) {
            token.remove("secret");
        }
    }
    let providers = map.get_mut("oauth2").and_then(|oauth2| oauth2.get_mut("providers")).and_then(Json::as_array_mut);
    for provider in providers.into_iter().flatten().filter_map(Json::as_object_mut) {
        provider.remove("clientSecret");
    }
    map
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scaffolds_are_what_the_contract_shows() {
        let base = scaffold(Scaffold::Base).to_json();
        let expected = json!({
            "id": "", "name": "", "type": "base", "system": false, "created": "", "updated": "", "indexes": [],
            "listRule": null, "viewRule": null, "createRule": null, "updateRule": null, "deleteRule": null,
            "fields": [{
                "id": "text3208210256", "name": "id", "type": "text", "system": true, "hidden": false,
                "presentable": false, "help": "", "required": true, "min": 15, "max": 15, "pattern": "^[a-z0-9]+$",
                "autogeneratePattern": "[a-z0-9]{15}", "primaryKey": true
            }]
        });
        assert_eq!(base, expected);
        let auth = scaffold(Scaffold::Auth).to_json();
        let names: Vec<_> = auth["fields"].as_array().unwrap().iter().map(|field| field["name"].clone()).collect();
        assert_eq!(names, ["id", "password", "tokenKey", "email", "emailVisibility", "verified"]);
        let view = scaffold(Scaffold::View).to_json();
        let expected = json!({
            "id": "", "name": "", "type": "view", "system": false, "created": "", "updated": "", "indexes": [],
            "listRule": null, "viewRule": null, "createRule": null, "updateRule": null, "deleteRule": null,
            "fields": [], "viewQuery": ""
        });
        assert_eq!(view, expected);
        assert_eq!(auth["authRule"], "");
        assert_eq!(auth["manageRule"], Json::Null);
        assert_eq!(auth["authToken"], json!({"duration": 432_000}));
        assert_eq!(auth["fileToken"], json!({"duration": 180}));
        assert_eq!(auth["passwordAuth"], json!({"enabled": true, "identityFields": ["email"]}));
        assert_eq!(auth["mfa"], json!({"enabled": false, "duration": 600, "rule": ""}));
        let mapped = json!({"id": "", "name": "", "username": "", "avatarURL": ""});
        assert_eq!(auth["oauth2"], json!({"enabled": false, "providers": [], "mappedFields": mapped}));
        assert_eq!(auth["otp"]["length"], 8);
        assert_eq!(auth["authAlert"]["enabled"], true);
        let index = auth["indexes"][0].as_str().unwrap();
        assert!(index.starts_with("CREATE UNIQUE INDEX `idx_tokenKey_") && index.ends_with("` ON `` (`tokenKey`)"));
        let text = auth.to_string();
        assert!(!text.contains("secret") && !text.contains("Secret"), "{text}");
        let link = auth["verificationTemplate"]["body"].as_str().unwrap();
        assert!(link.contains("{APP_URL}/_/#/auth/confirm-verification/{TOKEN}"), "{link}");
    }
}
