//! Many records at once: what a create does, row by row, and what is different.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use tuckbox::context::RequestContext;
use tuckbox::error::{Error, FieldError, Result};
use tuckbox::records::{Bulk, BulkOptions, Existing, Links, Outcome};

use super::house::{House, base, field, guest, input, relation, text};

fn rows(rows: Vec<Json>) -> Vec<Map<String, Json>> {
    rows.into_iter().map(|row| row.as_object().unwrap().clone()).collect()
}

fn bulk(house: &House, collection: &str, options: BulkOptions) -> Bulk {
    house.records.bulk(&RequestContext::internal(), collection, options).unwrap()
}

/// What became of each row: a word, or the fault of a field.
fn told(outcomes: &[Result<Outcome>], field: &str) -> Vec<String> {
    let tell = |outcome: &Result<Outcome>| match outcome {
        Ok(Outcome::Created(_)) => "created".to_owned(),
        Ok(Outcome::Existing(_)) => "existing".to_owned(),
        Err(Error::Invalid(invalid)) => match invalid.fields.get(field) {
            Some(FieldError::Leaf(fault)) => fault.code.to_owned(),
            _ => "another field".to_owned(),
        },
        Err(error) => panic!("{error}"),
    };
    outcomes.iter().map(tell).collect()
}

async fn notes() -> House {
    let mut notes = base(
        "notes",
        json!([
            field("title", "text", json!({"required": true})),
            field("slug", "text", json!({"autogeneratePattern": "s-[a-z]{8}"})),
            field("count", "number", json!({"max": 10})),
            field("file", "file", json!({})),
            relation("parent", "notes", json!({})),
            field("created", "autodate", json!({"onCreate": true})),
        ]),
    );
    notes.indexes = vec!["CREATE UNIQUE INDEX idx_title ON notes (title)".into()];
    House::with(vec![notes]).await
}

#[tokio::test]
async fn each_row_becomes_a_record_as_a_create_would_make_it() {
    let house = notes().await;
    let all = rows((0..1_200).map(|number| json!({"title": format!("n{number}"), "count": "3"})).collect());
    let bulk = bulk(&house, "notes", BulkOptions::default());
    let outcomes = bulk.create(all).await.unwrap();
    let ids: Vec<&str> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Ok(Outcome::Created(id)) => id.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!((ids.len(), bulk.created()), (1_200, 1_200));
    assert_eq!(house.stored("notes", ids[1_199], "title").as_deref(), Some("n1199"), "rows keep their order");
    assert_eq!(house.stored("notes", ids[7], "count").as_deref(), Some("3"), "values are cast");
    assert!(house.stored("notes", ids[7], "slug").unwrap().starts_with("s-"), "patterns generate");
    assert!(house.stored("notes", ids[7], "created").unwrap().starts_with("20"), "dates are set");
    assert_eq!(house.count("_tb_changes"), 1_200, "each has its change in the feed");
}

#[tokio::test]
async fn a_bad_row_leaves_only_itself_out() {
    let house = notes().await;
    let bulk = bulk(&house, "notes", BulkOptions::default());
    let outcomes = bulk
        .create(rows(vec![
            json!({"id": "aaaaaaaaaaaaaaa", "title": "a"}),
            json!({"count": 1}),
            json!({"title": "a"}),
            json!({"title": "b", "count": 11}),
            json!({"title": "c", "file": "picture.png"}),
            json!({"title": "d", "parent": "bbbbbbbbbbbbbbb"}),
            json!({"title": "e", "parent": "aaaaaaaaaaaaaaa"}),
            json!({"id": "aaaaaaaaaaaaaaa", "title": "f"}),
            json!({"id": "short", "title": "g"}),
        ]))
        .await
        .unwrap();
    let codes: Vec<String> =
        [(1, "title"), (2, "title"), (3, "count"), (4, "file"), (5, "parent"), (7, "id"), (8, "id")]
            .iter()
            .map(|(at, field)| told(&outcomes[*at..=*at], field).remove(0))
            .collect();
    assert_eq!(
        codes,
        [
            "validation_required",
            "validation_not_unique",
            "validation_max_number_constraint",
            "validation_invalid_file",
            "validation_missing_rel_records",
            "validation_not_unique",
            "validation_min_text_constraint",
        ]
    );
    assert_eq!(told(&outcomes[6..=6], ""), ["created"], "a row may point to one before it");
    assert_eq!((house.count("notes"), house.count("_tb_changes"), bulk.created()), (2, 2, 2));
}

#[tokio::test]
async fn rows_that_are_there_already_can_be_skipped() {
    let house = notes().await;
    let again = || rows((0..700).map(|n| json!({"id": format!("{n:015}"), "title": format!("n{n}")})).collect());
    let first = bulk(&house, "notes", BulkOptions::default()).create(again()).await.unwrap();
    assert!(first.iter().all(Result::is_ok));
    let options = BulkOptions { existing: Existing::Skip, ..BulkOptions::default() };
    let mut second = again();
    second.push(rows(vec![json!({"title": "new"})]).remove(0));
    let second = bulk(&house, "notes", options).create(second).await.unwrap();
    let told = told(&second, "id");
    assert!(told[..700].iter().all(|word| word == "existing"));
    assert_eq!((told[700].as_str(), house.count("notes")), ("created", 701));
}

#[tokio::test]
async fn trusted_links_are_not_looked_up() {
    let house = notes().await;
    let options = BulkOptions { links: Links::Trusted, ..BulkOptions::default() };
    let outcomes = bulk(&house, "notes", options)
        .create(rows(vec![json!({"title": "a", "parent": "comeslater00000"})]))
        .await
        .unwrap();
    assert_eq!(told(&outcomes, "parent"), ["created"]);
}

#[tokio::test]
async fn dates_of_rows_are_kept_where_asked() {
    let house = notes().await;
    let options = BulkOptions { keep_dates: true, ..BulkOptions::default() };
    let given = || {
        rows(vec![
            json!({"id": "aaaaaaaaaaaaaaa", "title": "a", "created": "2001-02-03 04:05:06Z"}),
            json!({"id": "bbbbbbbbbbbbbbb", "title": "b", "created": ""}),
            json!({"id": "ccccccccccccccc", "title": "c", "created": "once"}),
        ])
    };
    let outcomes = bulk(&house, "notes", options).create(given()).await.unwrap();
    assert_eq!(told(&outcomes, "created"), ["created", "created", "validation_invalid_value"]);
    let created = |id: &str| house.stored("notes", id, "created").unwrap();
    assert_eq!(created("aaaaaaaaaaaaaaa"), "2001-02-03 04:05:06.000Z");
    assert!(created("bbbbbbbbbbbbbbb").as_str() > "2020");
    let house = notes().await;
    let outcomes = bulk(&house, "notes", BulkOptions::default()).create(given()).await.unwrap();
    assert_eq!(told(&outcomes, "created"), ["created", "created", "created"], "otherwise the server sets them");
    assert!(house.stored("notes", "aaaaaaaaaaaaaaa", "created").unwrap().as_str() > "2020");
}

#[tokio::test]
async fn a_dry_run_tells_the_same_and_writes_nothing() {
    let house = notes().await;
    let options = BulkOptions { dry_run: true, ..BulkOptions::default() };
    let mut all = vec![json!({"id": "aaaaaaaaaaaaaaa", "title": "first"})];
    all.extend((0..1_000).map(|number| json!({"title": format!("n{number}")})));
    all.push(json!({"id": "aaaaaaaaaaaaaaa", "title": "again"}));
    all.push(json!({"title": "points", "parent": "aaaaaaaaaaaaaaa"}));
    all.push(json!({"title": "points astray", "parent": "bbbbbbbbbbbbbbb"}));
    let bulk = bulk(&house, "notes", options);
    let outcomes = bulk.create(rows(all)).await.unwrap();
    assert!(outcomes[..1_001].iter().all(Result::is_ok));
    assert_eq!(told(&outcomes[1_001..1_002], "id"), ["validation_not_unique"]);
    assert_eq!(told(&outcomes[1_002..], "parent"), ["created", "validation_missing_rel_records"]);
    assert_eq!((house.count("notes"), house.count("_tb_changes"), bulk.created()), (0, 0, 0));
}

#[tokio::test]
async fn accounts_get_their_hash_and_token_key() {
    let house = House::with_accounts().await;
    let options = BulkOptions { existing: Existing::Skip, ..BulkOptions::default() };
    let all = || {
        rows(vec![
            json!({"id": "aaaaaaaaaaaaaaa", "email": "a@example.com", "password": "1234567890", "verified": true}),
            json!({"email": "b@example.com"}),
            json!({"email": "c@example.com", "password": "short"}),
            json!({"email": "a@example.com", "password": "1234567890"}),
        ])
    };
    let outcomes = bulk(&house, "users", options).create(all()).await.unwrap();
    assert_eq!(
        told(&outcomes, "password"),
        ["created", "validation_required", "validation_min_text_constraint", "another field"]
    );
    let stored = |column: &str| house.stored("users", "aaaaaaaaaaaaaaa", column).unwrap();
    assert!(stored("password").starts_with("$argon2id$"));
    assert_eq!((stored("tokenKey").len() >= 30, stored("verified").as_str()), (true, "1"));
    let again = bulk(&house, "users", options).create(all()).await.unwrap();
    assert_eq!(told(&again, "password")[0], "existing");
    assert_eq!(house.count("users"), 1);
}

#[tokio::test]
async fn only_superusers_come_with_many() {
    let house = notes().await;
    let refused = house.records.bulk(&guest(), "notes", BulkOptions::default());
    assert!(matches!(refused, Err(Error::Forbidden(_))));
    let missing = house.records.bulk(&RequestContext::internal(), "nothing", BulkOptions::default());
    assert!(matches!(missing, Err(Error::NotFound(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn others_write_meanwhile_and_nothing_is_lost() {
    let house = Arc::new(notes().await);
    let many = {
        let house = Arc::clone(&house);
        tokio::spawn(async move {
            let all = rows((0..3_000).map(|number| json!({"title": format!("bulk{number}")})).collect());
            bulk(&house, "notes", BulkOptions::default()).create(all).await.unwrap().len()
        })
    };
    let mut single = 0;
    while !many.is_finished() {
        let made = house.create_as(&guest(), "notes", input(json!({"title": format!("single{single}")}))).await;
        assert_eq!(text(&made.unwrap(), "title"), format!("single{single}"));
        single += 1;
    }
    assert_eq!(many.await.unwrap(), 3_000);
    assert_eq!(house.count("notes"), 3_000 + single);
    assert_eq!(house.count("_tb_changes"), 3_000 + single);
}
