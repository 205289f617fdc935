//! A sibling endpoint that forgets the owner check and returns another's row (Vaultwarden CVE-2026-27898).

use serde_json::json;

use crate::support::club::{Club, PASSWORD};
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

#[tokio::test]
async fn every_way_to_an_account_asks_whose_it_is() {
    let club = Club::open().await;
    let own = "id = @request.auth.id";
    club.rules("people", json!({"listRule": own, "viewRule": own, "updateRule": own, "deleteRule": own})).await;
    let ann = id("ann");
    for client in [&club.bob, &club.cid, &club.robot] {
        for body in [
            json!({}),
            json!({"name": "taken"}),
            json!({"id": client.id, "name": "taken"}),
            json!({"password": "another-password", "passwordConfirm": "another-password", "oldPassword": PASSWORD}),
            json!({"emailVisibility": true}),
        ] {
            client.update("people", &ann, body).await.is(404).no_data().never_says("ann@");
        }
        client.update_form("people", &ann, form(&[("id", &client.id), ("name", "taken")])).await.is(404);
        client.view("people", &ann, &[("expand", "clubs"), ("fields", "*")]).await.is(404).never_says("ann@");
        client.delete("people", &ann).await.is(404);
        client.list("people", &[("filter", &format!("id = '{ann}'"))]).await.is(200).has("/totalItems", 0);
        client.view("notes", &id("n1"), &[("expand", "owner")]).await.is(200).has("/expand", json!({}));
        client.view("clubs", &id("red"), &[("expand", "people_via_clubs")]).await.is(200).never_says("ann@");
        let path = format!("/api/collections/_superusers/impersonate/{ann}");
        client.post(&path, json!({})).await.is_refused().never_says("token");
        client.post(&path.replace("_superusers", "people"), json!({})).await.is_refused().never_says("token");
        // Under an id that is taken, of the same or another collection.
        let new = json!({"id": ann, "email": "x@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD});
        client.create("people", new.clone()).await.is(400).codes(&[("id", "validation_not_unique")]);
        client.create("robots", new).await.is(400).codes(&[("id", "validation_invalid_auth_id")]);
    }
    club.ann.view("people", &ann, &[]).await.is(200).has("/name", "ann").has("/email", "ann@example.com");
}
