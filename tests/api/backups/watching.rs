//! `GET /api/backups/active`: what is being done, for whoever watches.

use serde_json::{Value as Json, json};

use super::{held_up, make, server, until_active};
use crate::support::{Client, TestServer, blog, id};

const ACTIVE: &str = "/api/backups/active";

#[tokio::test]
async fn a_backup_that_is_being_made_can_be_watched() {
    let server = server().await;
    let superuser = server.superuser();
    superuser.get(ACTIVE).await.is(200).has("", json!({"active": null}));
    let lock = held_up(&server);
    let watch = async {
        until_active(&server, true).await;
        let answer = superuser.get(ACTIVE).await;
        answer.is(200).has("/active/kind", "create").has("/active/key", "a.zip").has("/active/step", "database");
        assert!(answer.text("/active/since").ends_with('Z') && answer.at("/active/done").is_u64());
        assert!(answer.at("/active").as_object().is_some_and(|told| told.contains_key("total")));
        drop(lock);
    };
    let (made, ()) = tokio::join!(make(&server, "a.zip"), watch);
    made.is(204);
    superuser.get(ACTIVE).await.is(200).has("/active", Json::Null);
    superuser.post("/api/backups/a.zip/verify", json!({})).await.is(200);
    superuser.get(ACTIVE).await.is(200).has("/active", Json::Null);
}

#[tokio::test]
async fn watching_is_for_superusers_and_leaves_no_entry_in_the_log() {
    let server = TestServer::with(blog()).await;
    server.guest().get(ACTIVE).await.is(401);
    server.user("members", &id("ann")).await.get(ACTIVE).await.is(403);
    let superuser = server.superuser();
    superuser.get(ACTIVE).await.is(200);
    let request = superuser.request(reqwest::Method::GET, "/api/logs").query(&[("filter", "data.url ~ 'active'")]);
    let found = superuser.send(request).await;
    assert_eq!(found.is(200).items().len(), 2, "the two that were refused");
}
