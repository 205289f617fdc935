//! The fields of a collection. The first check that fails is the only one that is reported.

use std::collections::HashSet;

use super::{AddSome, SHORT_LENGTH, check_length, check_via, check_word, length_out_of_range};
use crate::error::{Fault, FieldErrors};
use crate::schema::{Collection, Field, FieldKind, Schema, defaults};

/// The longest help text.
const HELP_LENGTH: usize = 300;

/// What records have beside their fields, and words that filters and engines read otherwise.
const RESERVED: [&str; 7] = ["null", "true", "false", "_rowid_", "collectionId", "collectionName", "expand"];

/// What bodies of auth records have beside the fields.
const RESERVED_IN_AUTH: [&str; 2] = ["passwordConfirm", "oldPassword"];

/// All errors at `fields`.
pub(super) fn check(collection: &Collection, old: Option<&Collection>, schema: &Schema, errors: &mut FieldErrors) {
    let mut found = FieldErrors::new();
    // The fields of a view come with its query, whatever they were before.
    let old = old.filter(|_| !collection.is_view());
    let checks: [&dyn Fn(&mut FieldErrors); 6] = [
        &|errors| check_duplicates(collection, errors),
        &|errors| check_minimum(collection, errors),
        &|errors| check_system_change(collection, old, errors),
        &|errors| check_type_change(collection, old, errors),
        &|errors| check_reserved_in_auth(collection, errors),
        &|errors| check_each(collection, old, schema, errors),
    ];
    for check in checks {
        check(&mut found);
        if !found.is_empty() {
            break;
        }
    }
    errors.merge(found);
}

fn check_duplicates(collection: &Collection, errors: &mut FieldErrors) {
    let mut ids = HashSet::new();
    let mut names = HashSet::new();
    for (at, field) in collection.fields.iter().enumerate() {
        let at = at.to_string();
        if !ids.insert(field.id.as_str()) {
            let message = format!("Duplicated or invalid field id {}.", field.id);
            let fault = Fault::new("validation_duplicated_field_id", message).with("fieldId", field.id.as_str());
            return errors.add_at(&["fields", &at, "id"], fault);
        }
        if !names.insert(field.name.to_ascii_lowercase()) {
            let message = format!("Duplicated or invalid field name {}.", field.name);
            let fault = Fault::new("validation_duplicated_field_name", message).with("fieldName", field.name.as_str());
            return errors.add_at(&["fields", &at, "name"], fault);
        }
    }
}

/// The fields that a collection cannot do without.
fn check_minimum(collection: &Collection, errors: &mut FieldErrors) {
    if collection.fields.is_empty() {
        return errors.add("fields", Fault::required());
    }
    if !collection.field("id").is_some_and(Field::is_primary_key) {
        return errors
            .add("fields", Fault::new("validation_missing_primary_key", "Missing or invalid \"id\" PK field."));
    }
    if !collection.is_auth() {
        return;
    }
    for needed in defaults::auth_fields() {
        let name = needed.name.as_str();
        let same_kind = |field: &&Field| field.type_name() == needed.type_name();
        let Some(field) = collection.field(name).filter(same_kind) else {
            return errors.add("fields", Fault::new(missing_code(name), format!("System {name} field is missing.")));
        };
        if needed.hidden && !(field.system && field.hidden) {
            let message = "The field must be system and hidden.";
            return errors.add_at(&["fields", name], Fault::new("validation_must_be_system_and_hidden", message));
        }
        if !field.system {
            let message = "The field must be system.";
            return errors.add_at(&["fields", name], Fault::new("validation_must_be_system", message));
        }
    }
}

fn missing_code(name: &str) -> &'static str {
    match name {
        "password" => "validation_missing_password_field",
        "tokenKey" => "validation_missing_tokenKey_field",
        "email" => "validation_missing_email_field",
        "emailVisibility" => "validation_missing_emailVisibility_field",
        _ => "validation_missing_verified_field",
    }
}

fn by_id<'a>(collection: &'a Collection, id: &str) -> Option<&'a Field> {
    collection.fields.iter().find(|field| field.id == id)
}

fn check_system_change(collection: &Collection, old: Option<&Collection>, errors: &mut FieldErrors) {
    let kept = |old: &Field| by_id(collection, &old.id).is_some_and(|field| field.name == old.name);
    if old.is_some_and(|old| old.fields.iter().any(|field| field.system && !kept(field))) {
        let message = "System fields cannot be deleted or renamed.";
        errors.add("fields", Fault::new("validation_system_field_change", message));
    }
}

fn check_type_change(collection: &Collection, old: Option<&Collection>, errors: &mut FieldErrors) {
    for (at, field) in collection.fields.iter().enumerate() {
        let before = old.and_then(|old| by_id(old, &field.id));
        if before.is_some_and(|before| before.type_name() != field.type_name()) {
            let fault = Fault::new("validation_field_type_change", "Field type cannot be changed.");
            return errors.add_at(&["fields", &at.to_string()], fault);
        }
    }
}

fn check_reserved_in_auth(collection: &Collection, errors: &mut FieldErrors) {
    if !collection.is_auth() {
        return;
    }
    for (at, field) in collection.fields.iter().enumerate() {
        if RESERVED_IN_AUTH.contains(&field.name.as_str()) {
            let message = "The field name is reserved and cannot be used.";
            let fault = Fault::new("validation_reserved_field_name", message);
            return errors.add_at(&["fields", &at.to_string(), "name"], fault);
        }
    }
}

/// The settings of each field.
fn check_each(collection: &Collection, old: Option<&Collection>, schema: &Schema, errors: &mut FieldErrors) {
    let several_keys = collection.fields.iter().filter(|field| field.is_primary_key()).count() > 1;
    let mut found = FieldErrors::new();
    for (at, field) in collection.fields.iter().enumerate() {
        let old = old.and_then(|old| by_id(old, &field.id));
        let mut of_field = FieldErrors::new();
        of_field.add_some("id", check_length(&field.id, SHORT_LENGTH));
        of_field.add_some("name", check_name(&field.name));
        if field.help.len() > HELP_LENGTH {
            of_field.add("help", length_out_of_range(1, HELP_LENGTH));
        }
        if several_keys && field.is_primary_key() {
            let message = "Composite PKs are not supported and the collection must have only 1 PK.";
            of_field.add("primaryKey", Fault::new("validation_unsupported_composite_pk", message));
        }
        of_field.merge(field.check_options());
        check_change(collection, field, old, schema, &mut of_field);
        found.nest(at.to_string(), of_field);
    }
    errors.nest("fields", found);
}

/// What can be said against the name of a field.
pub fn check_name(name: &str) -> Option<Fault> {
    check_word(name, SHORT_LENGTH)
        .or_else(|| {
            let reserved = RESERVED.contains(&name);
            reserved.then(|| Fault::new("validation_not_in_invalid", "Must not be in list."))
        })
        .or_else(|| check_via(name))
}

/// What depends on the stored field and on other collections.
fn check_change(
    collection: &Collection,
    field: &Field,
    old: Option<&Field>,
    schema: &Schema,
    errors: &mut FieldErrors,
) {
    match (&field.kind, old.map(|old| &old.kind)) {
        (FieldKind::Autodate(options), Some(FieldKind::Autodate(before))) if field.system => {
            options.check_change(before, errors);
        }
        (FieldKind::Relation(options), Some(FieldKind::Relation(before)))
            if options.collection_id != before.collection_id =>
        {
            let message = "The relation collection cannot be changed.";
            errors.add("collectionId", Fault::new("validation_field_relation_change", message));
        }
        (FieldKind::Relation(options), _) => {
            let own = options.collection_id == collection.id;
            match schema.by_id(&options.collection_id) {
                _ if own => {}
                None => {
                    let message = "The relation collection doesn't exist.";
                    errors.add("collectionId", Fault::new("validation_field_relation_missing_collection", message));
                }
                Some(target) if target.is_view() && !collection.is_view() => {
                    let message = "Only view collections are allowed to have relations to other views.";
                    let code = "validation_relation_field_non_view_base_collection";
                    errors.add("collectionId", Fault::new(code, message));
                }
                Some(_) => {}
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::tests::{create, schema, shaped, update};
    use super::*;
    use crate::schema::field::testing::codes;
    use crate::schema::wire::Scaffold;

    fn of(field: Json) -> Vec<String> {
        let mut fields = vec![json!({"id": "i", "name": "id", "type": "text"})];
        fields.push(field);
        create(Scaffold::Base, json!({"name": "new", "fields": fields}))
    }

    #[test]
    fn names_of_fields_are_words_that_mean_nothing_else() {
        for (name, expected) in [
            ("", Some("validation_required")),
            ("a b", Some("validation_match_invalid")),
            ("a`b", Some("validation_match_invalid")),
            ("null", Some("validation_not_in_invalid")),
            ("_rowid_", Some("validation_not_in_invalid")),
            ("collectionName", Some("validation_not_in_invalid")),
            ("expand", Some("validation_not_in_invalid")),
            ("a_via_b", Some("validation_found_via")),
            ("ID", Some("validation_duplicated_field_name")),
            ("NULL", None),
            ("Expand", None),
            ("rowid", None),
            ("password", None),
            ("passwordConfirm", None),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|code| format!("fields.1.name {code}")).collect();
            assert_eq!(of(json!({"name": name, "type": "bool"})), expected, "{name}");
        }
        assert_eq!(
            of(json!({"name": "x".repeat(101), "type": "bool"})),
            ["fields.1.name validation_length_out_of_range"]
        );
    }

    #[test]
    fn common_and_own_settings_are_reported_together_by_index() {
        let fields = json!([
            {"name": "id", "type": "text"},
            {"id": "x".repeat(101), "name": "a", "type": "text", "min": 5, "max": 3, "help": "x".repeat(301)},
            {"name": "ok", "type": "bool", "help": "x".repeat(300)},
            {"name": "s", "type": "select"},
            {"name": "d", "type": "autodate"}
        ]);
        assert_eq!(
            create(Scaffold::Base, json!({"name": "new", "fields": fields})),
            [
                "fields.1.id validation_length_out_of_range",
                "fields.1.help validation_length_out_of_range",
                "fields.1.max validation_min_greater_equal_than_required",
                "fields.3.values validation_required",
                "fields.4.onCreate validation_required",
                "fields.4.onUpdate validation_required",
            ]
        );
    }

    #[test]
    fn the_first_failing_check_hides_the_others() {
        let fields = json!([{"name": "a", "type": "text", "min": -1}, {"name": "A", "type": "bool"}]);
        assert_eq!(
            create(Scaffold::Base, json!({"name": "new", "fields": fields})),
            ["fields.2.name validation_duplicated_field_name"]
        );
        let fields = json!([{"id": "t", "name": "title", "type": "number"}, {"name": "null", "type": "bool"}]);
        assert_eq!(update("posts", json!({"fields": fields})), ["fields.1 validation_field_type_change"]);
        let fields = json!([{"name": "oldPassword", "type": "text", "min": -1}]);
        assert_eq!(
            create(Scaffold::Auth, json!({"name": "new", "fields": fields})),
            ["fields.1.name validation_reserved_field_name"]
        );
    }

    #[test]
    fn system_fields_stay() {
        let change = ["fields validation_system_field_change"];
        assert_eq!(update("_otps", json!({"fields": []})), change);
        let renamed = json!([{"id": "email3885137012", "name": "mail", "type": "email"}]);
        assert_eq!(update("users", json!({"fields": renamed})), change);
        assert_eq!(update("users", json!({"fields": []})), Vec::<String>::new(), "auth fields are put back");
    }

    #[test]
    fn the_dates_of_system_fields_keep_their_occasions() {
        let schema = schema();
        let old = schema.by_name("_mfas").unwrap();
        let mut fields = old.to_json()["fields"].clone();
        for field in fields.as_array_mut().unwrap() {
            if field["name"] == "created" {
                field["onUpdate"] = json!(true);
            }
        }
        assert_eq!(update("_mfas", json!({"fields": fields})), ["fields.4.onUpdate validation_values_mismatch"]);
    }

    #[test]
    fn a_second_primary_key_is_refused_at_both() {
        let found = of(json!({"name": "key", "type": "text", "primaryKey": true, "required": true, "pattern": "x"}));
        assert_eq!(
            found,
            [
                "fields.0.primaryKey validation_unsupported_composite_pk",
                "fields.1.primaryKey validation_unsupported_composite_pk",
                "fields.1.name validation_in_invalid",
            ]
        );
    }

    #[test]
    fn a_field_named_id_of_another_type_is_a_duplicate() {
        let fields = json!([{"name": "id", "type": "number"}]);
        assert_eq!(
            create(Scaffold::Base, json!({"name": "new", "fields": fields})),
            ["fields.1.name validation_duplicated_field_name"]
        );
    }

    #[test]
    fn relations_point_to_existing_ids_and_stay_there() {
        let relation = |target: &str| json!({"id": "r", "name": "r", "type": "relation", "collectionId": target});
        assert_eq!(of(relation("posts_id")), Vec::<String>::new());
        for target in ["posts", "nothing"] {
            assert_eq!(of(relation(target)), ["fields.1.collectionId validation_field_relation_missing_collection"]);
        }
        assert_eq!(of(relation("")), ["fields.1.collectionId validation_required"]);
        let own = json!({"name": "tree", "id": "tree_id", "fields": [relation("tree_id")]});
        assert_eq!(create(Scaffold::Base, own.clone()), Vec::<String>::new());
        let schema = schema();
        let tree = shaped(Scaffold::Base, None, own, &schema);
        let moved = shaped(Scaffold::Base, Some(&tree), json!({"fields": [relation("posts_id")]}), &schema);
        let found = codes(&super::super::check(&moved, Some(&tree), &schema));
        assert_eq!(found, ["fields.1.collectionId validation_field_relation_change"]);
    }

    #[test]
    fn what_normalising_puts_right_is_still_checked() {
        let mut collection = shaped(Scaffold::Auth, None, json!({"name": "new"}), &Schema::default());
        let check = |collection: &Collection| {
            codes(&super::super::check(collection, None, &Schema::default())).into_iter().next().unwrap_or_default()
        };
        collection.fields[1].hidden = false;
        assert_eq!(check(&collection), "fields.password validation_must_be_system_and_hidden");
        collection.fields[1].hidden = true;
        collection.fields[3].system = false;
        assert_eq!(check(&collection), "fields.email validation_must_be_system");
        collection.fields.remove(3);
        assert_eq!(check(&collection), "fields validation_missing_email_field");
        collection.fields.remove(0);
        assert_eq!(check(&collection), "fields validation_missing_primary_key");
        collection.fields.clear();
        assert_eq!(check(&collection), "fields validation_required");
    }
}
