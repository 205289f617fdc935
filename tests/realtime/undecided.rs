//! Deletes that nobody can decide any more, and clients that ask for more than can be answered.

use serde_json::json;

use super::with;
use crate::support::{Client, Events, TestServer, id, notes};

#[tokio::test]
async fn who_might_hear_of_an_undecided_delete_is_told_to_come_back() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let other = json!({"email": "other@example.com", "password": "1234567890", "passwordConfirm": "1234567890"});
    superuser.create("_superusers", other).await.is(200);
    let asking = with("_superusers/*", json!({"filter": "id != ''"}));
    let (mut told, mut cut) = (Events::open(&server).await, Events::open(&server).await);
    let mut resuming = Events::resume(&server, None).await;
    told.subscribe(&superuser, &["_superusers/*"]).await.is(204);
    cut.subscribe(&superuser, &[&asking]).await.is(204);
    resuming.subscribe(&superuser, &[&asking, "_superusers/*"]).await.is(204);
    // Another process deletes, and keeps no state from before for us.
    let done = server.run(&["superuser", "delete", "other@example.com"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(told.next().await.told("email"), "delete other@example.com");
    assert_eq!(cut.frame().await, None, "it cannot be told that it has to come back but by that");
    let mut heard = Vec::new();
    for _ in 0..2 {
        let event = resuming.next().await;
        heard.push((event.topic.clone(), if event.topic == "resync" { event.data } else { json!({}) }));
    }
    heard.sort_by_key(|(topic, _)| topic.clone());
    assert_eq!(heard, [("_superusers/*".to_owned(), json!({})), ("resync".to_owned(), json!({"topic": asking}))]);
    // Those who come back and those who stayed hear what follows.
    let mut back = Events::open(&server).await;
    back.subscribe(&superuser, &[&asking]).await.is(204);
    let third = json!({"email": "third@example.com", "password": "1234567890", "passwordConfirm": "1234567890"});
    superuser.create("_superusers", third).await.is(200);
    assert_eq!(back.next().await.told("email"), "create third@example.com");
    assert_eq!(resuming.next().await.told("email"), "create third@example.com");
}

#[tokio::test]
async fn a_client_whose_many_topics_take_too_long_is_cut_off_alone() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let file = server.root().join("many.csv");
    let rows: String = (0..2000).map(|number| format!("note {number}\n")).collect();
    std::fs::write(&file, format!("title\n{rows}")).expect("written");
    let done = server.run(&["import", "csv", file.to_str().expect("a path"), "--collection", "notes"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    // Each looks at every pair of notes.
    let slow = |number: usize| {
        let filter = format!("@collection.notes:a.title ?~ @collection.notes:b.id || title = 'none {number}'");
        with("notes/*", json!({"filter": filter}))
    };
    let many: Vec<String> = (0..12).map(slow).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let (mut cut, mut few) = (Events::open(&server).await, Events::open(&server).await);
    cut.subscribe(&superuser, &many).await.is(204);
    // One that asks little hears of it, though it comes behind the other.
    few.subscribe(&server.guest(), &["notes/*"]).await.is(204);
    server.guest().update("notes", &id("n1"), json!({"title": "asked about"})).await.is(200);
    assert_eq!(few.next().await.told("title"), "update asked about");
    assert_eq!(cut.frame().await, None);
    let body = json!({"clientId": cut.client_id, "subscriptions": []});
    while superuser.post("/api/realtime", body.clone()).await.status != 404 {
        tokio::task::yield_now().await;
    }
}
