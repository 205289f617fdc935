//! The right answer to each denied action (contract: records, section 2), for users and guests alike.

use serde_json::{Value as Json, json};

use crate::support::club::Club;
use crate::support::{Client, id};

#[tokio::test]
async fn a_rule_that_is_not_met() {
    let club = Club::open().await;
    let own = "@request.auth.id != '' && owner = @request.auth.id";
    club.rule(&["list", "view", "create", "update", "delete"], own).await;
    for (name, client) in club.everybody() {
        if name == "ann" {
            continue;
        }
        client.list("notes", &[]).await.is(200).never_says("n1");
        for note in ["n1", "n2"] {
            client.view("notes", &id(note), &[]).await.is(404).no_data();
            client.update("notes", &id(note), json!({"title": "x"})).await.is(404).no_data();
            // What is wrong with the body is not told to those who may not send it.
            client.update("notes", &id(note), json!({"labels": ["none"], "rank": "x"})).await.is(404).no_data();
            client.delete("notes", &id(note)).await.is(404).no_data();
        }
        let answer = client.create("notes", json!({"owner": id("ann"), "labels": ["none"], "id": "bad"})).await;
        answer.is(400).message("Failed to create record.").no_data();
    }
    // The owner is told, and only the owner.
    club.ann
        .update("notes", &id("n1"), json!({"labels": ["none"]}))
        .await
        .is(400)
        .code("labels", "validation_invalid_value");
    let answer = club.ann.create("notes", json!({"owner": id("ann"), "labels": ["none"]})).await;
    answer.is(400).message("Failed to create record.").code("labels", "validation_invalid_value");
    club.ann.create("notes", json!({"owner": id("ann")})).await.is(200);
    club.superuser.view("notes", &id("n1"), &[]).await.is(200).has("/title", "n1");
}

#[tokio::test]
async fn what_is_hidden_and_what_is_not_there_look_the_same() {
    let club = Club::open().await;
    club.rule(&["view", "update", "delete"], "@request.auth.id != '' && owner = @request.auth.id").await;
    for (name, client) in club.everybody() {
        if name == "ann" {
            continue;
        }
        let (hidden, missing) = (id("n1"), id("missing"));
        let pairs = [
            (client.view("notes", &hidden, &[]).await, client.view("notes", &missing, &[]).await),
            (client.update("notes", &hidden, json!({})).await, client.update("notes", &missing, json!({})).await),
            (client.delete("notes", &hidden).await, client.delete("notes", &missing).await),
        ];
        for (hidden, missing) in pairs {
            assert_eq!((hidden.status, &hidden.json), (missing.status, &missing.json), "{name}");
        }
    }
}

#[tokio::test]
async fn no_rule_at_all() {
    let club = Club::open().await;
    let closed: Json =
        json!({"listRule": null, "viewRule": null, "createRule": null, "updateRule": null, "deleteRule": null});
    club.rules("notes", closed).await;
    let message = "Only superusers can perform this action.";
    for (_, client) in club.everybody() {
        for note in [id("n1"), id("missing")] {
            client.view("notes", &note, &[]).await.is(403).message(message).no_data();
            client.update("notes", &note, json!({"labels": ["none"]})).await.is(403).message(message).no_data();
            client.delete("notes", &note).await.is(403).message(message).no_data();
        }
        client.list("notes", &[("filter", "nonsense")]).await.is(403).message(message).no_data();
        client.create("notes", json!({"id": "bad"})).await.is(403).message(message).no_data();
        // Nor is it reached from elsewhere.
        client.list("comments", &[("expand", "note")]).await.is(200).never_says("secret").never_says("\"n1\"");
        client.list("comments", &[("filter", "note.title ~ 'n'")]).await.is(400).no_data();
        client.list("comments", &[("sort", "note.title")]).await.is(400).no_data();
    }
    club.superuser.list("notes", &[]).await.is(200).has("/totalItems", 5);
}

#[tokio::test]
async fn a_rule_that_cannot_be_evaluated() {
    let club = Club::open().await;
    let candidate = "comments_via_note.by ?= @request.auth.id";
    club.rule(&["create"], candidate).await;
    club.ann.create("notes", json!({"title": "x"})).await.is(400).message("Failed to create record.").no_data();
    // The collection that the rules speak of goes away.
    club.superuser
        .create_collection(json!({"name": "passing", "type": "base", "fields": [{"name": "who", "type": "text"}]}))
        .await
        .is(200);
    let rule = "@collection.passing.who ?= @request.auth.id";
    club.rule(&["list", "view", "create", "update", "delete"], rule).await;
    club.superuser.remove("/api/collections/passing").await.is(204);
    for (_, client) in club.everybody() {
        client.list("notes", &[]).await.is(400).no_data();
        client.view("notes", &id("n1"), &[]).await.is(404).no_data();
        client.create("notes", json!({"title": "x"})).await.is(400).message("Failed to create record.").no_data();
        client.update("notes", &id("n1"), json!({"title": "x"})).await.is(404).no_data();
        client.delete("notes", &id("n1")).await.is(404).no_data();
        client.view("comments", &id("c1"), &[("expand", "note")]).await.is(200).never_says("\"n1\"");
    }
    club.superuser.view("notes", &id("n1"), &[]).await.is(200).has("/title", "n1");
}

#[tokio::test]
async fn views_and_unknown_collections_are_told_before_any_rule() {
    let club = Club::open().await;
    for (_, client) in club.everybody() {
        client.create("boards", json!({})).await.is(400).message("Unsupported collection type.");
        client.update("boards", &id("n1"), json!({})).await.is(400).message("Unsupported collection type.");
        client.delete("boards", &id("n1")).await.is(400).message("Unsupported collection type.");
        client.list("nothing", &[]).await.is(404).message("Missing collection context.");
        client.view("nothing", "x", &[]).await.is(404).message("Missing collection context.");
        client.create("nothing", json!({})).await.is(404).message("Missing or invalid collection context.");
        client.update("nothing", "x", json!({})).await.is(404).message("Missing or invalid collection context.");
        client.delete("nothing", "x").await.is(404).message("Missing collection context.");
    }
}
