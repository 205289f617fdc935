//! Writers that meet at one record.

use std::sync::Arc;

use serde_json::json;

use tuckbox::schema::Field;

use super::house::{House, base, code, field, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn additions_of_many_writers_are_all_counted() {
    let house = Arc::new(House::with(vec![base("counters", json!([field("count", "number", json!({}))]))]).await);
    let record = house.create("counters", json!({"count": 5})).await.unwrap();
    let id = text(&record, "id").to_owned();
    let tasks: Vec<_> = (0..40)
        .map(|_| {
            let (house, id) = (Arc::clone(&house), id.clone());
            tokio::spawn(async move {
                for _ in 0..10 {
                    house.update("counters", &id, json!({"count+": 1})).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(house.stored("counters", &id, "count").as_deref(), Some("405"));
    assert_eq!(house.count("_tb_changes"), 401, "each write has its change");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_record_that_is_deleted_meanwhile_is_not_found_and_does_not_come_back() {
    let house = Arc::new(House::with(vec![base("notes", json!([field("title", "text", json!({}))]))]).await);
    for _ in 0..20 {
        let record = house.create("notes", json!({"title": "a"})).await.unwrap();
        let id = text(&record, "id").to_owned();
        let updating = {
            let (house, id) = (Arc::clone(&house), id.clone());
            tokio::spawn(async move { house.update("notes", &id, json!({"title": "b"})).await })
        };
        house.records.delete(&super::house::guest(), "notes", &id).await.unwrap();
        let updated = updating.await.unwrap();
        assert!(matches!(updated, Ok(_) | Err(tuckbox::error::Error::NotFound(_))), "{updated:?}");
        assert_eq!(house.stored("notes", &id, "title"), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_equal_creates_exactly_one_wins() {
    let mut unique = base("tags", json!([field("name", "text", json!({}))]));
    unique.indexes = vec!["CREATE UNIQUE INDEX idx_name ON tags (name)".into()];
    let house = Arc::new(House::with(vec![unique]).await);
    let tasks: Vec<_> = (0..30)
        .map(|_| {
            let house = Arc::clone(&house);
            tokio::spawn(async move { house.create("tags", json!({"name": "same"})).await.is_ok() })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        won += usize::from(task.await.unwrap());
    }
    assert_eq!((won, house.count("tags")), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_ids_that_differ_in_case_alone_exactly_one_wins() {
    let mut named = base("names", json!([]));
    let id = json!({
        "id": "text3208210256", "name": "id", "type": "text", "system": true, "required": true, "primaryKey": true,
        "min": 1, "max": 50, "pattern": "^\\w+$",
    });
    named.fields[0] = Field::from_json(id.as_object().unwrap()).unwrap();
    let house = Arc::new(House::with(vec![named]).await);
    for round in 1..=20 {
        let ids = ["abcd", "ABCD", "Abcd", "aBcD", "abCD", "ABcd", "abcD", "aBCd"].map(|id| format!("{id}{round}"));
        let tasks = ids.map(|id| {
            let house = Arc::clone(&house);
            tokio::spawn(async move { house.create("names", json!({"id": id})).await })
        });
        for task in tasks {
            if let refused @ Err(_) = task.await.unwrap() {
                assert_eq!(code(refused), ("id".to_owned(), "validation_pk_invalid"));
            }
        }
        assert_eq!(house.count("names"), round, "one of each round");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn additions_under_a_rule_that_walks_through_a_table_are_all_counted() {
    let mut counters = base("counters", json!([field("count", "number", json!({}))]));
    counters.update_rule = Some("@collection.gates.open ?= true".to_owned());
    let gates = base("gates", json!([field("open", "bool", json!({}))]));
    let house = Arc::new(House::with(vec![counters, gates]).await);
    house.create("gates", json!({"open": true})).await.unwrap();
    let id = text(&house.create("counters", json!({})).await.unwrap(), "id").to_owned();
    let tasks: Vec<_> = (0..40)
        .map(|_| {
            let (house, id) = (Arc::clone(&house), id.clone());
            tokio::spawn(async move { house.update("counters", &id, json!({"count+": 1})).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(house.stored("counters", &id, "count").as_deref(), Some("40"));
}
