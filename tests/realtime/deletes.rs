//! Deletes are decided on the state before them.

use serde_json::json;

use crate::support::{Client, Events, Superuser, TestServer, blog, id, notes};

/// Comments may be heard of by whoever may hear of a published post that they belong to.
async fn comments_of_published_posts() -> TestServer {
    let server = TestServer::with(blog()).await;
    let rule = json!({"listRule": "post.published = true", "viewRule": "post.published = true"});
    server.superuser().update_collection("comments", rule).await.is(200);
    server
}

async fn end(superuser: &Superuser) {
    superuser.create("comments", json!({"post": id("p5"), "text": "end"})).await.is(200);
}

#[tokio::test]
async fn a_rule_through_a_parent_holds_though_the_parent_goes_too() {
    let server = comments_of_published_posts().await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let mut events = Events::open(&server).await;
    events.subscribe(&guest, &["comments/*", "posts/*"]).await.is(204);
    // p2 is not published: nobody hears of its comment.
    superuser.delete("posts", &id("p2")).await.is(204);
    superuser.delete("posts", &id("p1")).await.is(204);
    end(&superuser).await;
    let mut heard = Vec::new();
    loop {
        let event = events.next().await;
        let told = match event.topic.as_str() {
            "posts/*" => event.told("name"),
            _ => format!("{} {}", event.data["action"].as_str().unwrap(), event.data["record"]["stars"]),
        };
        if event.told("text") == "create end" {
            break;
        }
        heard.push(told);
    }
    heard.sort();
    assert_eq!(heard, ["delete 3", "delete 5", "delete p1", "delete p2"]);
}

#[tokio::test]
async fn what_was_made_private_before_is_not_told_at_its_end() {
    let server = comments_of_published_posts().await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let mut events = Events::open(&server).await;
    events.subscribe(&guest, &["comments/*"]).await.is(204);
    let mut expected = Vec::new();
    for round in 0..20 {
        let visible = round % 2 == 0;
        let text = format!("round {round}");
        let made = superuser.create("comments", json!({"post": id("p2"), "text": text})).await;
        // Nothing is waited for in between: the deletes come while older changes are still being told.
        superuser.update("posts", &id("p2"), json!({"published": visible})).await.is(200);
        superuser.delete("comments", &made.id()).await.is(204);
        superuser.update("posts", &id("p2"), json!({"published": !visible})).await.is(200);
        if visible {
            expected.push(format!("delete {text}"));
        }
    }
    end(&superuser).await;
    let mut deletes = Vec::new();
    loop {
        let told = events.next().await.told("text");
        if told == "create end" {
            break;
        }
        if told.starts_with("delete") {
            deletes.push(told);
        }
    }
    assert_eq!(deletes, expected);
}

#[tokio::test]
async fn deletes_at_once_are_each_decided_on_their_own_state() {
    let server = comments_of_published_posts().await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let mut made = Vec::new();
    for number in 0..30 {
        let text = format!("c{number:02}");
        made.push(superuser.create("comments", json!({"post": id("p3"), "text": text})).await.id());
    }
    let mut events = Events::open(&server).await;
    events.subscribe(&guest, &["comments/*"]).await.is(204);
    let deletes = made.iter().map(|comment| superuser.delete("comments", comment));
    let other = id("p4");
    let updates = (0..30).map(|_| superuser.update("posts", &other, json!({"views+": 1})));
    let (deleted, updated) =
        tokio::join!(futures_util::future::join_all(deletes), futures_util::future::join_all(updates));
    deleted.iter().for_each(|answer| _ = answer.is(204));
    updated.iter().for_each(|answer| _ = answer.is(200));
    let mut heard = Vec::new();
    for _ in 0..30 {
        heard.push(events.next().await.told("text"));
    }
    heard.sort();
    assert_eq!(heard, (0..30).map(|number| format!("delete c{number:02}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_delete_that_fails_tells_nobody() {
    let server = TestServer::with(blog()).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let fields = json!([
        {"name": "text", "type": "text"},
        {"name": "tag", "type": "relation", "collectionId": "c_tags", "required": true, "maxSelect": 1},
    ]);
    superuser.create_collection(crate::support::collection("badges", fields)).await.is(200);
    superuser.create("badges", json!({"tag": id("red"), "text": "badge"})).await.is(200);
    superuser.update_collection("tags", json!({"listRule": "weight > 0"})).await.is(200);
    let mut events = Events::open(&server).await;
    events.subscribe(&guest, &["tags/*"]).await.is(204);
    superuser.delete("tags", &id("red")).await.is(400);
    superuser.delete("tags", &id("green")).await.is(204);
    assert_eq!(events.next().await.told("name"), "delete green");
}

#[tokio::test]
async fn emptying_a_collection_tells_of_every_record() {
    let server = TestServer::with(notes()).await;
    server.superuser().update_collection("notes", json!({"listRule": "done = true"})).await.is(200);
    let mut events = Events::open(&server).await;
    events.subscribe(&server.guest(), &["notes/*"]).await.is(204);
    server.superuser().remove("/api/collections/notes/truncate").await.is(204);
    let mut heard = [events.next().await.told("title"), events.next().await.told("title")];
    heard.sort();
    assert_eq!(heard, ["delete Ash", "delete Cedar"]);
}
