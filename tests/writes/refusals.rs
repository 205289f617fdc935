//! What is refused, with which code, and that nothing is written then.

use serde_json::json;
use tuckbox::error::Error;

use super::house::{House, base, code, codes, field, guest, input, superuser, text};

#[tokio::test]
async fn each_field_of_a_unique_index_is_told() {
    let mut places = base("places", json!([field("city", "text", json!({})), field("street", "text", json!({}))]));
    places.indexes = vec!["CREATE UNIQUE INDEX idx_place ON places (city, street)".into()];
    let house = House::with(vec![places]).await;
    house.create("places", json!({"city": "a", "street": "b"})).await.unwrap();
    let expected = [("city".to_owned(), "validation_not_unique"), ("street".to_owned(), "validation_not_unique")];
    assert_eq!(codes(house.create("places", json!({"city": "a", "street": "b"})).await), expected);
    let other = house.create("places", json!({"city": "a", "street": "c"})).await.unwrap();
    let refused = house.update("places", text(&other, "id"), json!({"street": "b"})).await;
    assert_eq!(codes(refused), expected);
    assert_eq!((house.count("places"), house.count("_tb_changes")), (2, 2));
}

#[tokio::test]
async fn an_index_over_an_expression_refuses_the_whole() {
    let mut names = base("names", json!([field("name", "text", json!({}))]));
    names.indexes = vec!["CREATE UNIQUE INDEX idx_lower ON names (lower(name))".into()];
    let house = House::with(vec![names]).await;
    house.create("names", json!({"name": "a"})).await.unwrap();
    assert_eq!(codes(house.create("names", json!({"name": "A"})).await), []);
}

#[tokio::test]
async fn ids_are_checked_and_never_change() {
    let house = House::with(vec![base("notes", json!([]))]).await;
    let id = "abcdefghijklmno";
    house.create("notes", json!({"id": id})).await.unwrap();
    let refused = |given: &'static str| house.create("notes", json!({"id": given}));
    assert_eq!(code(refused("abcdefghijklmno").await), ("id".into(), "validation_not_unique"));
    assert_eq!(code(refused("short").await), ("id".into(), "validation_min_text_constraint"));
    assert_eq!(code(refused("abcdefghijklmnop").await), ("id".into(), "validation_max_text_constraint"));
    assert_eq!(code(refused("abc' OR 1=1 -- ").await), ("id".into(), "validation_invalid_format"));
    assert_eq!(code(house.update("notes", id, json!({"id": "other"})).await), ("id".into(), "validation_pk_change"));
    house.update("notes", id, json!({"id": id})).await.unwrap();
    let generated = house.create("notes", json!({"id": ""})).await.unwrap();
    assert_eq!(text(&generated, "id").len(), 15);
}

#[tokio::test]
async fn ids_of_another_pattern_differ_in_more_than_case() {
    let mut free = base("free", json!([]));
    free.fields[0] = tuckbox::schema::Field::from_json(
        json!({"name": "id", "id": "text3208210256", "type": "text", "system": true, "required": true,
               "primaryKey": true, "pattern": "^.+$"})
        .as_object()
        .unwrap(),
    )
    .unwrap();
    let house = House::with(vec![free]).await;
    house.create("free", json!({"id": "Abc"})).await.unwrap();
    let refused = |given: &'static str| house.create("free", json!({"id": given}));
    assert_eq!(code(refused("aBC").await), ("id".into(), "validation_pk_invalid"));
    assert_eq!(code(refused("../x").await), ("id".into(), "validation_forbidden_pk_character"));
    assert_eq!(code(refused("nul").await), ("id".into(), "validation_reserved_pk"));
    assert_eq!(code(refused("").await), ("id".into(), "validation_required"));
}

#[tokio::test]
async fn all_fields_are_checked_together() {
    let fields = json!([
        field("title", "text", json!({"required": true})),
        field("count", "number", json!({"max": 3})),
        field("mail", "email", json!({})),
    ]);
    let house = House::with(vec![base("things", fields)]).await;
    let refused = codes(house.create("things", json!({"count": 4, "mail": "x"})).await);
    assert_eq!(
        refused,
        [
            ("title".into(), "validation_required"),
            ("count".into(), "validation_max_number_constraint"),
            ("mail".into(), "validation_is_email"),
        ]
    );
}

#[tokio::test]
async fn rules_decide_who_writes() {
    let mut notes = base("notes", json!([field("title", "text", json!({})), field("n", "number", json!({}))]));
    notes.create_rule = Some("@request.body.n = 5 && title != 'bad' && id != ''".into());
    notes.update_rule = Some("n < 10 && @request.body.n:changed = true".into());
    notes.delete_rule = Some("title = 'gone'".into());
    let mut closed = base("closed", json!([]));
    closed.create_rule = None;
    closed.update_rule = None;
    closed.delete_rule = None;
    let house = House::with(vec![notes, closed]).await;

    assert_eq!(codes(house.create("notes", json!({"n": 4})).await), []);
    assert_eq!(codes(house.create("notes", json!({"n": 5, "title": "bad"})).await), []);
    let made = house.create("notes", json!({"n+": 2, "n": 3})).await.unwrap();
    let id = text(&made, "id");
    assert!(matches!(house.update("notes", id, json!({"n": 5})).await, Err(Error::NotFound(_))));
    house.update("notes", id, json!({"n": 10})).await.unwrap();
    assert!(matches!(house.update("notes", id, json!({"n": 11})).await, Err(Error::NotFound(_))));
    assert!(matches!(house.records.delete(&guest(), "notes", id).await, Err(Error::NotFound(_))));
    house.update_as(&superuser(), "notes", id, input(json!({"title": "gone"}))).await.unwrap();
    house.records.delete(&guest(), "notes", id).await.unwrap();

    assert!(matches!(house.create("closed", json!({})).await, Err(Error::Forbidden(_))));
    assert!(matches!(house.update("closed", "nobody", json!({})).await, Err(Error::Forbidden(_))));
    assert!(matches!(house.records.delete(&guest(), "closed", "nobody").await, Err(Error::Forbidden(_))));
    house.create_as(&superuser(), "closed", input(json!({}))).await.unwrap();
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let house = House::with(vec![base("notes", json!([]))]).await;
    assert!(matches!(house.create("nowhere", json!({})).await, Err(Error::NotFound(_))));
    assert!(matches!(house.update("notes", "nobody", json!({})).await, Err(Error::NotFound(_))));
    assert!(matches!(house.records.delete(&guest(), "notes", "no' --").await, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn hidden_fields_are_the_superusers() {
    let house = House::with(vec![base("notes", json!([field("secret", "text", json!({"hidden": true}))]))]).await;
    let made = house.create("notes", json!({"secret": "x"})).await.unwrap();
    assert_eq!(house.stored("notes", text(&made, "id"), "secret").as_deref(), Some(""));
    let made = house.create_as(&superuser(), "notes", input(json!({"secret": "x"}))).await.unwrap();
    assert_eq!(made["secret"], "x");
}
