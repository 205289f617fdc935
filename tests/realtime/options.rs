//! Options of topics: filter, expand, fields, and what rules see of them.

use serde_json::json;

use super::with;
use crate::support::{Client, Events, TestServer, blog, collection, id, notes};

#[tokio::test]
async fn a_filter_keeps_out_what_does_not_match() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let mut events = Events::open(&server).await;
    let topic = with("notes/*", json!({"filter": "rank > 5 && title != 'no'", "sort": "-@request.anything"}));
    let good = with("notes/*", json!({"filter": "rank > 5 && title != 'no'"}));
    events.subscribe(&guest, &[&topic, &good]).await.is(204);
    for (title, rank) in [("low", 1), ("no", 9), ("yes", 9)] {
        guest.create("notes", json!({"title": title, "rank": rank})).await.is(200);
    }
    let event = events.next().await;
    assert_eq!((event.told("title").as_str(), event.topic), ("create yes", good));
    let made = guest.create("notes", json!({"title": "gone", "rank": 9})).await;
    guest.delete("notes", &made.id()).await.is(204);
    let heard = events.next().await.told("title");
    // The row may be gone when its creation is looked at; then neither filter nor rule can say anything.
    if heard != "delete gone" {
        assert_eq!(heard, "create gone");
        assert_eq!(events.next().await.told("title"), "delete gone");
    }
}

#[tokio::test]
async fn filters_that_may_not_be_asked_never_fire() {
    let server = TestServer::with(notes()).await;
    for superuser in [false, true] {
        let mut events = Events::open(&server).await;
        let hidden = with("notes/*", json!({"filter": "secret = 'alpha'"}));
        let broken = with("notes/*", json!({"filter": "title ="}));
        let request = with("notes/*", json!({"filter": "@request.method = 'GET'"}));
        let collection = with("notes/*", json!({"filter": "@collection.notes.rank > 0"}));
        // What a superuser may speak of does not open what nobody may.
        let both = with("notes/*", json!({"filter": "@request.method = 'GET' && secret = 'alpha'"}));
        let elsewhere = with("notes/*", json!({"filter": "@collection.notes.secret ?= 'alpha'"}));
        let topics = [hidden.as_str(), &broken, &request, &collection, &both, &elsewhere, "notes"];
        match superuser {
            true => events.subscribe(&server.superuser(), &topics).await.is(204),
            false => events.subscribe(&server.guest(), &topics).await.is(204),
        };
        for title in ["heard", "end"] {
            server.guest().update("notes", &id("n1"), json!({"title": title})).await.is(200);
        }
        let mut heard = Vec::new();
        loop {
            let event = events.next().await;
            if event.told("title") == "update end" {
                break;
            }
            heard.push(event.topic);
        }
        heard.sort();
        let mut expected = if superuser { vec![request, collection, "notes".into()] } else { vec!["notes".to_owned()] };
        expected.sort();
        assert_eq!(heard, expected);
        events.subscribe(&server.guest(), &["notes"]).await;
    }
}

#[tokio::test]
async fn fields_pick_from_the_record() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let mut events = Events::open(&server).await;
    let some = with("notes/*", json!({"fields": "title, rank"}));
    let none = with("notes/*", json!({"fields": "record.title"}));
    let wrong = with("notes/*", json!({"fields": "title:unknown(1)"}));
    events.subscribe(&guest, &[&some, &none, &wrong]).await.is(204);
    guest.update("notes", &id("n1"), json!({"title": "a"})).await.is(200);
    for _ in 0..3 {
        let event = events.next().await;
        assert_eq!(event.data["action"], "update");
        let record = &event.data["record"];
        match &event.topic {
            topic if *topic == some => assert_eq!(*record, json!({"title": "a", "rank": 1})),
            topic if *topic == none => assert_eq!(*record, json!({})),
            _ => assert_eq!(record["collectionName"], "notes"),
        }
    }
}

#[tokio::test]
async fn expands_come_along_as_the_listener_may_see_them() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    let mut events = Events::open(&server).await;
    let topic = with("posts/*", json!({"expand": "author,tags"}));
    events.subscribe(&guest, &[&topic]).await.is(204);
    guest.update("posts", &id("p1"), json!({"views": 11})).await.is(200);
    let event = events.next().await;
    assert_eq!(event.data["record"]["expand"]["author"]["name"], "Ann");
    assert_eq!(event.data["record"]["expand"]["author"].get("pen"), None, "hidden");
    server.superuser().update_collection("authors", json!({"viewRule": null})).await.is(200);
    guest.update("posts", &id("p1"), json!({"views": 12})).await.is(200);
    let event = events.next().await;
    assert_eq!(event.data["record"]["expand"].get("author"), None);
    assert_eq!(event.data["record"]["expand"]["tags"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn rules_see_the_options_and_nothing_of_the_call() {
    let server = TestServer::start().await;
    let mut rooms = collection("rooms", json!([{"name": "title", "type": "text"}]));
    rooms["listRule"] = json!(
        "@request.context = 'realtime' && @request.method = 'GET' && @request.query.key = title \
         && @request.headers.x_token = 't' && @request.body.clientId:isset = false"
    );
    server.superuser().create_collection(rooms).await.is(200);
    let mut events = Events::open(&server).await;
    let topic = |key: &str| format!(r#"rooms/*?options={{"query":{{"key":"{key}"}},"headers":{{"X-Token":"t"}}}}"#);
    let topics = [topic("a"), topic("b"), with("rooms/*", json!({"key": "a"}))];
    events.subscribe(&server.guest(), &[&topics[0], &topics[1], &topics[2]]).await.is(204);
    for title in ["a", "b"] {
        server.guest().create("rooms", json!({"title": title})).await.is(200);
        let event = events.next().await;
        assert_eq!((event.told("title"), event.topic), (format!("create {title}"), topic(title)));
    }
}
