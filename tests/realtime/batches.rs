//! Several events of one record in one batch.

use serde_json::json;

use super::with;
use crate::support::{Client, Events, TestServer, blog, id, notes};

#[tokio::test]
async fn a_batch_tells_of_its_writes_in_order_as_far_as_they_can_be_asked_about() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    superuser.patch("/api/settings", json!({"batch": {"enabled": true, "maxRequests": 50}})).await.is(200);
    let (mut plain, mut asking) = (Events::open(&server).await, Events::open(&server).await);
    plain.subscribe(&server.guest(), &["notes/*"]).await.is(204);
    let topic = with("notes/*", json!({"filter": "rank >= 0"}));
    asking.subscribe(&server.guest(), &[&topic]).await.is(204);
    let url = |note: &str| format!("/api/collections/notes/records/{}", id(note));
    let requests = json!([
        {"method": "POST", "url": "/api/collections/notes/records", "body": {"id": id("new"), "title": "short"}},
        {"method": "DELETE", "url": url("new")},
        {"method": "PATCH", "url": url("n1"), "body": {"title": "changed"}},
        {"method": "DELETE", "url": url("n1")},
        {"method": "PATCH", "url": url("n2"), "body": {"title": "once"}},
        {"method": "PATCH", "url": url("n2"), "body": {"title": "twice"}},
        {"method": "DELETE", "url": url("n3")},
        {"method": "POST", "url": "/api/collections/notes/records", "body": {"id": id("n3"), "title": "again"}},
    ]);
    superuser.post("/api/batch", json!({"requests": requests})).await.is(200);
    superuser.create("notes", json!({"title": "end"})).await.is(200);
    let all = [
        "create short",
        "delete short",
        "update changed",
        "delete changed",
        "update once",
        "update twice",
        "delete Cedar",
        "create again",
        "create end",
    ];
    let asked = ["delete changed", "update once", "update twice", "delete Cedar", "create again", "create end"];
    for told in all {
        assert_eq!(plain.next().await.told("title"), told);
    }
    for told in asked {
        assert_eq!(asking.next().await.told("title"), told);
    }
}

#[tokio::test]
async fn a_delete_of_a_batch_that_runs_twice_is_told_once() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    superuser.patch("/api/settings", json!({"batch": {"enabled": true, "timeout": 30}})).await.is(200);
    let mut events = Events::open(&server).await;
    let topic = with("posts/*", json!({"filter": "name != ''"}));
    events.subscribe(&server.guest(), &[&topic]).await.is(204);
    // The password has the batch run again, and each run asks for the state before its delete.
    let password = "a good password";
    let requests = json!([
        {"method": "DELETE", "url": format!("/api/collections/posts/records/{}", id("p4"))},
        {"method": "POST", "url": "/api/collections/members/records", "body": {
            "email": "eve@example.com", "password": password, "passwordConfirm": password,
        }},
        {"method": "DELETE", "url": format!("/api/collections/posts/records/{}", id("p5"))},
    ]);
    superuser.post("/api/batch", json!({"requests": requests})).await.is(200);
    superuser.create("posts", json!({"name": "end"})).await.is(200);
    for told in ["delete p4", "delete p5", "create end"] {
        assert_eq!(events.next().await.told("name"), told);
    }
}
