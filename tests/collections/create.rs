//! Making collections.

use std::sync::Arc;

use serde_json::json;
use tuckbox::collections::{reload, seed};
use tuckbox::schema::Published;
use tuckbox::store::WriteLane;

use super::{House, fault, message, object, text};

#[tokio::test]
async fn a_fresh_database_has_the_system_collections_once() {
    let house = House::new().await;
    let names = "SELECT name FROM _collections ORDER BY rowid";
    let expected = ["_mfas", "_otps", "_externalAuths", "_authOrigins", "_superusers", "users"];
    assert_eq!(house.texts(names).await, expected);
    house.store.write(WriteLane::Exclusive, seed).await.expect("nothing to do");
    assert_eq!(house.texts(names).await, expected);
    assert_eq!(house.texts("SELECT id FROM _superusers").await, [] as [&str; 0]);
}

#[tokio::test]
async fn what_is_answered_is_published_and_read_back_the_same() {
    let house = House::new().await;
    let before = house.schema.current().version;
    let made = house.has(json!({"name": "t", "type": "auth", "fields": [text("f1", "a")]})).await;
    let published = house.schema.current();
    assert_eq!(published.version, before + 1);
    assert_eq!(published.find("T").expect("published").to_json(), made);
    let again = Arc::new(Published::default());
    reload(&house.store, &again).expect("read");
    assert_eq!(again.current().all(), published.all());
}

#[tokio::test]
async fn reading_the_same_collections_again_publishes_nothing() {
    let house = House::new().await;
    let before = house.schema.current();
    reload(&house.store, &house.schema).expect("read");
    assert!(Arc::ptr_eq(&before, &house.schema.current()));
}

#[tokio::test]
async fn collections_made_at_once_are_all_there_and_a_name_is_taken_once() {
    let house = House::new().await;
    let create = |name: String| {
        let room = house.collections.clone();
        tokio::spawn(async move { room.create(object(json!({"name": name, "fields": [text("f1", "a")]}))).await })
    };
    let different: Vec<_> = (0..12).map(|number| create(format!("t{number}"))).collect();
    let same: Vec<_> = (0..6).map(|_| create("same".into())).collect();
    for task in different {
        task.await.expect("no panic").expect("made");
    }
    let mut made = 0;
    for task in same {
        match task.await.expect("no panic") {
            Ok(_) => made += 1,
            refused => assert_eq!(fault(refused, &["name"]).0, "validation_collection_name_exists"),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(house.schema.current().all().len(), 6 + 12 + 1);
    assert_eq!(house.texts("SELECT name FROM _collections").await.len(), 6 + 12 + 1);
}

#[tokio::test]
async fn a_body_that_cannot_be_read_and_a_type_that_is_unknown_are_refused() {
    let house = House::new().await;
    let create = |body| house.collections.create(object(body));
    let first = message(create(json!({"type": 5})).await);
    assert_eq!(first, "Failed to load the collection type data due to invalid formatting.");
    let second = message(create(json!({"name": "t", "fields": [{"name": "a", "type": "nope"}]})).await);
    assert_eq!(second, "Failed to load the submitted data due to invalid formatting.");
    let unknown = create(json!({"name": "t", "type": "nope"})).await;
    assert_eq!(fault(unknown, &["type"]), ("validation_in_invalid", "Must be a valid value.".into()));
    assert_eq!(fault(create(json!({})).await, &["name"]).0, "validation_required");
}

#[tokio::test]
async fn all_rules_and_fields_at_fault_are_told_at_once() {
    let house = House::new().await;
    let body = json!({
        "name": "t",
        "fields": [text("f1", "a"), text("f2", "A")],
        "listRule": "zz = 1",
        "viewRule": "a = '",
        "createRule": "a = 'x'",
    });
    let refused = || house.collections.create(object(body.clone()));
    let (code, text) = fault(refused().await, &["listRule"]);
    assert_eq!(code, "validation_invalid_rule");
    assert_eq!(text, "Invalid rule. Raw error: invalid left operand \"zz\" - unknown field \"zz\".");
    assert_eq!(fault(refused().await, &["viewRule"]).0, "validation_invalid_rule");
    assert_eq!(fault(refused().await, &["fields", "2", "name"]).0, "validation_duplicated_field_name");
    assert_eq!(message(refused().await), "Failed to create collection.");
}

#[tokio::test]
async fn a_name_that_the_engine_reserves_is_told_in_its_words() {
    let house = House::new().await;
    let refused = house.collections.create(object(json!({"name": "sqlite_x"}))).await;
    let expected = "Failed to create collection. Raw error: \nobject name reserved for internal use: sqlite_x";
    assert_eq!(message(refused), expected);
    assert!(house.collections.view("sqlite_x").is_err());
}

#[tokio::test]
async fn an_index_name_of_another_table_is_refused() {
    let house = House::new().await;
    let body = json!({"name": "t", "indexes": ["CREATE INDEX idx_otps_collectionRef_recordRef ON t (id)"]});
    let refused = house.collections.create(object(body)).await;
    let text = "The index name is already used in _otps collection.";
    assert_eq!(fault(refused, &["indexes", "0"]), ("validation_existing_index_name", text.into()));
}

#[tokio::test]
async fn names_from_the_language_are_only_names() {
    let house = House::new().await;
    for name in ["select", "true", "null", "1", "_t"] {
        house.has(json!({"name": name, "fields": [text("f1", "select"), text("f2", "Expand"), text("f3", "1")]})).await;
        house.update(name, json!({"fields": [text("f1", "from"), text("f3", "order")]})).await.expect("altered");
    }
}

#[tokio::test]
async fn lists_that_no_table_can_have_are_refused_at_once() {
    let house = House::new().await;
    let fields: Vec<_> = (0..100_000).map(|number| json!({"name": format!("f{number}"), "type": "text"})).collect();
    let refused = house.collections.create(object(json!({"name": "t", "fields": fields}))).await;
    assert!(message(refused).starts_with("Failed to create collection. Raw error: \ntoo many columns"));
    let indexes: Vec<_> = (0..100_000).map(|number| format!("CREATE INDEX i{number} ON t (id)")).collect();
    let refused = house.collections.create(object(json!({"name": "t", "indexes": indexes}))).await;
    assert!(message(refused).starts_with("Failed to create collection. Raw error: \ntoo many indexes"));
}
