//! Rules, when they are saved.

use serde_json::json;

use super::are_refused;
use crate::support::{Client, TestServer, blog, notes};

#[tokio::test]
async fn rules_that_cannot_be_understood_are_refused() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let deep = format!("{}1=1", "1=1 && ".repeat(200));
    for rule in [
        "   ",
        "title",
        "zz = 1",
        "name =",
        "name = 'x",
        "(name = 'x'",
        "name = 'x' &&",
        "name === 'x'",
        "a.b.c = 1",
        "@nothing = 1",
        "@request.nothing = 1",
        "@collection.missing.id = 1",
        "nothing(name) = 1",
        "author.zz = 1",
        "comments_via_zz.id = 1",
        "name:nothing = 1",
        "name = 'a' OR name = 'b'",
        "// only a comment",
        "()",
        &deep,
    ] {
        let answer = superuser.update_collection("posts", json!({"listRule": rule})).await;
        assert_eq!(answer.status, 400, "{rule}: {answer}");
        answer.message("Failed to update collection.").codes(&[("listRule", "validation_invalid_rule")]);
    }
    let answer = superuser.update_collection("posts", json!({"listRule": "zz = 1"})).await;
    answer.says("listRule", "Invalid rule. Raw error: invalid left operand \"zz\" - unknown field \"zz\".");
    superuser
        .update_collection("posts", json!({"listRule": "  "}))
        .await
        .says("listRule", "Invalid rule. Raw error: empty filter expression.");
    superuser
        .update_collection("posts", json!({"listRule": deep}))
        .await
        .says("listRule", "Invalid rule. Raw error: max filter expressions limit reached.");
}

#[tokio::test]
async fn all_wrong_rules_are_told_at_once() {
    let server = TestServer::start().await;
    are_refused(&server.superuser(), &[(
        json!({"name": "demo", "listRule": "a=1", "viewRule": "b=1", "createRule": "c=1", "updateRule": "d=1", "deleteRule": "e=1"}),
        &[
            ("listRule", "validation_invalid_rule"), ("viewRule", "validation_invalid_rule"),
            ("createRule", "validation_invalid_rule"), ("updateRule", "validation_invalid_rule"),
            ("deleteRule", "validation_invalid_rule"),
        ],
    )]).await;
}

#[tokio::test]
async fn rules_that_are_fine() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    for rule in [
        "",
        "name = 'x'",
        "draft = 'x'",
        "author.pen = 'x'",
        "tags.name ?= 'x'",
        "comments_via_post.by.nick = 'x'",
        "@request.auth.id != ''",
        "@request.auth.nick = name",
        "@request.auth.unknown = 1",
        "@request.body.name:isset = false",
        "@request.body.views:changed = true",
        "@request.query.a = 'b'",
        "@request.headers.x_token = 'b'",
        "@request.method = 'GET'",
        "@request.context = 'default'",
        "@collection.members.nick ?= 'x'",
        "@collection.members:m.nick ?= name",
        "labels:each = 'x'",
        "labels:length > 1",
        "name:lower = 'x'",
        "day > @now",
        "meta.a.b.0 = 1",
        "place.lon > 1",
        "geoDistance(place.lon, place.lat, 1, 2) < 10",
        "strftime('%Y', day) = '2024'",
        "name = 'x' // comment",
        "posts_via_author.id ?= 'x' || 1 = 1",
    ] {
        let answer = superuser.update_collection("posts", json!({"listRule": rule})).await;
        if rule.starts_with("posts_via_author") {
            answer.is(400);
        } else {
            assert_eq!(answer.status, 200, "{rule}: {answer}");
            answer.has("/listRule", rule);
        }
    }
}

#[tokio::test]
async fn a_rule_is_checked_against_the_new_fields() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let new = json!({"fields": [{"name": "title", "type": "text"}, {"name": "owner", "type": "text"}], "listRule": "owner = 'x'"});
    superuser.update_collection("notes", new).await.is(200);
    let gone = json!({"fields": [{"name": "title", "type": "text"}]});
    superuser.update_collection("notes", gone).await.is(400).codes(&[("listRule", "validation_invalid_rule")]);
    let both = json!({"fields": [{"name": "title", "type": "text"}], "listRule": null});
    superuser.update_collection("notes", both).await.is(200).has("/listRule", json!(null));
}

#[tokio::test]
async fn self_references_are_known_at_creation() {
    let server = TestServer::start().await;
    let answer = server.superuser().create_collection(json!({
        "id": "c_tree", "name": "tree", "listRule": "parent.parent.name = 'x' || tree_via_parent.name ?= 'y' || @collection.tree.name ?= 'z'",
        "fields": [{"name": "name", "type": "text"}, {"name": "parent", "type": "relation", "collectionId": "c_tree"}],
    })).await;
    answer.is(200);
    server.guest().list("tree", &[]).await.is(200);
}

#[tokio::test]
async fn rules_of_system_collections_stay() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    for rule in ["listRule", "viewRule", "createRule", "updateRule", "deleteRule", "authRule", "manageRule"] {
        let answer = superuser.update_collection("_superusers", json!({rule: "id != ''"})).await;
        answer.is(400).codes(&[(rule, "validation_collection_system_rule_change")]);
        answer.says(rule, "System collection API rule cannot be changed.");
    }
    superuser.update_collection("_superusers", json!({"mfa": {"rule": "email != 'x'"}})).await.is(200);
}
