//! What goes with a deleted record, and what keeps it.

use serde_json::{Value as Json, json};
use tuckbox::error::Error;
use tuckbox::store::{Sql, WriteLane};

use super::house::{House, base, code, field, guest, relation, superuser, text};

async fn delete(house: &House, collection: &str, id: &str) -> Result<(), Error> {
    house.records.delete(&guest(), collection, id).await
}

#[tokio::test]
async fn a_chain_of_two_thousand_records_goes_with_its_first() {
    let chain = base("links", json!([relation("next", "links", json!({"cascadeDelete": true, "maxSelect": 1}))]));
    let house = House::with(vec![chain]).await;
    house
        .store
        .write(WriteLane::Exclusive, |tx| {
            tx.define("CREATE INDEX _tb_next ON links (next)")?;
            for at in 0..2000 {
                let before = if at == 0 { String::new() } else { format!("link{:011}", at - 1) };
                let mut sql = Sql::raw("INSERT INTO links (id, next) VALUES (");
                sql.bind(format!("link{at:011}")).push(", ").bind(before).push(")");
                tx.execute(&sql)?;
            }
            Ok(())
        })
        .await
        .unwrap();
    delete(&house, "links", "link00000000000").await.unwrap();
    assert_eq!(house.count("links"), 0);
    assert_eq!(house.count("_tb_changes"), 2000);
}

#[tokio::test]
async fn a_ring_goes_whole() {
    let ring = base("rings", json!([relation("next", "rings", json!({"cascadeDelete": true}))]));
    let house = House::with(vec![ring]).await;
    let first = house.create("rings", json!({})).await.unwrap();
    let second = house.create("rings", json!({"next": first["id"]})).await.unwrap();
    house.update("rings", text(&first, "id"), json!({"next": second["id"]})).await.unwrap();
    house.update("rings", text(&second, "id"), json!({"next": second["id"]})).await.unwrap();
    delete(&house, "rings", text(&second, "id")).await.unwrap();
    assert_eq!(house.count("rings"), 0);
}

async fn with_reference(options: Json) -> (House, Json, Json) {
    let authors = base("authors", json!([field("name", "text", json!({}))]));
    let fields =
        json!([relation("author", "authors", options), field("updated", "autodate", json!({"onUpdate": true})),]);
    let house = House::with(vec![authors, base("books", fields)]).await;
    let author = house.create("authors", json!({"name": "a"})).await.unwrap();
    let book = house.create("books", json!({"author": author["id"]})).await.unwrap();
    (house, author, book)
}

#[tokio::test]
async fn a_required_reference_keeps_the_record_and_nothing_changes() {
    let (house, author, book) = with_reference(json!({"required": true})).await;
    let changes = house.count("_tb_changes");
    let error = delete(&house, "authors", text(&author, "id")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Failed to delete record. Make sure that the record is not part of a required relation reference."
    );
    assert!(matches!(error, Error::Invalid(_)));
    assert_eq!(house.stored("authors", text(&author, "id"), "name").as_deref(), Some("a"));
    assert_eq!(house.stored("books", text(&book, "id"), "author").as_deref(), author["id"].as_str());
    assert_eq!(house.count("_tb_changes"), changes);
}

#[tokio::test]
async fn a_plain_reference_is_emptied_and_its_dates_are_refreshed() {
    let (house, author, book) = with_reference(json!({})).await;
    assert_eq!(book["updated"], "");
    delete(&house, "authors", text(&author, "id")).await.unwrap();
    assert_eq!(house.stored("books", text(&book, "id"), "author").as_deref(), Some(""));
    assert_ne!(house.stored("books", text(&book, "id"), "updated").as_deref(), Some(""));
}

#[tokio::test]
async fn a_list_goes_with_its_last_element_only() {
    let (house, first, book) = with_reference(json!({"maxSelect": 5, "cascadeDelete": true})).await;
    let second = house.create("authors", json!({})).await.unwrap();
    house.update("books", text(&book, "id"), json!({"author+": second["id"]})).await.unwrap();
    delete(&house, "authors", text(&first, "id")).await.unwrap();
    let left = house.stored("books", text(&book, "id"), "author").unwrap();
    assert_eq!(left, json!([second["id"]]).to_string());
    delete(&house, "authors", text(&second, "id")).await.unwrap();
    assert_eq!(house.count("books"), 0);
}

#[tokio::test]
async fn a_relation_to_nobody_is_refused() {
    let (house, _, book) = with_reference(json!({"maxSelect": 5})).await;
    let missing = "aaaaaaaaaaaaaaa";
    let expected = ("author".to_owned(), "validation_missing_rel_records");
    assert_eq!(code(house.create("books", json!({"author": missing})).await), expected);
    assert_eq!(code(house.update("books", text(&book, "id"), json!({"author+": missing})).await), expected);
}

#[tokio::test]
async fn a_record_deleted_again_is_not_found() {
    let (house, author, _) = with_reference(json!({})).await;
    delete(&house, "authors", text(&author, "id")).await.unwrap();
    assert!(matches!(delete(&house, "authors", text(&author, "id")).await, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn the_only_superuser_stays() {
    let house = House::with_accounts().await;
    let account = |email: &str| {
        super::house::input(json!({"email": email, "password": "1234567890", "passwordConfirm": "1234567890"}))
    };
    let first = house.create_as(&superuser(), "_superusers", account("a@example.com")).await.unwrap();
    let refused = house.records.delete(&superuser(), "_superusers", text(&first, "id")).await.unwrap_err();
    assert_eq!(refused.to_string(), "You can't delete the only existing superuser.");
    house.create_as(&superuser(), "_superusers", account("b@example.com")).await.unwrap();
    house.records.delete(&superuser(), "_superusers", text(&first, "id")).await.unwrap();
    assert_eq!(house.count("_superusers"), 1);
}
