//! Collections as JSON: what clients send and see, and what the `_collections` table keeps.

use serde_json::{Map, Value as Json};

use super::auth_options::AuthOptions;
use super::field::date;
use super::{Collection, CollectionKind, Field, defaults};

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
}

impl Scaffold {
    /// The kind of a `type`; an empty one stands for base. `None` is `validation_in_invalid` at `type`.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "" | "base" => Some(Self::Base),
            "auth" => Some(Self::Auth),
            _ => None,
        }
    }
}

/// The `type` that a body asks for; absent and `null` are empty.
///
/// # Errors
/// Where it is no text.
pub fn requested_type(body: &Map<String, Json>) -> Result<&str, Unreadable> {
    match body.get("type") {
        None | Some(Json::Null) => Ok(""),
        Some(Json::String(name)) => Ok(name),
        Some(_) => Err(of_another_type("type", "a text")),
    }
}

/// A new collection with default values: no id, no name, no dates; an auth one has fresh secrets.
pub fn scaffold(kind: Scaffold) -> Collection {
    let mut collection = Collection {
        id: String::new(),
        name: String::new(),
        kind: CollectionKind::Base,
        system: false,
        fields: vec![defaults::id_field()],
        indexes: Vec::new(),
        list_rule: None,
        view_rule: None,
        create_rule: None,
        update_rule: None,
        delete_rule: None,
        created: String::new(),
        updated: String::new(),
    };
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

/// Merges a body over a collection: absent keys stay; `fields` and `indexes` replace the whole list; option objects
/// are merged key by key, arrays in them replaced. `type` is not read here, and `null` stands for absent where a key
/// cannot be null. `creating` tells whether `id` is taken over and `created` ignored (a new collection). `system` is
/// always taken over: the check finds where it changed.
///
/// # Errors
/// Where a key has another JSON type than the contract says; the collection is then of no use any more.
pub fn merge(collection: &mut Collection, body: &Map<String, Json>, creating: bool) -> Result<(), Unreadable> {
    let text = |key: &str| match body.get(key) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(of_another_type(key, "a text")),
    };
    let id = text("id")?;
    let created = text("created")?;
    text("updated")?;
    if creating {
        collection.id = id.unwrap_or_default();
    } else if let Some(created) = created.as_deref().and_then(date::parse) {
        collection.created = crate::time::format(created);
    }
    if let Some(name) = text("name")? {
        collection.name = name;
    }
    match body.get("system") {
        None | Some(Json::Null) => {}
        Some(Json::Bool(system)) => collection.system = *system,
        Some(_) => return Err(of_another_type("system", "true or false")),
    }
    for (key, rule) in collection.rules_mut() {
        match body.get(key) {
            None => {}
            Some(Json::Null) => *rule = None,
            Some(Json::String(text)) => *rule = Some(text.clone()),
            Some(_) => return Err(of_another_type(key, "a text or null")),
        }
    }
    match body.get("fields") {
        None | Some(Json::Null) => {}
        Some(Json::Array(fields)) => collection.fields = read_fields(fields)?,
        Some(_) => return Err(of_another_type("fields", "a list")),
    }
    match body.get("indexes") {
        None => {}
        Some(Json::Null) => collection.indexes.clear(),
        Some(Json::Array(indexes)) => collection.indexes = read_indexes(indexes)?,
        Some(_) => return Err(of_another_type("indexes", "a list")),
    }
    if let CollectionKind::Auth(options) = &mut collection.kind {
        **options = merge_auth(options, body)?;
    }
    Ok(())
}

/// Reads fields; one whose id was there before takes the place of the earlier one.
fn read_fields(list: &[Json]) -> Result<Vec<Field>, Unreadable> {
    let mut fields: Vec<Field> = Vec::with_capacity(list.len());
    for one in list {
        let Json::Object(map) = one else { return Err(of_another_type("a field", "an object")) };
        let field = Field::from_json(map)?;
        match fields.iter_mut().find(|there| !field.id.is_empty() && there.id == field.id) {
            Some(there) => *there = field,
            None => fields.push(field),
        }
    }
    Ok(fields)
}

fn read_indexes(list: &[Json]) -> Result<Vec<String>, Unreadable> {
    list.iter()
        .map(|one| one.as_str().map(str::to_owned).ok_or_else(|| of_another_type("an index", "a text")))
        .collect()
}

/// Auth options with those of a body merged over them.
fn merge_auth(options: &AuthOptions, body: &Map<String, Json>) -> Result<AuthOptions, Unreadable> {
    let unreadable = |error: serde_json::Error| Unreadable(format!("auth options: {error}"));
    let mut merged = serde_json::to_value(options).map_err(unreadable)?;
    if let Json::Object(merged) = &mut merged {
        merge_objects(merged, body)?;
    }
    let mut merged: AuthOptions = serde_json::from_value(merged).map_err(unreadable)?;
    keep_client_secrets(&mut merged, options, body);
    Ok(merged)
}

/// Keys that are there take what was sent for them, objects key by key. Unknown keys are ignored.
fn merge_objects(there: &mut Map<String, Json>, sent: &Map<String, Json>) -> Result<(), Unreadable> {
    for (key, value) in there.iter_mut() {
        match (sent.get(key), &mut *value) {
            (None, _) => {}
            (Some(Json::Null), _) if !matches!(key.as_str(), "authRule" | "manageRule") => {}
            (Some(Json::Object(sent)), Json::Object(there)) => merge_objects(there, sent)?,
            // The reader of options would take lists for objects.
            (Some(_), Json::Object(_)) => return Err(of_another_type(key, "an object")),
            (Some(Json::Array(elements)), _) if elements.iter().any(Json::is_array) => {
                return Err(of_another_type(key, "a list without lists"));
            }
            (Some(sent), _) => *value = without_nulls(sent),
        }
    }
    Ok(())
}

/// Absent and null are the same inside of lists; `extra` is the provider's own and stays as it is.
fn without_nulls(sent: &Json) -> Json {
    match sent {
        Json::Array(elements) => elements.iter().map(without_nulls).collect(),
        Json::Object(map) => map
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.clone(), if key == "extra" { value.clone() } else { without_nulls(value) }))
            .collect(),
        other => other.clone(),
    }
}

/// Answers lack client secrets, so that clients send providers back without them: a provider keeps the stored secret
/// of the one with its name.
fn keep_client_secrets(merged: &mut AuthOptions, old: &AuthOptions, body: &Map<String, Json>) {
    let Some(sent) = body.get("oauth2").and_then(|oauth2| oauth2.get("providers")).and_then(Json::as_array) else {
        return;
    };
    for (provider, sent) in merged.oauth2.providers.iter_mut().zip(sent) {
        if sent.get("clientSecret").is_none_or(Json::is_null)
            && let Some(old) = old.oauth2.providers.iter().find(|old| old.name == provider.name)
        {
            provider.client_secret.clone_from(&old.client_secret);
        }
    }
}

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
    /// As answers show it: every option of every field, no secrets.
    pub fn to_json(&self) -> Json {
        let mut map = match &self.kind {
            CollectionKind::Base => Map::new(),
            CollectionKind::Auth(options) => shown_options(options),
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

    /// As the `_collections` table keeps it.
    pub fn to_stored(&self) -> Stored {
        let fields: Json = self.fields.iter().map(|field| Json::Object(field.to_json())).collect();
        let options = match &self.kind {
            CollectionKind::Base => Json::Object(Map::new()),
            CollectionKind::Auth(options) => options_json(options),
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
        let kind = match stored.kind.as_str() {
            "base" => CollectionKind::Base,
            "auth" => {
                let options: Map<String, Json> =
                    serde_json::from_str(&stored.options).map_err(|error| unreadable("options", error.to_string()))?;
                CollectionKind::Auth(Box::new(merge_auth(&AuthOptions::default(), &options)?))
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

fn options_json(options: &AuthOptions) -> Json {
    serde_json::to_value(options).expect("auth options are plain data with text keys")
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
    use crate::schema::{FieldKind, system};

    fn object(json: Json) -> Map<String, Json> {
        let Json::Object(map) = json else { panic!("{json} is no object") };
        map
    }

    fn merged(kind: Scaffold, body: Json) -> Result<Collection, Unreadable> {
        let mut collection = scaffold(kind);
        merge(&mut collection, &object(body), true).map(|()| collection)
    }

    fn auth(collection: &Collection) -> &AuthOptions {
        collection.auth().expect("an auth collection")
    }

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
    fn an_empty_body_changes_nothing() {
        for collection in system::system_collections() {
            let mut same = collection.clone();
            merge(&mut same, &Map::new(), false).unwrap();
            assert_eq!(same, collection);
            let shown = object(collection.to_json());
            merge(&mut same, &shown, false).unwrap();
            assert_eq!(same, collection, "what is shown can be sent back");
        }
    }

    #[test]
    fn nested_options_are_merged_key_by_key_and_secrets_stay() {
        let mut collection = merged(Scaffold::Auth, json!({"name": "u"})).unwrap();
        let before = auth(&collection).clone();
        let body = json!({
            "emailChangeToken": {"duration": 123},
            "authToken": {"secret": "x"},
            "otp": {"enabled": true, "emailTemplate": {"subject": "Hi"}},
            "passwordAuth": {"identityFields": ["a", "b"], "enabled": null},
            "mfa": null,
            "unknown": {"a": 1}
        });
        merge(&mut collection, &object(body), false).unwrap();
        let after = auth(&collection);
        assert_eq!(after.email_change_token.duration, 123);
        assert_eq!(after.email_change_token.secret, before.email_change_token.secret);
        assert_eq!(before.email_change_token.secret.len(), 50);
        assert_eq!((after.auth_token.secret.as_str(), after.auth_token.duration), ("x", before.auth_token.duration));
        assert_eq!(after.otp.email_template.subject, "Hi");
        assert_eq!(after.otp.email_template.body, before.otp.email_template.body);
        assert_eq!(after.password_auth.identity_fields, ["a", "b"]);
        assert!(after.password_auth.enabled);
        assert_eq!(after.mfa, before.mfa);
    }

    #[test]
    fn providers_keep_the_secret_of_their_name() {
        let providers = json!([
            {"name": "github", "clientId": "1", "clientSecret": "g", "pkce": null, "extra": {"a": null}},
            {"name": "apple", "clientId": "2", "clientSecret": "a"}
        ]);
        let mut collection = merged(Scaffold::Auth, json!({"name": "u", "oauth2": {"providers": providers}})).unwrap();
        assert_eq!(auth(&collection).oauth2.providers[0].extra, Some(object(json!({"a": null}))));
        let shown = collection.to_json()["oauth2"]["providers"].clone();
        assert!(shown[0].get("clientSecret").is_none(), "{shown}");
        assert_eq!(shown[1]["pkce"], Json::Null);
        assert_eq!(shown[1]["authURL"], "");
        let swapped = json!({"oauth2": {"providers": [
            {"name": "apple", "clientId": "3"},
            {"name": "github", "clientSecret": ""},
            {"name": "google"}
        ]}});
        merge(&mut collection, &object(swapped), false).unwrap();
        let providers = &auth(&collection).oauth2.providers;
        let secrets: Vec<_> = providers.iter().map(|provider| provider.client_secret.as_str()).collect();
        assert_eq!(secrets, ["a", "", ""]);
        assert_eq!(providers[0].client_id, "3");
    }

    #[test]
    fn a_key_of_another_json_type_cannot_be_read() {
        for body in [
            json!({"listRule": 5}),
            json!({"name": 5}),
            json!({"id": {}}),
            json!({"created": 5}),
            json!({"system": "true"}),
            json!({"fields": {}}),
            json!({"fields": ["x"]}),
            json!({"fields": [{"name": "x"}]}),
            json!({"fields": [{"name": "x", "type": "nothing"}]}),
            json!({"fields": [{"name": "x", "type": "text", "min": 1.5}]}),
            json!({"indexes": "x"}),
            json!({"indexes": [5]}),
            json!({"authRule": 5}),
            json!({"mfa": []}),
            json!({"mfa": {"duration": 1.5}}),
            json!({"mfa": {"duration": "5"}}),
            json!({"mfa": {"enabled": 1}}),
            json!({"oauth2": {"providers": {}}}),
            json!({"oauth2": {"providers": [5]}}),
            json!({"oauth2": {"providers": [[]]}}),
            json!({"oauth2": {"providers": [{"extra": []}]}}),
            json!({"oauth2": {"providers": [{"pkce": "x"}]}}),
            json!({"passwordAuth": {"identityFields": [5]}}),
            json!({"verificationTemplate": "x"}),
        ] {
            assert!(merged(Scaffold::Auth, body.clone()).is_err(), "{body}");
        }
        assert!(merged(Scaffold::Base, json!({"mfa": 5})).is_ok(), "base collections do not read auth options");
        assert!(requested_type(&object(json!({"type": 5}))).is_err());
        assert_eq!(Scaffold::parse("view"), None);
    }

    #[test]
    fn a_field_id_that_is_sent_twice_keeps_the_later_field() {
        let body = json!({"fields": [
            {"id": "a", "name": "one", "type": "text"},
            {"name": "two", "type": "bool"},
            {"id": "a", "name": "three", "type": "number"},
            {"name": "four", "type": "bool"}
        ]});
        let collection = merged(Scaffold::Base, body).unwrap();
        let names: Vec<_> = collection.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["three", "two", "four"]);
        assert!(matches!(collection.fields[0].kind, FieldKind::Number(_)));
    }

    #[test]
    fn dates_and_ids_are_taken_where_the_contract_says_so() {
        let body = json!({"id": "mine", "name": "n", "created": "2020-01-01", "updated": "2020-01-01", "system": true});
        let mut collection = merged(Scaffold::Base, body.clone()).unwrap();
        assert_eq!((collection.id.as_str(), collection.created.as_str(), collection.system), ("mine", "", true));
        collection.id = "stored".to_owned();
        collection.updated = "then".to_owned();
        merge(&mut collection, &object(body), false).unwrap();
        assert_eq!(collection.id, "stored");
        assert_eq!(collection.created, "2020-01-01 00:00:00.000Z");
        assert_eq!(collection.updated, "then");
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
        assert!(Collection::from_stored(&Stored { kind: "view".into(), ..stored }).is_err());
    }
}
