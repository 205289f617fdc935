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

#[tokio::test]
async fn many_children_go_with_their_parent_and_the_feed_tells_each() {
    let fields = json!([
        relation("parent", "parents", json!({"cascadeDelete": true, "maxSelect": 1})),
        field("name", "text", json!({})),
        field("score", "number", json!({})),
    ]);
    let house = House::with(vec![base("parents", json!([])), base("children", fields)]).await;
    let [first, second] =
        [house.create("parents", json!({})).await.unwrap(), house.create("parents", json!({})).await.unwrap()];
    for (parent, from, count) in [(&first, 0, 1500), (&second, 1500, 3)] {
        let id = text(parent, "id").to_owned();
        let rows = format!(
            "INSERT INTO children (id, parent, name, score)
             WITH RECURSIVE n(x) AS (SELECT {from} UNION ALL SELECT x + 1 FROM n LIMIT {count})
             SELECT 'child' || x, ?, 'say \"' || x || '\"', x / 2.0 FROM n"
        );
        let write =
            house.store.write(WriteLane::Exclusive, move |tx| tx.execute((rows.as_str(), &[id.as_str().into()])));
        assert_eq!(write.await.unwrap(), count);
    }
    delete(&house, "parents", text(&first, "id")).await.unwrap();
    assert_eq!(house.count("children"), 3);
    assert_eq!(house.count("parents"), 1);
    let mut told = Vec::new();
    let query = "SELECT data FROM _tb_changes WHERE record LIKE 'child%' AND op = 'delete' ORDER BY record";
    let read = house.store.read_here(|tx| {
        tx.rows(query, |row| {
            told.push(serde_json::from_str::<Json>(row.get(0).as_text()).unwrap());
            Ok(())
        })
    });
    read.unwrap();
    assert_eq!(told.len(), 1500);
    let child = told.iter().find(|child| child["id"] == "child7").unwrap();
    assert_eq!(*child, json!({"id": "child7", "parent": first["id"], "name": "say \"7\"", "score": 3.5}));
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

/// `count` rows of a table in one statement: `columns` of `values`, where `i` counts from 0.
async fn fill(house: &House, table: &str, columns: &str, values: &str, count: usize) {
    let sql = format!(
        "WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < {count} - 1) \
         INSERT INTO {table} ({columns}) SELECT {values} FROM c"
    );
    house.store.write(WriteLane::Exclusive, move |tx| tx.execute(sql.as_str()).map(drop)).await.unwrap();
}

/// Authors with books that go along, reviews of books that go along, and shelves that only hold books.
async fn library(shelf: Json, review: Json) -> House {
    let house = House::with(vec![
        base("authors", json!([])),
        base("books", json!([relation("author", "authors", json!({"maxSelect": 1, "cascadeDelete": true}))])),
        base("reviews", json!([relation("book", "books", review)])),
        base(
            "shelves",
            json!([relation("books", "books", shelf), field("updated", "autodate", json!({"onUpdate": true}))]),
        ),
    ])
    .await;
    fill(&house, "authors", "id", "printf('author%09d', i)", 2).await;
    fill(&house, "books", "id, author", "printf('book%011d', i), printf('author%09d', i % 2)", 3000).await;
    fill(&house, "reviews", "id, book", "printf('review%09d', i), printf('book%011d', i % 3000)", 6000).await;
    let list = "json_array(printf('book%011d', i), 'stranger', printf('book%011d', i + 1), printf('book%011d', i + 2))";
    fill(&house, "shelves", "id, books", &format!("printf('shelf%010d', i), {list}"), 2000).await;
    house
}

#[tokio::test]
async fn thousands_go_level_by_level_and_each_is_in_the_feed_once() {
    let go = json!({"maxSelect": 1, "cascadeDelete": true});
    let house = library(json!({"maxSelect": 9}), go).await;
    delete(&house, "authors", "author000000000").await.unwrap();
    let left = ["authors", "books", "reviews", "shelves"].map(|table| house.count(table));
    assert_eq!(left, [1, 1500, 3000, 2000]);
    // even shelves lose the first and the last book, odd ones that between them
    assert_eq!(
        house.stored("shelves", "shelf0000000010", "books").as_deref(),
        Some(r#"["stranger","book00000000011"]"#)
    );
    assert_eq!(
        house.stored("shelves", "shelf0000000011", "books").as_deref(),
        Some(r#"["book00000000011","stranger","book00000000013"]"#)
    );
    assert_ne!(house.stored("shelves", "shelf0000000011", "updated").as_deref(), Some(""));
    let mut changes = Vec::new();
    let query = "SELECT collection || ' ' || op || ' ' || count(*) || ' ' || count(DISTINCT record) || ' ' || count(data) \
                 FROM _tb_changes GROUP BY collection, op ORDER BY min(seq)";
    let read = house.store.read_here(|tx| {
        tx.rows(query, |row| {
            changes.push(row.get(0).as_text().to_owned());
            Ok(())
        })
    });
    read.unwrap();
    assert_eq!(
        changes.iter().map(|line| line.split_once(' ').unwrap().1).collect::<Vec<_>>(),
        ["delete 1 1 1", "delete 1500 1500 1500", "delete 3000 3000 3000", "update 2000 2000 2000"]
    );
}

#[tokio::test]
async fn a_required_reference_deep_in_a_cascade_refuses_all_of_it() {
    let house = library(json!({"maxSelect": 9}), json!({"maxSelect": 1, "required": true})).await;
    let error = delete(&house, "authors", "author000000000").await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error}");
    let left = ["authors", "books", "reviews", "shelves", "_tb_changes"].map(|table| house.count(table));
    assert_eq!(left, [2, 3000, 6000, 2000, 0]);
}

#[tokio::test]
async fn what_went_by_an_earlier_reference_holds_nobody_any_more() {
    // `boxes` come before `chairs` by name, and take along the chair that would refuse
    let house = House::with(vec![
        base("rooms", json!([])),
        base("boxes", json!([relation("room", "rooms", json!({"maxSelect": 1, "cascadeDelete": true}))])),
        base(
            "chairs",
            json!([
                relation("room", "rooms", json!({"maxSelect": 1, "required": true})),
                relation("box", "boxes", json!({"maxSelect": 1, "cascadeDelete": true})),
            ]),
        ),
    ])
    .await;
    let room = house.create("rooms", json!({})).await.unwrap();
    let carton = house.create("boxes", json!({"room": room["id"]})).await.unwrap();
    house.create("chairs", json!({"room": room["id"], "box": carton["id"]})).await.unwrap();
    delete(&house, "rooms", text(&room, "id")).await.unwrap();
    assert_eq!(["rooms", "boxes", "chairs"].map(|table| house.count(table)), [0, 0, 0]);
}
