//! What rules may ask of the request: `@request.*`.

use reqwest::Method;
use serde_json::json;

use crate::support::{Client, TestServer, blog, id, notes};

/// Whether a guest's request passes a list rule.
async fn passes(server: &TestServer, rule: &str, query: &str, headers: &[(&str, &str)]) -> bool {
    server.superuser().update_collection("notes", json!({"listRule": rule})).await.is(200);
    let guest = server.guest();
    let mut request = guest.request(Method::GET, &format!("/api/collections/notes/records{query}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = guest.send(request).await;
    assert_eq!(answer.status, 200, "{rule}: {answer}");
    answer.at("/totalItems") == 3
}

#[tokio::test]
async fn query_headers_method_and_context() {
    let server = TestServer::with(notes()).await;
    let table: &[(&str, &str, bool)] = &[
        ("@request.query.a = 'x'", "?a=x", true),
        ("@request.query.a = 'x'", "?a=y", false),
        ("@request.query.a = 'x'", "?a=x&a=y", true),
        ("@request.query.a = 'x'", "?a=y&a=x", false),
        ("@request.query.a = ''", "", true),
        ("@request.query.a = ''", "?a=", true),
        ("@request.query.a = 'a b'", "?a=a%20b", true),
        ("@request.query.a = 'a b'", "?a=a+b", true),
        ("@request.query.a:isset = true", "?a", true),
        ("@request.query.a:isset = true", "?a=", true),
        ("@request.query.a:isset = true", "", false),
        ("@request.query.a:isset = false", "", true),
        ("@request.query.A:isset = true", "?a=1", false),
        ("@request.query.page = '1'", "?page=1", true),
        ("@request.query.page = 1", "?page=1", false),
        ("@request.query.rank = 1", "?rank=1", true),
        ("@request.query.rank = '1'", "?rank=1", false),
        ("@request.query.rank = 'x'", "?rank=x", true),
        ("@request.query.a:lower = 'xy'", "?a=XY", true),
        ("@request.method = 'GET'", "", true),
        ("@request.method = 'POST'", "", false),
        ("@request.context = 'default'", "", true),
        ("@request.auth.id = ''", "", true),
        ("@request.auth.id != ''", "", false),
        ("@request.auth.nick = null", "", true),
        ("@request.body.title:isset = false", "", true),
        ("@request.body.unknown = null", "", true),
    ];
    for (rule, query, expected) in table {
        assert_eq!(passes(&server, rule, query, &[]).await, *expected, "{rule} with {query}");
    }
    let headers = [("X-Token", "secret"), ("X-Long-Name", "y")];
    for (rule, expected) in [
        ("@request.headers.x_token = 'secret'", true),
        ("@request.headers.x_token = 'other'", false),
        ("@request.headers.x_long_name:isset = true", true),
        ("@request.headers.x_missing:isset = true", false),
        ("@request.headers.x_missing = ''", true),
    ] {
        assert_eq!(passes(&server, rule, "", &headers).await, expected, "{rule}");
    }
}

#[tokio::test]
async fn the_caller_and_their_relations() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let ann = server.user("members", &id("ann")).await;
    let table = [
        ("@request.auth.id != ''", true, false),
        ("@request.auth.nick = 'ann'", true, false),
        ("@request.auth.email = 'ann@example.com'", true, false),
        ("@request.auth.verified = true", true, false),
        ("@request.auth.collectionName = 'members'", true, false),
        ("@request.auth.collectionId = 'c_members'", true, false),
        ("@request.auth.unknown = null", true, true),
        ("@request.auth.tokenKey != ''", true, false),
        ("@request.auth.nick:lower = 'ann'", true, false),
        ("@request.auth.comments_via_by.stars ?= 5", true, false),
        ("@request.auth.comments_via_by.post.name ?= 'p2'", true, false),
        ("@request.auth.comments_via_by.post.name ?= 'p3'", false, false),
        ("@request.auth.email ~ '%@example.com'", true, false),
    ];
    for (rule, for_ann, for_guest) in table {
        superuser.update_collection("posts", json!({"listRule": rule})).await.is(200);
        let count = |yes: bool| if yes { 5 } else { 0 };
        ann.list("posts", &[]).await.is(200).has("/totalItems", count(for_ann));
        server.guest().list("posts", &[]).await.is(200).has("/totalItems", count(for_guest));
    }
    // An empty caller is like an empty text: true for a guest where the author is empty.
    superuser.update_collection("posts", json!({"listRule": "author = @request.auth.id"})).await.is(200);
    assert_eq!(server.guest().list("posts", &[]).await.is(200).column("name"), "p5");
    superuser.update_collection("comments", json!({"listRule": "by = @request.auth.id"})).await.is(200);
    assert_eq!(ann.list("comments", &[("sort", "id")]).await.is(200).column("text"), "great wow");
}

#[tokio::test]
async fn the_body_as_submitted() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let red_blue = json!([id("red"), id("blue")]);
    let table = [
        ("@request.body.name = 'n'", json!({"name": "n"}), true),
        ("@request.body.name = 'n'", json!({}), false),
        ("@request.body.name:isset = true", json!({"name": null}), true),
        ("@request.body.name:isset = true", json!({}), false),
        ("@request.body.name = '5'", json!({"name": 5}), true),
        ("@request.body.name = 5", json!({"name": 5}), false),
        ("@request.body.views = 5", json!({"views": "5"}), true),
        ("@request.body.views = '5'", json!({"views": "5"}), false),
        ("@request.body.views > 4 && @request.body.views < 6", json!({"views": 5}), true),
        ("@request.body.views = 3", json!({"views+": 3}), true),
        ("@request.body.views = -2", json!({"views": 1, "views-": 5, "views+": 2}), true),
        ("@request.body.published = true", json!({"published": "true"}), true),
        ("@request.body.labels:length = 2", json!({"labels": ["x", "y", "x"]}), true),
        ("@request.body.labels:each = 'x'", json!({"labels": ["x", "y"]}), false),
        ("@request.body.labels:each ?= 'x'", json!({"labels": ["x", "y"]}), true),
        ("@request.body.kind:lower = 'news'", json!({"kind": "news"}), true),
        ("@request.body.author.name = 'Ann'", json!({"author": id("a1")}), true),
        ("@request.body.author.name = 'Ann'", json!({"author": id("a2")}), false),
        ("@request.body.author.name = ''", json!({}), true),
        ("@request.body.tags.name ?= 'red'", json!({"tags": red_blue}), true),
        ("@request.body.tags.name = 'red'", json!({"tags": red_blue}), false),
        ("@request.body.tags:length = 2", json!({"tags": red_blue}), true),
        ("@request.body.meta.a.0 = 1", json!({"meta": {"a": [1]}}), true),
        ("@request.body.meta = '{\"a\":[1]}'", json!({"meta": {"a": [1]}}), true),
        ("@request.body.unknown = 'raw'", json!({"unknown": "raw"}), true),
        ("@request.body.unknown.deep = 'raw'", json!({"unknown": {"deep": "raw"}}), true),
        ("@request.body.day = '2024-01-02 00:00:00.000Z'", json!({"day": "2024-01-02"}), true),
        ("@request.body.name:changed = true", json!({"name": "n"}), false),
        ("@request.body.collectionId:isset = true", json!({"collectionId": "x"}), true),
        ("name = 'n' && views = 0", json!({"name": "n"}), true),
        ("name = 'n' && kind = '' && labels:length = 0", json!({"name": "n"}), true),
        ("author.name = 'Ann'", json!({"author": id("a1")}), true),
        ("id = ''", json!({}), false),
        ("id != ''", json!({}), true),
        ("@collection.posts.name ?= 'n'", json!({"name": "n"}), false),
        ("@collection.posts.name ?= 'p1'", json!({"name": "n"}), true),
        ("@request.method = 'POST'", json!({}), true),
    ];
    for (rule, body, passes) in table {
        superuser.update_collection("posts", json!({"createRule": rule})).await.is(200);
        let answer = server.guest().create("posts", body.clone()).await;
        assert_eq!(answer.status == 200, passes, "{rule} with {body}: {answer}");
        if passes {
            superuser.delete("posts", &answer.id()).await.is(204);
        } else {
            answer.is(400).message("Failed to create record.").no_data();
        }
    }
}

#[tokio::test]
async fn changed_on_update() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    superuser.update_collection("notes", json!({"updateRule": "@request.body.title:changed = false"})).await.is(200);
    let guest = server.guest();
    guest.update("notes", &id("n1"), json!({"rank": 5})).await.is(200);
    guest.update("notes", &id("n1"), json!({"title": "Ash"})).await.is(200);
    guest.update("notes", &id("n1"), json!({"title": "Aspen"})).await.is(404);
    superuser.update_collection("notes", json!({"updateRule": "@request.body.rank:changed = true"})).await.is(200);
    guest.update("notes", &id("n1"), json!({})).await.is(404);
    guest.update("notes", &id("n1"), json!({"rank": 5})).await.is(404);
    guest.update("notes", &id("n1"), json!({"rank+": 0})).await.is(404);
    guest.update("notes", &id("n1"), json!({"rank+": 1})).await.is(200).has("/rank", 6);
}

#[tokio::test]
async fn a_rule_over_the_candidates_back_relations_fails() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    superuser.update_collection("posts", json!({"createRule": "comments_via_post.id = ''"})).await.is(200);
    server.guest().create("posts", json!({"name": "n"})).await.is(400).message("Failed to create record.").no_data();
}

#[tokio::test]
async fn generated_values_do_not_exist_yet_for_the_rule() {
    let server = TestServer::with_collections([{
        let mut collection = crate::support::collection(
            "made",
            json!([
                {"name": "created", "type": "autodate", "onCreate": true},
                {"name": "slug", "type": "text", "autogeneratePattern": "[a-z]{5}"},
            ]),
        );
        collection["createRule"] = json!("created = '' && slug = ''");
        collection
    }])
    .await;
    let answer = server.guest().create("made", json!({})).await;
    answer.is(200);
    assert_eq!(answer.text("/slug").len(), 5);
    assert!(!answer.text("/created").is_empty());
}

#[tokio::test]
async fn hidden_fields_are_dropped_from_the_body_that_rules_see() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    superuser.update_collection("notes", json!({"createRule": "@request.body.secret:isset = false"})).await.is(200);
    let made = server.guest().create("notes", json!({"secret": "mine"})).await;
    superuser.view("notes", &made.is(200).id(), &[]).await.is(200).has("/secret", "");
}
