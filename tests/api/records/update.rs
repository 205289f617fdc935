//! `PATCH …/records/{id}`.

use serde_json::json;

use crate::support::{Client, TestServer, id, notes};

#[tokio::test]
async fn absent_keys_keep_their_value() {
    let server = TestServer::with(notes()).await;
    let answer = server.guest().update("notes", &id("n1"), json!({"title": "Aspen"})).await;
    answer.is(200).has("/title", "Aspen").has("/rank", 1).has("/done", true).lacks("/secret");
    server.superuser().view("notes", &id("n1"), &[]).await.is(200).has("/secret", "alpha").has("/title", "Aspen");
    server.guest().update("notes", &id("n1"), json!({})).await.is(200).has("/title", "Aspen");
    server
        .guest()
        .update("notes", &id("n1"), json!({"title": null, "rank": null, "done": null}))
        .await
        .is(200)
        .has("/title", "")
        .has("/rank", 0)
        .has("/done", false);
}

#[tokio::test]
async fn the_id_stays() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    guest.update("notes", &id("n1"), json!({"id": id("n1"), "rank": 9})).await.is(200).has("/rank", 9);
    for other in [id("n9"), id("n2"), "x".to_owned()] {
        let answer = guest.update("notes", &id("n1"), json!({"id": other})).await;
        answer.is(400).message("Failed to update record.").codes(&[("id", "validation_pk_change")]);
        answer.says("id", "The record primary key cannot be changed.");
    }
}

#[tokio::test]
async fn checks_come_in_their_order() {
    let server = TestServer::with(notes()).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let missing = id("n9");
    // Collection, then body, then null rule, then the record, then the rule, then validation.
    guest.update("missing", &missing, json!({})).await.is(404).message("Missing or invalid collection context.");
    let path = format!("/api/collections/notes/records/{missing}");
    let broken = guest.request(reqwest::Method::PATCH, &path).header("Content-Type", "application/json").body("{");
    superuser.update_collection("notes", json!({"updateRule": null})).await.is(200);
    guest.send(broken).await.is(400);
    guest.update("notes", &missing, json!({})).await.is(403).message("Only superusers can perform this action.");
    superuser.update_collection("notes", json!({"updateRule": "rank > 1"})).await.is(200);
    guest.update("notes", &missing, json!({"id": "bad"})).await.is(404).message("The requested resource wasn't found.");
    guest
        .update("notes", &id("n1"), json!({"id": "bad"}))
        .await
        .is(404)
        .message("The requested resource wasn't found.");
    guest.update("notes", &id("n2"), json!({"id": "bad"})).await.is(400).codes(&[("id", "validation_pk_change")]);
}

#[tokio::test]
async fn the_rule_sees_the_stored_row_and_the_submitted_body() {
    let server = TestServer::with(notes()).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    superuser.update_collection("notes", json!({"updateRule": "rank < 5 && @request.body.rank < 100"})).await.is(200);
    guest.update("notes", &id("n1"), json!({"rank": 100})).await.is(404);
    guest.update("notes", &id("n1"), json!({"rank": 50})).await.is(200);
    guest.update("notes", &id("n1"), json!({"rank": 1})).await.is(404);
    // An update does not need the view rule.
    superuser.update_collection("notes", json!({"viewRule": null})).await.is(200);
    guest.update("notes", &id("n2"), json!({"rank": 4})).await.is(200).has("/rank", 4);
}

#[tokio::test]
async fn the_last_of_many_writers_wins_and_counters_lose_nothing() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let record = id("n1");
    let add = (0..100).map(|_| guest.update("notes", &record, json!({"rank+": 1})));
    for answer in futures_util::future::join_all(add).await {
        answer.is(200);
    }
    guest.view("notes", &record, &[]).await.is(200).has("/rank", 101);
}

#[tokio::test]
async fn a_rule_is_repeated_on_the_writer() {
    let server = TestServer::with(notes()).await;
    server.superuser().update_collection("notes", json!({"updateRule": "rank = 1"})).await.is(200);
    let guest = server.guest();
    let record = id("n1");
    let takers = (0..40).map(|_| guest.update("notes", &record, json!({"rank+": 1})));
    let answers = futures_util::future::join_all(takers).await;
    let taken = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(taken, 1, "a condition that only one can meet");
    guest.view("notes", &record, &[]).await.is(200).has("/rank", 2);
}
