//! What can be said against a collection without a database: names, ids, fields and their options, auth options,
//! indexes as text, references. Rules are checked by the room `collections`, which knows the filter language.

mod auth;
mod fields;
mod indexes;
mod view;

use super::{Collection, CollectionKind, Schema};
use crate::error::{Fault, FieldErrors};

pub use fields::check_name as field_name_fault;

/// The longest name of a collection.
const NAME_LENGTH: usize = 255;

/// The longest id of a collection or field, and the longest name of a field.
const SHORT_LENGTH: usize = 100;

/// Tables of the system that are no collections.
const INTERNAL_TABLES: [&str; 3] = ["_params", "_collections", "_migrations"];

/// The beginning of the names of Tuckbox's own tables and indexes.
const OWN_PREFIX: &str = "_tb_";

/// All errors of a collection that is about to be saved; `old` is the stored one on an update.
/// Which rules may change on system collections is checked here; whether rules compile is not.
pub fn check(collection: &Collection, old: Option<&Collection>, schema: &Schema) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if old.is_none() {
        errors.add_some("id", check_id(&collection.id, schema));
    }
    errors.add_some("name", check_name(collection, old, schema));
    if let Some(old) = old {
        check_change(collection, old, &mut errors);
    }
    fields::check(collection, old, schema, &mut errors);
    match &collection.kind {
        CollectionKind::Base => indexes::check(collection, old, schema, &mut errors),
        CollectionKind::Auth(options) => {
            indexes::check(collection, old, schema, &mut errors);
            auth::check(collection, options, &mut errors);
        }
        CollectionKind::View(options) => view::check(collection, options, &mut errors),
    }
    errors
}

/// What is fixed once a collection exists.
fn check_change(collection: &Collection, old: &Collection, errors: &mut FieldErrors) {
    if collection.type_name() != old.type_name() {
        errors.add("type", Fault::new("validation_collection_type_change", "Collection type cannot be changed."));
    }
    if collection.system != old.system {
        let message = "System collection state cannot be changed.";
        errors.add("system", Fault::new("validation_collection_system_flag_change", message));
    }
    if !old.system {
        return;
    }
    let fault =
        || Fault::new("validation_collection_system_rule_change", "System collection API rule cannot be changed.");
    for ((key, new), (_, old)) in collection.rules().into_iter().zip(old.rules()) {
        if new != old {
            errors.add(key, fault());
        }
    }
    if let (Some(new), Some(old)) = (collection.auth(), old.auth()) {
        if new.auth_rule != old.auth_rule {
            errors.add("authRule", fault());
        }
        if new.manage_rule != old.manage_rule {
            errors.add("manageRule", fault());
        }
    }
}

fn check_id(id: &str, schema: &Schema) -> Option<Fault> {
    // A name that is an id would hide the collection of that id from look-ups, and the other way round.
    let taken = || {
        schema
            .find(id)
            .is_some()
            .then(|| Fault::new("validation_invalid_or_existing_id", "The model id is invalid or already exists."))
    };
    check_word(id, SHORT_LENGTH).or_else(taken)
}

fn check_name(collection: &Collection, old: Option<&Collection>, schema: &Schema) -> Option<Fault> {
    let name = collection.name.as_str();
    if let Some(fault) = check_word(name, NAME_LENGTH) {
        return Some(fault);
    }
    if let Some(old) = old.filter(|old| old.system)
        && old.name != name
    {
        let message = "System collection name cannot be changed.";
        return Some(Fault::new("validation_collection_system_name_change", message));
    }
    if schema.by_name(name).is_some_and(|other| other.id != collection.id) {
        let message = "Collection name must be unique (case insensitive).";
        return Some(Fault::new("validation_collection_name_exists", message));
    }
    if schema.by_id(name).is_some_and(|other| other.id != collection.id) {
        let message = "The name must not match an existing collection id.";
        return Some(Fault::new("validation_collection_name_id_duplicate", message));
    }
    let lower = name.to_ascii_lowercase();
    if INTERNAL_TABLES.contains(&lower.as_str()) || lower.starts_with(OWN_PREFIX) {
        let message = "The name shouldn't match with an existing internal table.";
        return Some(Fault::new("validation_collection_name_invalid", message));
    }
    check_via(name)
}

/// A required text of ASCII letters, digits and `_`.
fn check_word(text: &str, most: usize) -> Option<Fault> {
    let fault = check_length(text, most);
    if fault.is_some() || text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return fault;
    }
    Some(Fault::new("validation_match_invalid", "Must be in a valid format."))
}

/// A required text of at most so many bytes.
fn check_length(text: &str, most: usize) -> Option<Fault> {
    if text.is_empty() {
        return Some(Fault::required());
    }
    (text.len() > most).then(|| length_out_of_range(1, most))
}

fn length_out_of_range(least: usize, most: usize) -> Fault {
    let message = format!("The length must be between {least} and {most}.");
    Fault::new("validation_length_out_of_range", message).with("min", least).with("max", most)
}

/// `_via_` marks back-relations in filters.
fn check_via(name: &str) -> Option<Fault> {
    name.to_ascii_lowercase()
        .contains("_via_")
        .then(|| Fault::new("validation_found_via", "The value cannot contain \"_via_\"."))
}

/// What the checks of this module say of a set of errors.
trait AddSome {
    /// Records a fault, if there is one.
    fn add_some(&mut self, field: &str, fault: Option<Fault>);
}

impl AddSome for FieldErrors {
    fn add_some(&mut self, field: &str, fault: Option<Fault>) {
        if let Some(fault) = fault {
            self.add(field, fault);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value as Json, json};

    use super::*;
    use crate::schema::field::testing::codes;
    use crate::schema::normalise::normalise;
    use crate::schema::system::system_collections;
    use crate::schema::wire::{Scaffold, merge, scaffold};

    fn object(json: Json) -> Map<String, Json> {
        let Json::Object(map) = json else { panic!("{json} is no object") };
        map
    }

    /// The system collections, and one with each kind of field that others refer to.
    pub(super) fn schema() -> Schema {
        let mut collections = system_collections();
        let body = json!({
            "id": "posts_id", "name": "posts",
            "fields": [{"id": "t", "name": "title", "type": "text"}, {"id": "n", "name": "note", "type": "text"}],
            "indexes": ["CREATE INDEX idx_posts ON posts (title)"]
        });
        collections.push(shaped(Scaffold::Base, None, body, &Schema::default()));
        Schema::new(1, collections)
    }

    pub(super) fn shaped(kind: Scaffold, old: Option<&Collection>, body: Json, schema: &Schema) -> Collection {
        let mut collection = old.cloned().unwrap_or_else(|| scaffold(kind));
        merge(&mut collection, &object(body), old.is_none()).unwrap();
        normalise(&mut collection, old, schema);
        collection
    }

    pub(super) fn create(kind: Scaffold, body: Json) -> Vec<String> {
        let schema = schema();
        codes(&check(&shaped(kind, None, body, &schema), None, &schema))
    }

    pub(super) fn update(name: &str, body: Json) -> Vec<String> {
        let schema = schema();
        let old = schema.by_name(name).unwrap();
        codes(&check(&shaped(Scaffold::Base, Some(old), body, &schema), Some(old), &schema))
    }

    const NONE: [&str; 0] = [];

    #[test]
    fn names_are_words_that_nobody_else_uses() {
        for (name, expected) in [
            ("", Some("validation_required")),
            ("a b", Some("validation_match_invalid")),
            ("a-b", Some("validation_match_invalid")),
            ("ä", Some("validation_match_invalid")),
            ("a\n", Some("validation_match_invalid")),
            ("posts_via_title", Some("validation_found_via")),
            ("posts_VIA_title", Some("validation_found_via")),
            ("POSTS", Some("validation_collection_name_exists")),
            ("_Superusers", Some("validation_collection_name_exists")),
            ("posts_id", Some("validation_collection_name_id_duplicate")),
            ("_params", Some("validation_collection_name_invalid")),
            ("_Collections", Some("validation_collection_name_invalid")),
            ("_migrations", Some("validation_collection_name_invalid")),
            ("_TB_x", Some("validation_collection_name_invalid")),
            ("select", None),
            ("_mine", None),
            ("1st", None),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|code| format!("name {code}")).collect();
            assert_eq!(create(Scaffold::Base, json!({"name": name})), expected, "{name}");
        }
        assert_eq!(create(Scaffold::Base, json!({"name": "x".repeat(255)})), NONE);
        assert_eq!(create(Scaffold::Base, json!({"name": "x".repeat(256)})), ["name validation_length_out_of_range"]);
        assert_eq!(create(Scaffold::Base, json!({})), ["name validation_required"]);
        assert_eq!(update("posts", json!({"name": "Posts"})), NONE);
        assert_eq!(update("posts", json!({"name": "users"})), ["name validation_collection_name_exists"]);
    }

    #[test]
    fn ids_are_words_that_nobody_else_uses() {
        for (id, expected) in [
            ("mine", None),
            ("a/b", Some("validation_match_invalid")),
            ("posts_id", Some("validation_invalid_or_existing_id")),
            ("posts", Some("validation_invalid_or_existing_id")),
            (&*"x".repeat(101), Some("validation_length_out_of_range")),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|code| format!("id {code}")).collect();
            assert_eq!(create(Scaffold::Base, json!({"name": "new", "id": id})), expected, "{id}");
        }
    }

    #[test]
    fn type_and_flag_never_change() {
        let schema = schema();
        let old = schema.by_name("posts").unwrap();
        let mut other = Collection::clone(old);
        other.kind = scaffold(Scaffold::Auth).kind;
        normalise(&mut other, Some(old), &schema);
        assert!(
            codes(&check(&other, Some(old), &schema)).contains(&"type validation_collection_type_change".to_owned())
        );
        assert_eq!(update("posts", json!({"system": true})), ["system validation_collection_system_flag_change"]);
    }

    #[test]
    fn system_collections_keep_rules_and_names() {
        let change = "validation_collection_system_rule_change";
        let expected = [format!("listRule {change}"), format!("createRule {change}")];
        assert_eq!(update("_otps", json!({"listRule": null, "createRule": ""})), expected);
        let expected = [format!("authRule {change}"), format!("manageRule {change}")];
        assert_eq!(update("_superusers", json!({"authRule": "id != ''", "manageRule": "id != ''"})), expected);
        assert_eq!(update("_superusers", json!({"authRule": null})), [format!("authRule {change}")]);
        assert_eq!(update("_otps", json!({"name": "x"})), ["name validation_collection_system_name_change"]);
        assert_eq!(update("_superusers", json!({"name": "x"})), NONE, "the name is put back");
        assert_eq!(update("_superusers", json!({"mfa": {"rule": "id != ''"}})), NONE);
        assert_eq!(update("users", json!({"listRule": null})), NONE);
    }

    /// Values of any JSON type, hostile texts among them.
    fn any_value() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<f64>().prop_map(Json::from),
            "[a-z_`\"'(){}\\[\\]\\\\é\\x00 ;-]{0,12}".prop_map(Json::from),
            Just(json!("id")),
            Just(json!("CREATE UNIQUE INDEX i ON t (a)")),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                prop::collection::btree_map(
                    "(id|name|type|enabled|providers|secret|duration|min|pattern)",
                    inner,
                    0..4
                )
                .prop_map(|map| Json::Object(map.into_iter().collect())),
            ]
        })
    }

    fn any_field() -> impl Strategy<Value = Json> {
        let kind = prop::sample::select(&crate::schema::field::testing::TYPES[..]);
        let key =
            "(id|name|help|min|max|pattern|autogeneratePattern|primaryKey|maxSelect|values|collectionId|onlyDomains)";
        (kind, prop::collection::btree_map(key, any_value(), 0..4)).prop_map(|(kind, mut map)| {
            map.insert("type".to_owned(), json!(kind));
            Json::Object(map.into_iter().collect())
        })
    }

    proptest! {
        #[test]
        fn no_body_panics(
            fields in prop::collection::vec(any_field(), 0..4),
            key in "(id|name|created|listRule|indexes|fields|authRule|oauth2|otp|mfa|passwordAuth|authToken)",
            value in any_value(),
            is_auth in any::<bool>(),
        ) {
            let mut body = object(json!({"name": "new", "fields": fields}));
            body.insert(key, value);
            let schema = schema();
            let kind = if is_auth { Scaffold::Auth } else { Scaffold::Base };
            let mut collection = scaffold(kind);
            if merge(&mut collection, &body, true).is_ok() {
                normalise(&mut collection, None, &schema);
                let _ = check(&collection, None, &schema);
                let again = Collection::from_stored(&collection.to_stored()).unwrap();
                prop_assert_eq!(again.to_json(), collection.to_json());
            }
        }
    }
}
