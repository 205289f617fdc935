//! `POST /api/collections/{collection}/check-filter`: what is wrong with a filter, and where.

use serde_json::json;

use crate::support::{Client, TestServer, blog, id};

#[tokio::test]
async fn superusers_alone_may_ask() {
    let server = TestServer::with(blog()).await;
    let path = "/api/collections/posts/check-filter";
    server.guest().post(path, json!({"filter": "views > 1"})).await.is(401);
    server.user("members", &id("ann")).await.post(path, json!({"filter": "views > 1"})).await.is(403);
    let superuser = server.superuser();
    superuser.post("/api/collections/missing/check-filter", json!({"filter": "a = 1"})).await.is(404);
    for body in [json!({}), json!({"filter": "a = 1", "rule": "a = 1"})] {
        superuser.post(path, body).await.is(400).codes(&[("filter", "validation_invalid_value")]);
    }
    let body = json!({"rule": "views > 1", "operation": "auth"});
    superuser.post(path, body).await.is(400).codes(&[("operation", "validation_invalid_value")]);
}

#[tokio::test]
async fn what_can_be_used_is_ok() {
    let server = TestServer::with(blog()).await;
    for body in [
        json!({"filter": ""}),
        json!({"filter": "views > 1 && author.name ~ 'a' // note"}),
        json!({"rule": "@request.auth.id != '' && @collection.tags.name ?= 'red'", "operation": "list"}),
    ] {
        let answer = server.superuser().post("/api/collections/posts/check-filter", body).await;
        assert_eq!(answer.is(200).json, json!({"ok": true}));
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_in_words_with_its_place() {
    let server = TestServer::with(blog()).await;
    for (text, from, to, message) in [
        ("vews > 1", 0, 4, "There is no field `vews` in posts; did you mean `views`?"),
        ("views > 1 && zzzzzz = 2", 13, 19, "There is no field `zzzzzz` in posts."),
        ("author.nme = 'x'", 0, 10, "There is no field `nme` in authors; did you mean `name`?"),
        ("1 < vews", 4, 8, "There is no field `vews` in posts; did you mean `views`?"),
        ("name = '😀' && vews = 1", 15, 19, "There is no field `vews` in posts; did you mean `views`?"),
        ("views > 1 views", 10, 15, "Expected && or || instead of \"views\"."),
        ("views >", 7, 7, "Expected an operand at the end."),
        ("name = 'x", 7, 9, "The text does not end."),
        ("views == 1", 6, 8, "Unknown operator \"==\"."),
        ("views > é", 8, 9, "Unexpected character 'é'."),
        ("@request.nothing = 1", 0, 16, "Unknown identifier \"@request.nothing\"."),
        ("name:loud = 1", 0, 9, "Unknown modifier \"loud\"."),
    ] {
        for key in ["filter", "rule"] {
            let answer = server.superuser().post("/api/collections/posts/check-filter", json!({key: text})).await;
            let expected = json!({"ok": false, "message": message, "from": from, "to": to});
            assert_eq!(answer.is(200).json, expected, "{key} {text}");
        }
    }
}
