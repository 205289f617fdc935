//! Which topic hears what.

use serde_json::json;

use super::with;
use crate::support::{Client, Events, TestServer, collection, id, notes};

#[tokio::test]
async fn one_message_comes_for_each_topic_that_matches() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let mut events = Events::open(&server).await;
    let one = format!("notes/{}", id("n1"));
    let by_id = format!("c_notes/{}", id("n1"));
    let picky = with("notes/*", json!({"fields": "title"}));
    let topics = ["notes/*", "notes", "c_notes/*", "c_notes", &one, &by_id, &picky];
    let silent = ["Notes/*", "notes/", "notes/**", "/notes/*", "other/*", "notes/n1"];
    events.subscribe(&guest, &[&topics[..], &silent].concat()).await.is(204);
    guest.update("notes", &id("n1"), json!({"title": "one"})).await.is(200);
    guest.update("notes", &id("n2"), json!({"title": "two"})).await.is(200);
    let mut heard = Vec::new();
    for _ in 0..topics.len() {
        let event = events.next().await;
        assert_eq!(event.told("title"), "update one");
        heard.push(event.topic);
    }
    heard.sort();
    let mut expected = topics.map(str::to_owned);
    expected.sort();
    assert_eq!(heard, expected);
    assert_eq!(events.next().await.told("title"), "update two");
}

#[tokio::test]
async fn one_record_is_heard_from_its_creation_to_its_end() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let mut events = Events::open(&server).await;
    events.subscribe(&guest, &[&format!("notes/{}", id("new"))]).await.is(204);
    guest.create("notes", json!({"id": id("other"), "title": "other"})).await.is(200);
    guest.create("notes", json!({"id": id("new"), "title": "a"})).await.is(200);
    guest.update("notes", &id("new"), json!({"title": "b"})).await.is(200);
    guest.delete("notes", &id("new")).await.is(204);
    for told in ["create a", "update b", "delete b"] {
        assert_eq!(events.next().await.told("title"), told);
    }
}

#[tokio::test]
async fn a_renamed_collection_is_heard_under_its_id_and_its_new_name() {
    let server = TestServer::with(notes()).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let mut events = Events::open(&server).await;
    events.subscribe(&guest, &["notes/*", "papers/*", "c_notes/*"]).await.is(204);
    superuser.update_collection("notes", json!({"name": "papers"})).await.is(200);
    guest.update("papers", &id("n1"), json!({"title": "one"})).await.is(200);
    guest.update("papers", &id("n1"), json!({"title": "two"})).await.is(200);
    let mut heard = Vec::new();
    for _ in 0..4 {
        let event = events.next().await;
        assert_eq!(event.data["record"]["collectionName"], "papers");
        heard.push((event.told("title"), event.topic));
    }
    heard.sort();
    let expected = [("one", "c_notes/*"), ("one", "papers/*"), ("two", "c_notes/*"), ("two", "papers/*")];
    assert_eq!(heard, expected.map(|(title, topic)| (format!("update {title}"), topic.to_owned())));
}

#[tokio::test]
async fn a_collection_that_is_deleted_takes_nobody_along() {
    let server = TestServer::with(notes()).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    superuser.create_collection(collection("tasks", json!([{"name": "title", "type": "text"}]))).await.is(200);
    let mut events = Events::open(&server).await;
    events.subscribe(&guest, &["notes/*", "tasks/*"]).await.is(204);
    superuser.remove("/api/collections/notes").await.is(204);
    guest.create("tasks", json!({"title": "still here"})).await.is(200);
    assert_eq!(events.next().await.told("title"), "create still here");
    superuser.create_collection(collection("notes", json!([{"name": "title", "type": "text"}]))).await.is(200);
    guest.create("notes", json!({"title": "again"})).await.is(200);
    assert_eq!(events.next().await.told("title"), "create again");
}
