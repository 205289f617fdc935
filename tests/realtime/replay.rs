//! `?replay=1`: a client that was away is told what it missed.

use serde_json::json;

use super::with;
use crate::support::{Client, Event, Events, TestServer, id, notes};

/// The places of messages lie on one line with them.
fn place(event: &Event) -> String {
    event.id.clone().expect("a place")
}

#[tokio::test]
async fn nothing_is_missed_or_doubled_across_restarts() {
    let mut server = TestServer::with(notes()).await;
    let mut events = Events::resume(&server, None).await;
    events.subscribe(&server.guest(), &["notes/*"]).await.is(204);
    let mut heard = Vec::new();
    let mut place = String::new();
    for round in 0..4 {
        // Some while it listens, some while it is away and the server goes down.
        for part in ["here", "away"] {
            let guest = server.guest();
            for number in 0..5 {
                let title = format!("{round} {part} {number}");
                guest.update("notes", &id("n1"), json!({"title": title})).await.is(200);
            }
            if part == "here" {
                for _ in 0..5 + if round == 0 { 0 } else { 5 } {
                    let event = events.next().await;
                    heard.push(event.told("title"));
                    place = self::place(&event);
                    assert_ne!(place, events.client_id);
                }
            }
        }
        server.restart();
        events = Events::resume(&server, Some(&place)).await;
        events.subscribe(&server.guest(), &["notes/*"]).await.is(204);
    }
    for _ in 0..5 {
        heard.push(events.next().await.told("title"));
    }
    let expected = (0..4).flat_map(|round| {
        ["here", "away"]
            .into_iter()
            .flat_map(move |part| (0..5).map(move |number| format!("update {round} {part} {number}")))
    });
    assert_eq!(heard, expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn what_happens_during_the_replay_comes_behind_it_once() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let mut events = Events::resume(&server, None).await;
    events.subscribe(&guest, &["notes/*"]).await.is(204);
    guest.update("notes", &id("n1"), json!({"rank": 0})).await.is(200);
    let place = place(&events.next().await);
    for _ in 0..600 {
        guest.update("notes", &id("n1"), json!({"rank+": 1})).await.is(200);
    }
    let mut events = Events::resume(&server, Some(&place)).await;
    events.subscribe(&guest, &["notes/*"]).await.is(204);
    let writer = async {
        for _ in 0..300 {
            guest.update("notes", &id("n1"), json!({"rank+": 1})).await.is(200);
        }
    };
    let reader = async {
        for rank in 1..=900 {
            assert_eq!(events.next().await.data["record"]["rank"], json!(rank));
        }
    };
    tokio::join!(writer, reader);
}

#[tokio::test]
async fn a_client_that_begins_is_told_its_place_before_anything_happens() {
    let mut server = TestServer::with(notes()).await;
    let mut events = Events::resume(&server, None).await;
    assert!(events.greeting.starts_with(&format!("id:{}\nevent:PB_CONNECT\n", events.client_id)));
    let frame = events.frame().await.expect("a place");
    let place = frame.strip_prefix("id:").expect("a place").to_owned();
    assert!(!place.contains('\n') && place != events.client_id);
    server.restart();
    server.guest().update("notes", &id("n1"), json!({"title": "missed"})).await.is(200);
    let mut events = Events::resume(&server, Some(&place)).await;
    events.subscribe(&server.guest(), &["notes/*"]).await.is(204);
    assert_eq!(events.next().await.told("title"), "update missed");
}

#[tokio::test]
async fn who_cannot_be_told_is_told_that() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    for no_place in ["1", "AAAA", &"x".repeat(40)] {
        let mut events = Events::resume(&server, Some(no_place)).await;
        events.subscribe(&guest, &["notes/*"]).await.is(204);
        let first = events.next().await;
        assert_eq!((first.topic.as_str(), first.data), ("resync", json!({})));
        guest.update("notes", &id("n1"), json!({"title": no_place})).await.is(200);
        assert_eq!(events.next().await.told("title"), format!("update {no_place}"));
    }
}

#[tokio::test]
async fn deletes_are_told_where_they_can_still_be_decided() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let mut events = Events::resume(&server, None).await;
    events.subscribe(&guest, &["notes/*"]).await.is(204);
    guest.update("notes", &id("n1"), json!({"title": "first"})).await.is(200);
    let place = place(&events.next().await);
    drop(events);
    guest.delete("notes", &id("n2")).await.is(204);
    guest.update("notes", &id("n1"), json!({"title": "last"})).await.is(200);
    let mut events = Events::resume(&server, Some(&place)).await;
    events.subscribe(&guest, &["notes/*"]).await.is(204);
    assert_eq!(events.next().await.told("title"), "delete Birch");
    assert_eq!(events.next().await.told("title"), "update last");
    let filtered = with("notes/*", json!({"filter": "rank > 0"}));
    let mut events = Events::resume(&server, Some(&place)).await;
    events.subscribe(&guest, &[&filtered]).await.is(204);
    let event = events.next().await;
    assert_eq!((event.topic.as_str(), &event.data), ("resync", &json!({"topic": filtered})));
    assert_eq!(events.next().await.told("title"), "update last");
    // While nobody but superusers may list, guests are not even told that something was deleted.
    server.superuser().update_collection("notes", json!({"listRule": null})).await.is(200);
    let mut events = Events::resume(&server, Some(&place)).await;
    let one = format!("notes/{}", id("n1"));
    events.subscribe(&guest, &["notes/*", &one]).await.is(204);
    guest.update("notes", &id("n1"), json!({"title": "end"})).await.is(200);
    let event = events.next().await;
    assert_eq!((event.topic.as_str(), &event.data), ("resync", &json!({"topic": one})), "it was under other rules");
    assert_eq!(events.next().await.told("title"), "update end");
}

#[tokio::test]
async fn what_was_hidden_then_is_not_shown_because_it_is_visible_now() {
    let server = TestServer::with(notes()).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    superuser.update_collection("notes", json!({"listRule": "done = true"})).await.is(200);
    let mut events = Events::resume(&server, None).await;
    events.subscribe(&guest, &["notes/*"]).await.is(204);
    superuser.update("notes", &id("n1"), json!({"title": "first"})).await.is(200);
    let place = place(&events.next().await);
    drop(events);
    superuser.update("notes", &id("n2"), json!({"title": "a draft"})).await.is(200);
    superuser.update("notes", &id("n2"), json!({"title": "published", "done": true})).await.is(200);
    superuser.update("notes", &id("n1"), json!({"title": "taken back", "done": false})).await.is(200);
    superuser.update("notes", &id("n3"), json!({"title": "last"})).await.is(200);
    let mut events = Events::resume(&server, Some(&place)).await;
    events.subscribe(&guest, &["notes/*"]).await.is(204);
    for told in ["update published", "update published", "update last"] {
        assert_eq!(events.next().await.told("title"), told);
    }
}

#[tokio::test]
async fn what_was_changed_under_other_rules_is_not_replayed_under_those_of_today() {
    let server = TestServer::with(notes()).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let mut events = Events::resume(&server, None).await;
    events.subscribe(&guest, &["notes/*"]).await.is(204);
    superuser.update("notes", &id("n1"), json!({"title": "first"})).await.is(200);
    let place = place(&events.next().await);
    drop(events);
    superuser.update_collection("notes", json!({"listRule": null})).await.is(200);
    superuser.update("notes", &id("n1"), json!({"title": "for superusers"})).await.is(200);
    superuser.delete("notes", &id("n2")).await.is(204);
    superuser.update_collection("notes", json!({"listRule": ""})).await.is(200);
    superuser.update("notes", &id("n1"), json!({"title": "open"})).await.is(200);
    // Once, however many changes it stands for.
    for who in [None, Some(&superuser)] {
        let mut events = Events::resume(&server, Some(&place)).await;
        match who {
            None => events.subscribe(&guest, &["notes/*"]).await.is(204),
            Some(superuser) => events.subscribe(superuser, &["notes/*"]).await.is(204),
        };
        if who.is_none() {
            let event = events.next().await;
            assert_eq!((event.topic.as_str(), &event.data), ("resync", &json!({"topic": "notes/*"})));
        } else {
            assert_eq!(events.next().await.told("title"), "update for superusers");
            assert_eq!(events.next().await.told("title"), "delete Birch");
        }
        assert_eq!(events.next().await.told("title"), "update open");
    }
}
