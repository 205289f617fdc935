//! `POST /api/collections/{collection}/explain`: why a rule says yes or no.

use serde_json::{Value as Json, json};

use crate::support::{Answer, Client, TestServer, blog, id, notes};

async fn explain(server: &TestServer, collection: &str, question: Json) -> Answer {
    server.superuser().post(&format!("/api/collections/{collection}/explain"), question).await
}

#[tokio::test]
async fn superusers_alone_may_ask() {
    let server = TestServer::with(blog()).await;
    let question = json!({"operation": "list"});
    server.guest().post("/api/collections/posts/explain", question.clone()).await.is(401);
    let user = server.user("members", &id("ann")).await;
    user.post("/api/collections/posts/explain", question.clone()).await.is(403);
    explain(&server, "missing", question).await.is(404);
}

#[tokio::test]
async fn each_clause_has_its_place_its_values_and_its_result() {
    let server = TestServer::with(notes()).await;
    let rule = "(title = 'Ash' || rank > 5) && done = false";
    let question = json!({"operation": "view", "rule": rule, "record": id("n1")});
    let answer = explain(&server, "notes", question).await;
    answer.is(200).has("/allowed", false).has("/status", 404).has("/by", "rule").has("/rule", rule);
    answer.has("/clause/kind", "all").has("/clause/result", "false").has("/clause/decides", true);
    answer.has("/clause/parts/0/kind", "any").has("/clause/parts/0/result", "true");
    answer.has("/clause/parts/0/decides", false).has("/clause/parts/0/from", 0).has("/clause/parts/0/to", 27);
    answer.has("/clause/parts/0/parts/0/left/value", "Ash").has("/clause/parts/0/parts/0/right/value", "Ash");
    answer.has("/clause/parts/0/parts/1/result", "false").has("/clause/parts/0/parts/1/left/value", 1);
    let last = "/clause/parts/1";
    answer.has(&format!("{last}/text"), "done = false").has(&format!("{last}/from"), 31);
    answer.has(&format!("{last}/result"), "false").has(&format!("{last}/decides"), true);
    answer.has(&format!("{last}/left/value"), 1).has(&format!("{last}/left/text"), "done");
    answer.has("/tables", json!(["notes"])).has("/indexed", false);
    assert!(!answer.at("/plan").as_array().expect("a plan").is_empty() && answer.at("/milliseconds").is_f64());
}

#[tokio::test]
async fn the_verdict_is_what_the_api_answers() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let member = json!({"collection": "members", "id": id("ann")});
    let user = server.user("members", &id("ann")).await;
    for rule in [json!(null), json!(""), json!("views > 15"), json!("@request.auth.id = ''"), json!("author.id = ''")] {
        let rules = json!({"viewRule": rule, "updateRule": rule, "createRule": rule, "deleteRule": rule});
        superuser.update_collection("posts", rules).await.is(200);
        for caller in [json!(null), member.clone(), json!("superuser")] {
            for record in [id("p1"), id("p2"), id("p5"), id("gone")] {
                let question = |operation: &str| json!({"operation": operation, "caller": caller, "record": record});
                let told = explain(&server, "posts", question("view")).await;
                let path = format!("/api/collections/posts/records/{record}");
                let (viewed, updated) = match &caller {
                    Json::Null => (server.guest().get(&path).await, server.guest().patch(&path, json!({})).await),
                    Json::String(_) => (superuser.get(&path).await, superuser.patch(&path, json!({})).await),
                    _ => (user.get(&path).await, user.patch(&path, json!({})).await),
                };
                told.is(200).has("/status", viewed.status).has("/allowed", viewed.status == 200);
                let told = explain(&server, "posts", question("update")).await;
                told.is(200).has("/status", updated.status).has("/allowed", updated.status == 200);
            }
        }
    }
}

#[tokio::test]
async fn a_create_is_asked_of_what_was_sent() {
    let server = TestServer::with(notes()).await;
    let rule = "rank > 3 && @request.body.title:isset = true && @request.headers.x_key = 'k' && @request.query.a = '1'";
    let question = |rank: i64| {
        json!({
            "operation": "create", "rule": rule, "body": {"rank": rank, "title": "New"},
            "headers": {"X-Key": "k"}, "query": {"a": "1"},
        })
    };
    explain(&server, "notes", question(4)).await.is(200).has("/allowed", true).has("/status", 200);
    let refused = explain(&server, "notes", question(3)).await;
    refused.is(200).has("/allowed", false).has("/status", 400).has("/message", "Failed to create record.");
    refused.has("/clause/parts/0/left/value", 3).has("/clause/parts/0/decides", true);
    refused.has("/clause/parts/2/left/value", "k").has("/clause/parts/2/decides", false);
    server.guest().list("notes", &[]).await.has("/totalItems", 3);
}

#[tokio::test]
async fn several_rows_have_several_values() {
    let server = TestServer::with(blog()).await;
    let rule = "comments_via_post.stars ?= 3 && comments_via_post.stars = 5";
    let question = json!({"operation": "view", "rule": rule, "record": id("p1")});
    let answer = explain(&server, "posts", question).await;
    answer.is(200).has("/allowed", false).has("/clause/parts/0/result", "true");
    let mut stars = answer.at("/clause/parts/0/left/value").as_array().expect("values").clone();
    stars.sort_by_key(Json::as_i64);
    assert_eq!(stars, [3, 5]);
    assert!(answer.at("/tables").as_array().expect("tables").contains(&json!("comments")));
}

#[tokio::test]
async fn without_a_record_nothing_is_asked_of_one() {
    let server = TestServer::with(notes()).await;
    let answer = explain(&server, "notes", json!({"operation": "list", "rule": "rank > 1"})).await;
    answer.is(200).has("/allowed", true).has("/clause/result", "skipped").has("/clause/decides", false);
    let listed = json!({"operation": "list", "rule": "rank > 1", "record": id("n1")});
    let answer = explain(&server, "notes", listed).await;
    answer.is(200).has("/allowed", false).has("/status", 200).has("/message", "The record is left out of the list.");
    let by_id = explain(&server, "notes", json!({"operation": "list", "rule": "id = 'x'"})).await;
    by_id.is(200).has("/indexed", true);
}

#[tokio::test]
async fn passwords_and_token_keys_are_never_shown() {
    let server = TestServer::with(blog()).await;
    let rule = "tokenKey != '' && tokenKey:lower != '' && password != '' && email ~ 'a'";
    let caller = json!({"collection": "members", "id": id("bob")});
    for operation in ["view", "auth", "manage"] {
        let question = json!({"operation": operation, "rule": rule, "record": id("ann"), "caller": caller});
        let answer = explain(&server, "members", question).await;
        answer.is(200);
        for part in 0..3 {
            answer.has(&format!("/clause/parts/{part}/left/secret"), true);
            answer.lacks(&format!("/clause/parts/{part}/left/value"));
        }
        answer.never_says("$argon2id");
    }
}

#[tokio::test]
async fn questions_that_make_no_sense_are_refused() {
    let server = TestServer::with(notes()).await;
    for (question, field, code) in [
        (json!({}), "operation", "validation_required"),
        (json!({"operation": "read"}), "operation", "validation_invalid_value"),
        (json!({"operation": "auth", "record": "x"}), "operation", "validation_invalid_value"),
        (json!({"operation": "view"}), "record", "validation_required"),
        (json!({"operation": "list", "rule": 5}), "rule", "validation_invalid_value"),
        (json!({"operation": "list", "rule": "rank >"}), "rule", "validation_invalid_rule"),
        (json!({"operation": "list", "rule": "nothing = 1"}), "rule", "validation_invalid_rule"),
        (json!({"operation": "list", "caller": "me"}), "caller", "validation_invalid_value"),
        (
            json!({"operation": "list", "caller": {"collection": "notes", "id": "x"}}),
            "caller",
            "validation_invalid_caller",
        ),
        (json!({"operation": "create", "body": []}), "body", "validation_invalid_value"),
    ] {
        explain(&server, "notes", question).await.is(400).codes(&[(field, code)]);
    }
}
