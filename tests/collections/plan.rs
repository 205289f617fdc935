//! What a change is told to come to, where the records or the moment make the difference.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value as Json, json};

use super::{House, fault, text};

fn tags(max: i64) -> Json {
    json!({"id": "tags", "name": "tags", "type": "select", "values": ["a", "b", "c"], "maxSelect": max})
}

fn is_refused() -> Json {
    json!([{"effect": "refuses", "count": 2, "examples": ["r1", "r2"]}])
}

/// The step about an index.
fn step<'a>(plan: &'a Json, index: &str) -> &'a Json {
    let mut steps = plan["steps"].as_array().expect("steps").iter();
    steps.find(|step| step["index"] == index).unwrap_or_else(|| panic!("no step about {index}: {plan}"))
}

#[tokio::test]
async fn a_unique_index_that_stays_over_lists_that_become_single_is_asked_about() {
    let house = House::new().await;
    let indexes = ["CREATE UNIQUE INDEX u ON t (tags)", "CREATE UNIQUE INDEX other ON t (name)"];
    house.has(json!({"name": "t", "fields": [tags(3), text("f1", "name")], "indexes": indexes})).await;
    house
        .run(&["INSERT INTO t (id, tags, name) VALUES ('r1', '[\"a\",\"c\"]', '1'), ('r2', '[\"c\"]', '2'), ('r3', '[]', '3')"])
        .await;
    let change = json!({"fields": [tags(1), text("f1", "name")]});
    let plan = house.plan("t", change.clone()).await;
    assert_eq!(step(&plan, "u")["kind"], "rebuildIndex");
    assert_eq!(step(&plan, "u")["records"], is_refused());
    assert!(!plan["steps"].to_string().contains("other"), "{plan}");
    let (code, text) = fault(house.update("t", change.clone()).await, &["indexes", "0"]);
    assert_eq!((code, text.contains("UNIQUE")), ("validation_invalid_index_expression", true), "{text}");
    house.run(&["UPDATE t SET tags = '[\"a\",\"b\"]' WHERE id = 'r1'"]).await;
    let plan = house.plan("t", change.clone()).await;
    assert_eq!(step(&plan, "u").get("records"), None);
    house.update("t", change).await.expect("nothing is in the way any more");
}

#[tokio::test]
async fn a_condition_that_means_something_else_of_lists_is_asked_about() {
    let house = House::new().await;
    let indexes = ["CREATE UNIQUE INDEX u ON t (tags) WHERE tags != ''"];
    house.has(json!({"name": "t", "fields": [tags(1)], "indexes": indexes})).await;
    house.run(&["INSERT INTO t (id, tags) VALUES ('r1', ''), ('r2', ''), ('r3', 'a')"]).await;
    let change = json!({"fields": [tags(3)]});
    let plan = house.plan("t", change.clone()).await;
    assert_eq!(step(&plan, "u")["records"], is_refused());
    fault(house.update("t", change).await, &["indexes", "0"]);
}

#[tokio::test]
async fn a_unique_index_that_stays_over_a_field_made_anew_is_asked_about() {
    let house = House::new().await;
    let indexes = ["CREATE UNIQUE INDEX u ON t (a)", "CREATE INDEX plain ON t (a, b)"];
    house.has(json!({"name": "t", "fields": [text("f1", "a"), text("f2", "b")], "indexes": indexes})).await;
    house.run(&["INSERT INTO t (id, a, b) VALUES ('r1', '1', 'x'), ('r2', '2', 'y')"]).await;
    let change = json!({"fields": [{"id": "n", "name": "a", "type": "number"}, text("f2", "b")]});
    let plan = house.plan("t", change.clone()).await;
    assert_eq!(step(&plan, "u")["records"], is_refused());
    assert_eq!(step(&plan, "plain").get("records"), None);
    fault(house.update("t", change).await, &["indexes", "0"]);
}

#[tokio::test]
async fn a_unique_index_that_stays_over_names_that_are_swapped_is_asked_about() {
    let house = House::new().await;
    let indexes = ["CREATE UNIQUE INDEX u ON t (a)"];
    house.has(json!({"name": "t", "fields": [text("f1", "a"), text("f2", "b")], "indexes": indexes})).await;
    house.run(&["INSERT INTO t (id, a, b) VALUES ('r1', '1', 'x'), ('r2', '2', 'x')"]).await;
    let change = json!({"fields": [text("f1", "b"), text("f2", "a")]});
    assert_eq!(step(&house.plan("t", change.clone()).await, "u")["records"], is_refused());
    fault(house.update("t", change).await, &["indexes", "0"]);
}

#[tokio::test]
async fn a_new_index_sees_lists_as_they_will_be() {
    let house = House::new().await;
    house.has(json!({"name": "t", "fields": [tags(3)]})).await;
    house.run(&["INSERT INTO t (id, tags) VALUES ('r1', '[\"a\",\"c\"]'), ('r2', '[\"b\",\"c\"]')"]).await;
    let change = json!({"fields": [tags(1)], "indexes": ["CREATE UNIQUE INDEX u ON t (tags)"]});
    assert_eq!(step(&house.plan("t", change.clone()).await, "u")["records"], is_refused());
    fault(house.update("t", change).await, &["indexes", "0"]);
}

#[tokio::test]
async fn a_change_of_secrets_alone_is_told_without_them() {
    let house = House::new().await;
    let provider = |secret: &str| json!({"name": "google", "clientId": "id", "clientSecret": secret});
    house.has(json!({"name": "people", "type": "auth", "oauth2": {"providers": [provider("first")]}})).await;
    let secret = "z".repeat(40);
    let plan = house.plan("people", json!({"fileToken": {"secret": secret}})).await;
    assert_eq!(plan["steps"], json!([{"kind": "changeOption", "option": "fileToken"}]));
    assert!(!plan.to_string().contains(&secret));
    let plan = house.plan("people", json!({"oauth2": {"providers": [provider("second")]}})).await;
    assert_eq!(plan["steps"], json!([{"kind": "changeOption", "option": "oauth2"}]));
    assert!(!plan.to_string().contains("second") && !plan.to_string().contains("first"));
    let plan = house.plan("people", json!({"oauth2": {"providers": [{"name": "google", "clientId": "id"}]}})).await;
    assert_eq!(plan["steps"], json!([]), "a secret that is left out stays");
}

#[tokio::test]
async fn what_others_save_meanwhile_is_not_taken_for_a_consequence() {
    let house = Arc::new(House::new().await);
    house.has(json!({"name": "t", "fields": [text("f1", "a")]})).await;
    house.has(json!({"name": "aims", "fields": [text("f1", "a")]})).await;
    house.has(json!({"name": "rules", "listRule": "@collection.aims.a ?= 'x'"})).await;
    let over = Arc::new(AtomicBool::new(false));
    let saving = tokio::spawn({
        let (house, over) = (Arc::clone(&house), Arc::clone(&over));
        async move {
            let mut saved = 0;
            while !over.load(Ordering::Relaxed) {
                for (name, next) in [("aims", "others"), ("others", "aims")] {
                    house.update(name, json!({"name": next})).await.expect("it is renamed");
                    saved += 1;
                }
            }
            saved
        }
    });
    for _ in 0..150 {
        let plan = house.plan("t", json!({"fields": [text("f1", "a"), text("f2", "b")]})).await;
        assert_eq!(plan["rules"], json!([]));
    }
    over.store(true, Ordering::Relaxed);
    assert!(saving.await.expect("it ends") > 0);
}
