//! A body merged over a collection.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::{QUERY, Unreadable, of_another_type, text};
use crate::schema::auth_options::AuthOptions;
use crate::schema::field::date;
use crate::schema::{Collection, CollectionKind, Field};

/// Merges a body over a collection: absent keys stay; `fields` and `indexes` replace the whole list; option objects
/// are merged key by key, arrays in them replaced. The fields of a view are those of its query, and those that are
/// sent only read. `type` is not read here, and `null` stands for absent where a key
/// cannot be null. `creating` tells whether `id` is taken over and `created` ignored (a new collection). `system` is
/// always taken over: the check finds where it changed.
///
/// # Errors
/// Where a key has another JSON type than the contract says; the collection is then of no use any more.
pub fn merge(collection: &mut Collection, body: &Map<String, Json>, creating: bool) -> Result<(), Unreadable> {
    let id = text(body, "id")?;
    let created = text(body, "created")?;
    text(body, "updated")?;
    if creating {
        collection.id = id.unwrap_or_default().to_owned();
    } else if let Some(created) = created.and_then(date::parse) {
        collection.created = crate::time::format(created);
    }
    if let Some(name) = text(body, "name")? {
        name.clone_into(&mut collection.name);
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
        Some(Json::Array(fields)) => {
            let fields = read_fields(fields)?;
            if !collection.is_view() {
                collection.fields = fields;
            }
        }
        Some(_) => return Err(of_another_type("fields", "a list")),
    }
    match body.get("indexes") {
        None => {}
        Some(Json::Null) => collection.indexes.clear(),
        Some(Json::Array(indexes)) => collection.indexes = read_indexes(indexes)?,
        Some(_) => return Err(of_another_type("indexes", "a list")),
    }
    match &mut collection.kind {
        CollectionKind::Base => {}
        CollectionKind::Auth(options) => **options = merge_auth(options, body)?,
        CollectionKind::View(options) => {
            if let Some(query) = text(body, QUERY)? {
                query.clone_into(&mut options.query);
            }
        }
    }
    Ok(())
}

/// Reads fields; one whose id was there before takes the place of the earlier one.
pub(super) fn read_fields(list: &[Json]) -> Result<Vec<Field>, Unreadable> {
    let mut fields: Vec<Field> = Vec::with_capacity(list.len());
    let mut places = HashMap::new();
    for one in list {
        let Json::Object(map) = one else { return Err(of_another_type("a field", "an object")) };
        let field = Field::from_json(map)?;
        match places.get(&field.id) {
            Some(&place) => fields[place] = field,
            None => {
                if !field.id.is_empty() {
                    places.insert(field.id.clone(), fields.len());
                }
                fields.push(field);
            }
        }
    }
    Ok(fields)
}

pub(super) fn read_indexes(list: &[Json]) -> Result<Vec<String>, Unreadable> {
    list.iter()
        .map(|one| one.as_str().map(str::to_owned).ok_or_else(|| of_another_type("an index", "a text")))
        .collect()
}

/// Auth options with those of a body merged over them.
pub(super) fn merge_auth(options: &AuthOptions, body: &Map<String, Json>) -> Result<AuthOptions, Unreadable> {
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
    let secrets: HashMap<&str, &String> =
        old.oauth2.providers.iter().rev().map(|old| (old.name.as_str(), &old.client_secret)).collect();
    for (provider, sent) in merged.oauth2.providers.iter_mut().zip(sent) {
        if sent.get("clientSecret").is_none_or(Json::is_null)
            && let Some(&secret) = secrets.get(provider.name.as_str())
        {
            provider.client_secret.clone_from(secret);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Scaffold, scaffold};
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
        assert!(merged(Scaffold::Base, json!({"viewQuery": 5})).is_ok(), "only views read a query");
        assert!(merged(Scaffold::View, json!({"viewQuery": 5})).is_err());
        assert!(merged(Scaffold::View, json!({"fields": [5]})).is_err());
    }

    #[test]
    fn a_view_takes_its_query_and_no_fields() {
        let body = json!({"name": "v", "viewQuery": "select 1 as id", "fields": [{"name": "a", "type": "text"}]});
        let view = merged(Scaffold::View, body).unwrap();
        assert_eq!(view.view().map(|view| view.query.as_str()), Some("select 1 as id"));
        assert_eq!(view.fields, []);
        assert_eq!(view.to_json()["viewQuery"], "select 1 as id");
        assert_eq!(Collection::from_stored(&view.to_stored()).unwrap(), view);
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
}
