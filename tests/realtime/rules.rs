//! Who hears of a change.

use serde_json::json;

use crate::support::{Client, Events, TestServer, blog, id, notes};

#[tokio::test]
async fn list_rule_and_view_rule_decide_for_their_topics() {
    let server = TestServer::with(notes()).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let rules = json!({"listRule": "rank > 5", "viewRule": "rank < 5"});
    superuser.update_collection("notes", rules).await.is(200);
    let mut events = Events::open(&server).await;
    let one = format!("notes/{}", id("n1"));
    events.subscribe(&guest, &["notes/*", &one]).await.is(204);
    guest.update("notes", &id("n1"), json!({"rank": 9, "title": "high"})).await.is(200);
    let event = events.next().await;
    assert_eq!((event.told("title").as_str(), event.topic.as_str()), ("update high", "notes/*"));
    guest.update("notes", &id("n1"), json!({"rank": 1, "title": "low"})).await.is(200);
    assert_eq!(events.next().await.topic, one);
}

#[tokio::test]
async fn a_rule_that_changes_meanwhile_counts_at_once() {
    let server = TestServer::with(notes()).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let (mut events, mut all) = (Events::open(&server).await, Events::open(&server).await);
    events.subscribe(&guest, &["notes/*"]).await.is(204);
    all.subscribe(&superuser, &["notes/*"]).await.is(204);
    for (rule, title) in [(json!(null), "closed"), (json!("title = 'x'"), "asked"), (json!(""), "open")] {
        superuser.update_collection("notes", json!({"listRule": rule})).await.is(200);
        superuser.update("notes", &id("n1"), json!({"title": title})).await.is(200);
        assert_eq!(all.next().await.told("title"), format!("update {title}"));
    }
    assert_eq!(events.next().await.told("title"), "update open");
}

#[tokio::test]
async fn hidden_fields_and_addresses_are_for_those_who_may_see_them() {
    let server = TestServer::with(blog()).await;
    let bob = server.user("members", &id("bob")).await;
    let ann = server.user("members", &id("ann")).await;
    let mut streams = Vec::new();
    for _ in 0..4 {
        streams.push(Events::open(&server).await);
    }
    let topics = ["members/*", "posts/*"];
    streams[0].subscribe(&server.guest(), &topics).await.is(204);
    streams[1].subscribe(&ann, &topics).await.is(204);
    streams[2].subscribe(&bob, &topics).await.is(204);
    streams[3].subscribe(&server.superuser(), &topics).await.is(204);
    server.superuser().update("members", &id("bob"), json!({"nick": "bobby"})).await.is(200);
    server.superuser().update("posts", &id("p1"), json!({"draft": "secret"})).await.is(200);
    let (mut addresses, mut drafts) = (Vec::new(), Vec::new());
    for events in &mut streams {
        let event = events.next().await;
        assert_eq!(event.told("nick"), "update bobby");
        assert_eq!(event.data["record"].get("password"), None);
        assert_eq!(event.data["record"].get("tokenKey"), None);
        addresses.push(event.data["record"].get("email").is_some());
        drafts.push(events.next().await.data["record"].get("draft").is_some());
    }
    assert_eq!(addresses, [false, false, true, true]);
    assert_eq!(drafts, [false, false, false, true]);
}

#[tokio::test]
async fn each_hears_what_a_rule_on_the_caller_says() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let rules = json!({"listRule": "by = @request.auth.id || @request.auth.nick = 'bob'"});
    superuser.update_collection("comments", rules).await.is(200);
    let (mut of_ann, mut of_bob) = (Events::open(&server).await, Events::open(&server).await);
    let mut of_guest = Events::open(&server).await;
    of_ann.subscribe(&server.user("members", &id("ann")).await, &["comments/*"]).await.is(204);
    of_bob.subscribe(&server.user("members", &id("bob")).await, &["comments/*"]).await.is(204);
    of_guest.subscribe(&server.guest(), &["comments/*", "posts/*"]).await.is(204);
    for (text, by) in [("hers", "ann"), ("his", "bob")] {
        superuser.create("comments", json!({"post": id("p1"), "text": text, "by": id(by)})).await.is(200);
    }
    superuser.update("posts", &id("p1"), json!({"name": "end"})).await.is(200);
    assert_eq!(of_bob.next().await.told("text"), "create hers");
    assert_eq!(of_bob.next().await.told("text"), "create his");
    assert_eq!(of_ann.next().await.told("text"), "create hers");
    assert_eq!(of_guest.next().await.told("name"), "update end");
    // What bob may hear, he may hear for his name alone.
    superuser.update("members", &id("bob"), json!({"nick": "bobby"})).await.is(200);
    superuser.update("members", &id("ann"), json!({"nick": "bob"})).await.is(200);
    superuser.create("comments", json!({"post": id("p1"), "text": "later"})).await.is(200);
    assert_eq!(of_ann.next().await.told("text"), "create later");
    superuser.create("comments", json!({"post": id("p1"), "text": "end", "by": id("bob")})).await.is(200);
    assert_eq!(of_bob.next().await.told("text"), "create end");
}
