//! A sibling endpoint that forgets the owner check and returns another's row (Vaultwarden CVE-2026-27898).

use serde_json::json;

use crate::support::{Client, TestServer, blog, comments_belong_to_their_writers, form, id};

#[tokio::test]
async fn every_way_to_a_record_asks_whose_it_is() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    comments_belong_to_their_writers(&superuser).await;
    let bob = server.user("members", &id("bob")).await;
    let target = id("c1");
    for body in [
        json!({}),
        json!({"by": id("bob")}),
        json!({"text": "mine now"}),
        json!({"by": id("bob"), "by+": id("bob")}),
        json!({"id": target}),
    ] {
        let answer = bob.update("comments", &target, body).await;
        answer.is(404).no_data().never_says("great");
    }
    bob.update_form("comments", &target, form(&[("by", &id("bob"))])).await.is(404).never_says("great");
    let payload = json!({"by": id("bob")}).to_string();
    bob.update_form("comments", &target, form(&[("@jsonPayload", &payload)])).await.is(404);
    for query in [format!("by={}", id("bob")), "expand=by".to_owned(), "fields=*".to_owned()] {
        bob.get(&format!("/api/collections/comments/records/{target}?{query}")).await.is(404).never_says("great");
    }
    bob.delete("comments", &target).await.is(404);
    let list = bob.list("comments", &[("filter", &format!("id = '{target}'"))]).await;
    list.is(200).has("/totalItems", 0).never_says("great");
    // Nor by way of a post that everyone may see.
    bob.view("posts", &id("p1"), &[("expand", "comments_via_post")]).await.is(200).never_says("great");
    // By way of creating under the taken id.
    bob.create("comments", json!({"id": target, "by": id("bob")})).await.is(400).never_says("great");
    superuser.view("comments", &target, &[]).await.is(200).has("/text", "great").has("/by", id("ann"));
}
