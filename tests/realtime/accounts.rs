//! The account of a client follows what happens to it.

use serde_json::{Value as Json, json};

use crate::support::{Client, Events, Superuser, TestServer, blog, id};

/// A blog whose posts are for members, and a stream of ann's that hears of them, and of comments, which are for everyone.
async fn members_only() -> (TestServer, Events) {
    let server = TestServer::with(blog()).await;
    server.superuser().update_collection("posts", json!({"listRule": "@request.auth.id != ''"})).await.is(200);
    let events = Events::open(&server).await;
    let ann = server.user("members", &id("ann")).await;
    events.subscribe(&ann, &["posts/*", "comments/*"]).await.is(204);
    (server, events)
}

/// Changes a post and then a comment: whether the stream heard of the post, which is for members alone.
async fn hears_posts(superuser: &Superuser, events: &mut Events) -> bool {
    superuser.update("posts", &id("p1"), json!({"views+": 1})).await.is(200);
    let comment = superuser.update("comments", &id("c1"), json!({"stars+": 1})).await;
    let stars = comment.is(200).at("/stars");
    let mut heard = false;
    loop {
        let event = events.next().await;
        heard |= event.topic == "posts/*";
        if event.topic == "comments/*" && event.data["record"]["stars"] == *stars {
            return heard;
        }
    }
}

/// Does something to ann's account, after which she is a guest who may sign in again.
async fn ends_the_session(method: reqwest::Method, path: &str, body: Json) {
    let (server, mut events) = members_only().await;
    let superuser = server.superuser();
    assert!(hears_posts(&superuser, &mut events).await);
    superuser.send(superuser.request(method, path).json(&body)).await.is_no_failure();
    let body = json!({"clientId": events.client_id, "subscriptions": ["posts/*", "comments/*"]});
    assert!(!hears_posts(&superuser, &mut events).await, "{path}");
    server.guest().post("/api/realtime", body).await.is(204);
    assert!(!hears_posts(&superuser, &mut events).await, "{path}");
    events.subscribe(&superuser, &["posts/*", "comments/*"]).await.is(204);
    assert!(hears_posts(&superuser, &mut events).await, "{path}");
}

#[tokio::test]
async fn a_new_password_makes_a_guest() {
    let password = json!({"password": "another-password", "passwordConfirm": "another-password"});
    let path = format!("/api/collections/members/records/{}", id("ann"));
    ends_the_session(reqwest::Method::PATCH, &path, password).await;
}

#[tokio::test]
async fn a_deleted_account_makes_a_guest() {
    let path = format!("/api/collections/members/records/{}", id("ann"));
    ends_the_session(reqwest::Method::DELETE, &path, json!({})).await;
}

#[tokio::test]
async fn a_new_secret_of_the_collection_makes_guests() {
    let secret = json!({"authToken": {"secret": "x".repeat(50)}});
    ends_the_session(reqwest::Method::PATCH, "/api/collections/members", secret).await;
}

#[tokio::test]
async fn other_changes_of_account_and_collection_keep_the_session() {
    let (server, mut events) = members_only().await;
    let superuser = server.superuser();
    superuser.update("members", &id("ann"), json!({"nick": "anna"})).await.is(200);
    superuser.update_collection("members", json!({"viewRule": null})).await.is(200);
    assert!(hears_posts(&superuser, &mut events).await);
    let bob = server.user("members", &id("bob")).await;
    events.subscribe(&bob, &[]).await.is(403);
}

#[tokio::test]
async fn an_account_that_ended_is_no_longer_in_the_way_of_the_next() {
    let (server, events) = members_only().await;
    let bob = server.user("members", &id("bob")).await;
    server.superuser().delete("members", &id("ann")).await.is(204);
    // At once, whatever the broadcaster has heard of.
    events.subscribe(&bob, &["posts/*"]).await.is(204);
}
