//! What is put right before a collection is checked: ids, system fields, index texts, forced options.

use std::collections::HashSet;

use super::defaults::{self, AUTH_INDEXES};
use super::{Collection, CollectionKind, Field, FieldKind, Index, SUPERUSERS, Schema};
use crate::ids;

/// Brings a collection into shape (contract: collections, section 8, steps 1 and 2). `old` is the stored one on an
/// update. Timestamps are the caller's.
pub fn normalise(collection: &mut Collection, old: Option<&Collection>, schema: &Schema) {
    if old.is_none() && collection.id.is_empty() {
        collection.id = free_collection_id(collection, schema);
    }
    if old.is_some_and(Collection::is_superusers) {
        collection.name = SUPERUSERS.to_owned();
    }
    if collection.is_view() {
        // Its fields are those of its query.
        return;
    }
    give_field_ids(&mut collection.fields);
    put_id_right(collection, old);
    if collection.is_auth() {
        put_auth_fields_right(collection, old);
    }
    point_indexes_here(collection);
    if collection.is_auth() {
        put_auth_indexes_back(collection);
        put_auth_options_right(collection, old);
    }
}

/// `pbc_` and the checksum of type and name, with a number behind it where that is taken.
fn free_collection_id(collection: &Collection, schema: &Schema) -> String {
    let id = ids::checksum_id("pbc_", &format!("{}{}", collection.type_name(), collection.name));
    first_free(id, |id| schema.by_id(id).is_some())
}

fn first_free(id: String, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(&id) {
        return id;
    }
    (2_u64..).map(|number| format!("{id}{number}")).find(|id| !is_taken(id)).unwrap_or(id)
}

/// Gives ids to fields that were sent without one.
fn give_field_ids(fields: &mut [Field]) {
    let mut taken: HashSet<String> = fields.iter().map(|field| field.id.clone()).collect();
    for field in fields.iter_mut().filter(|field| field.id.is_empty()) {
        field.id = first_free(defaults::field_id(&field.name, &field.kind), |id| taken.contains(id));
        taken.insert(field.id.clone());
    }
}

/// The field that stands in for a missing one: as it was stored, where it was, else the default.
fn put_back(missing: Field, fields: &[Field], old: Option<&Collection>) -> Field {
    let same_kind = |old: &&Field| std::mem::discriminant(&old.kind) == std::mem::discriminant(&missing.kind);
    let stored = old.and_then(|old| old.field(&missing.name)).filter(same_kind).cloned();
    let mut field = stored.unwrap_or(missing);
    field.id = first_free(field.id, |id| fields.iter().any(|field| field.id == id));
    field
}

/// The `id` field comes first where it is missing, and keeps its shape.
fn put_id_right(collection: &mut Collection, old: Option<&Collection>) {
    let is_id = |field: &Field| field.name == "id" && matches!(field.kind, FieldKind::Text(_));
    if !collection.fields.iter().any(is_id) {
        let field = put_back(defaults::id_field(), &collection.fields, old);
        collection.fields.insert(0, field);
    }
    let Some(field) = collection.fields.iter_mut().find(|field| is_id(field)) else { return };
    field.system = true;
    field.required = true;
    field.hidden = false;
    if let FieldKind::Text(options) = &mut field.kind {
        options.primary_key = true;
        if options.pattern.is_empty() {
            super::field::text::DEFAULT_ID_PATTERN.clone_into(&mut options.pattern);
        }
    }
}

/// The system fields of auth collections come last where they are missing, and keep their type and flags.
fn put_auth_fields_right(collection: &mut Collection, old: Option<&Collection>) {
    for default in defaults::auth_fields() {
        let Some(at) = collection.field_index(&default.name) else {
            let field = put_back(default, &collection.fields, old);
            collection.fields.push(field);
            continue;
        };
        let field = &mut collection.fields[at];
        if std::mem::discriminant(&field.kind) != std::mem::discriminant(&default.kind) {
            let id = std::mem::take(&mut field.id);
            *field = Field { id, ..default };
            continue;
        }
        field.system = true;
        match field.kind {
            FieldKind::Password(_) | FieldKind::Text(_) => {
                field.hidden = true;
                field.required = true;
            }
            FieldKind::Email(_) => field.hidden = false,
            _ => {}
        }
    }
}

/// Puts the collection's name into its index texts. Those of a scaffold have no table yet, and their names end in
/// random characters in the place of the id.
fn point_indexes_here(collection: &mut Collection) {
    for text in &mut collection.indexes {
        let Some(mut index) = Index::parse(text) else { continue };
        if index.table == collection.name {
            continue;
        }
        if index.table.is_empty() {
            for own in &AUTH_INDEXES {
                let provisional = own.name("");
                let end = index.name.strip_prefix(&provisional).map_or(0, str::len);
                if end == defaults::PROVISIONAL_LENGTH {
                    index.name = own.name(&collection.id);
                }
            }
        }
        index.table.clone_from(&collection.name);
        *text = index.build();
    }
}

fn put_auth_indexes_back(collection: &mut Collection) {
    for own in &AUTH_INDEXES {
        if collection.unique_index(own.column).is_none() {
            collection.indexes.push(own.build(&collection.id, &collection.name));
        }
    }
}

fn put_auth_options_right(collection: &mut Collection, old: Option<&Collection>) {
    let is_superusers = collection.is_superusers();
    let names: HashSet<&str> = collection.fields.iter().map(|field| field.name.as_str()).collect();
    let CollectionKind::Auth(options) = &mut collection.kind else { return };
    let mapped = &mut options.oauth2.mapped_fields;
    for field in [&mut mapped.id, &mut mapped.name, &mut mapped.username, &mut mapped.avatar_url] {
        if !names.contains(field.as_str()) {
            field.clear();
        }
    }
    if is_superusers {
        options.oauth2.enabled = false;
        options.oauth2.providers.clear();
        options.password_auth.enabled = true;
        options.mfa.enabled |= options.otp.enabled;
    }
    // Who may no longer log in shall not stay logged in.
    let Some(old) = old.and_then(Collection::auth) else { return };
    if old.auth_rule.as_deref().unwrap_or_default() != options.auth_rule.as_deref().unwrap_or_default() {
        options.auth_token.secret = defaults::token_secret();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value as Json, json};

    use super::*;
    use crate::schema::system::system_collections;
    use crate::schema::wire::{Scaffold, merge, scaffold};

    fn object(json: Json) -> Map<String, Json> {
        let Json::Object(map) = json else { panic!("{json} is no object") };
        map
    }

    fn created(kind: Scaffold, body: Json) -> Collection {
        let mut collection = scaffold(kind);
        merge(&mut collection, &object(body), true).unwrap();
        normalise(&mut collection, None, &Schema::new(1, system_collections()));
        collection
    }

    fn updated(old: &Collection, body: Json) -> Collection {
        let mut collection = old.clone();
        merge(&mut collection, &object(body), false).unwrap();
        normalise(&mut collection, Some(old), &Schema::new(1, vec![old.clone()]));
        collection
    }

    fn names(collection: &Collection) -> Vec<&str> {
        collection.fields.iter().map(|field| field.name.as_str()).collect()
    }

    #[test]
    fn ids_come_of_type_and_name_with_a_number_where_they_are_taken() {
        let first = created(Scaffold::Base, json!({"name": "posts"}));
        assert_eq!(first.id, ids::checksum_id("pbc_", "baseposts"));
        let mut again = scaffold(Scaffold::Base);
        again.name = "posts".to_owned();
        normalise(&mut again, None, &Schema::new(1, vec![first.clone()]));
        assert_eq!(again.id, format!("{}2", first.id));
        assert_eq!(created(Scaffold::Base, json!({"name": "posts", "id": "mine"})).id, "mine");
    }

    #[test]
    fn field_ids_come_of_type_and_name() {
        let fields =
            json!([{"name": "a", "type": "text"}, {"name": "a", "type": "text"}, {"name": "id", "type": "text"}]);
        let collection = created(Scaffold::Base, json!({"name": "t", "fields": fields}));
        let id = ids::checksum_id("text", "a");
        assert_eq!(collection.fields[0].id, id);
        assert_eq!(collection.fields[1].id, format!("{id}2"));
        assert_eq!(collection.fields[2].id, "text3208210256");
        let again = updated(&collection, json!({"fields": [{"name": "a", "type": "text"}]}));
        assert_eq!(again.field("a").unwrap().id, id);
    }

    #[test]
    fn the_id_field_is_first_and_forced_into_shape() {
        let collection = created(Scaffold::Base, json!({"name": "t", "fields": [{"name": "x", "type": "bool"}]}));
        assert_eq!(names(&collection), ["id", "x"]);
        let fields = json!([
            {"name": "x", "type": "bool"},
            {"name": "id", "type": "text", "hidden": true, "min": 3, "autogeneratePattern": "[a-c]{5}"}
        ]);
        let collection = created(Scaffold::Base, json!({"name": "t", "fields": fields}));
        assert_eq!(names(&collection), ["x", "id"]);
        let id = collection.field("id").unwrap();
        assert!(id.system && id.required && !id.hidden && id.is_primary_key());
        let FieldKind::Text(options) = &id.kind else { panic!("{id:?}") };
        assert_eq!((options.min, options.pattern.as_str()), (3, "^[a-z0-9]+$"));
        let again = updated(&collection, json!({"fields": []}));
        assert_eq!(again.fields, std::slice::from_ref(id), "what is put back is what was stored");
    }

    #[test]
    fn auth_fields_and_indexes_are_put_back() {
        let collection = created(Scaffold::Auth, json!({"name": "people", "fields": [], "indexes": []}));
        assert_eq!(names(&collection), ["id", "password", "tokenKey", "email", "emailVisibility", "verified"]);
        let id = ids::checksum_id("pbc_", "authpeople");
        assert_eq!(
            collection.indexes,
            [
                format!("CREATE UNIQUE INDEX `idx_tokenKey_{id}` ON `people` (`tokenKey`)"),
                format!("CREATE UNIQUE INDEX `idx_email_{id}` ON `people` (`email`) WHERE `email` != ''"),
            ]
        );
        let scaffolded = created(Scaffold::Auth, json!({"name": "people"}));
        assert_eq!(scaffolded.indexes, collection.indexes, "the scaffold's names follow the id");
        let own = "CREATE UNIQUE INDEX i ON people (email COLLATE NOCASE)";
        let kept = updated(&collection, json!({"indexes": [own]}));
        assert_eq!(kept.indexes, [own.to_owned(), collection.indexes[0].clone()]);
        let long = created(Scaffold::Auth, json!({"name": "people", "id": "x".repeat(100)}));
        assert_eq!(Index::parse(&long.indexes[0]).unwrap().name.len(), 64);
    }

    #[test]
    fn auth_fields_keep_their_type_and_flags() {
        let fields = json!([
            {"id": "p", "name": "password", "type": "text"},
            {"id": "e", "name": "email", "type": "email", "hidden": true, "onlyDomains": ["a.com"]},
            {"id": "t", "name": "tokenKey", "type": "text", "min": 40},
            {"id": "v", "name": "verified", "type": "bool", "hidden": true}
        ]);
        let collection = created(Scaffold::Auth, json!({"name": "people", "fields": fields}));
        let password = collection.field("password").unwrap();
        assert_eq!((password.id.as_str(), password.type_name(), password.hidden), ("p", "password", true));
        let email = collection.field("email").unwrap();
        assert!(email.system && !email.hidden && !email.required);
        let FieldKind::Email(options) = &email.kind else { panic!("{email:?}") };
        assert_eq!(options.only_domains, Some(vec!["a.com".to_owned()]));
        let token_key = collection.field("tokenKey").unwrap();
        assert!(token_key.system && token_key.hidden && token_key.required);
        let FieldKind::Text(options) = &token_key.kind else { panic!("{token_key:?}") };
        assert_eq!(options.min, 40);
        assert!(collection.field("verified").unwrap().system);
        let renamed = json!({"fields": [{"id": "e", "name": "mail", "type": "email"}]});
        let renamed = updated(&collection, renamed);
        assert_eq!(renamed.field("mail").unwrap().id, "e");
        assert_eq!(renamed.field("email").unwrap().id, "e2");
        let dropped = updated(&collection, json!({"fields": []}));
        assert_eq!(dropped.field("email").unwrap().id, "e", "the column keeps its identity");
    }

    #[test]
    fn indexes_name_the_collection() {
        let kept = "create index i1 on t (a)";
        let body = json!({"name": "t", "indexes": [kept, "create index i2 on T (a, b)", "nonsense"]});
        let collection = created(Scaffold::Base, body);
        assert_eq!(collection.indexes, [kept, "CREATE INDEX `i2` ON `t` (\n  `a`,\n  `b`\n)", "nonsense"]);
        let renamed = updated(&collection, json!({"name": "u"}));
        assert_eq!(renamed.indexes[0], "CREATE INDEX `i1` ON `u` (`a`)");
        assert_eq!(renamed.id, collection.id);
    }

    #[test]
    fn superusers_sign_in_by_password_under_their_name() {
        let superusers = system_collections().into_iter().find(Collection::is_superusers).unwrap();
        let body = json!({
            "name": "other",
            "passwordAuth": {"enabled": false},
            "oauth2": {"enabled": true, "providers": [{"name": "github"}]},
            "otp": {"enabled": true}
        });
        let saved = updated(&superusers, body);
        let options = saved.auth().unwrap();
        assert_eq!(saved.name, SUPERUSERS);
        assert!(options.password_auth.enabled && !options.oauth2.enabled && options.oauth2.providers.is_empty());
        assert!(options.otp.enabled && options.mfa.enabled);
    }

    #[test]
    fn another_auth_rule_ends_all_sessions() {
        let people = created(Scaffold::Auth, json!({"name": "people"}));
        let secret = |collection: &Collection| collection.auth().unwrap().auth_token.secret.clone();
        assert_eq!(secret(&updated(&people, json!({"authRule": null}))), secret(&people));
        let stricter = updated(&people, json!({"authRule": "verified = true"}));
        assert_ne!(secret(&stricter), secret(&people));
        assert_eq!(secret(&stricter).len(), 50);
    }

    #[test]
    fn mapped_fields_that_are_gone_are_reset() {
        let mapped = json!({"oauth2": {"mappedFields": {"name": "title", "username": "gone"}}, "name": "people",
            "fields": [{"name": "title", "type": "text"}]});
        let people = created(Scaffold::Auth, mapped);
        let fields = &people.auth().unwrap().oauth2.mapped_fields;
        assert_eq!((fields.name.as_str(), fields.username.as_str()), ("title", ""));
    }

    #[test]
    fn what_is_in_shape_stays_as_it_is() {
        for collection in system_collections() {
            assert_eq!(updated(&collection, json!({})), collection);
        }
    }
}
