//! Who sees which keys of a record.

use serde_json::json;

use crate::support::{Client, TestServer, blog, id, notes};

#[tokio::test]
async fn hidden_fields_are_for_superusers() {
    let server = TestServer::with(notes()).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    guest.list("notes", &[]).await.is(200).never_says("secret").never_says("alpha");
    guest.view("notes", &id("n1"), &[("fields", "secret,*")]).await.is(200).lacks("/secret");
    superuser.view("notes", &id("n1"), &[]).await.is(200).has("/secret", "alpha");
    let made = guest.create("notes", json!({"title": "x", "secret": "mine"})).await;
    made.is(200).lacks("/secret");
    superuser.view("notes", &made.id(), &[]).await.has("/secret", "");
    guest.update("notes", &id("n1"), json!({"secret": "mine", "secret+": "x"})).await.is(200).lacks("/secret");
    superuser.view("notes", &id("n1"), &[]).await.has("/secret", "alpha");
    superuser.update("notes", &id("n1"), json!({"secret": "new"})).await.is(200).has("/secret", "new");
}

#[tokio::test]
async fn an_address_is_shown_to_whom_it_concerns() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let ann = server.user("members", &id("ann")).await;
    let bob = server.user("members", &id("bob")).await;
    let guest = server.guest();
    guest
        .view("members", &id("ann"), &[])
        .await
        .is(200)
        .has("/email", "ann@example.com")
        .has("/emailVisibility", true)
        .has("/verified", true)
        .lacks("/password")
        .lacks("/tokenKey");
    guest.view("members", &id("bob"), &[]).await.is(200).lacks("/email").has("/emailVisibility", false);
    ann.view("members", &id("bob"), &[]).await.is(200).lacks("/email");
    bob.view("members", &id("bob"), &[]).await.is(200).has("/email", "bob@example.com");
    superuser
        .view("members", &id("bob"), &[])
        .await
        .is(200)
        .has("/email", "bob@example.com")
        .lacks("/password")
        .lacks("/tokenKey");
    let list = ann.list("members", &[("sort", "nick")]).await;
    list.is(200).has("/items/0/email", "ann@example.com").lacks("/items/1/email");
}

#[tokio::test]
async fn a_manager_sees_the_addresses_of_whom_they_manage() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    superuser
        .update_collection("members", json!({"manageRule": "@request.auth.nick = 'ann' && nick = 'bob'"}))
        .await
        .is(200);
    let third = json!({
        "id": id("cat"), "email": "cat@example.com", "nick": "cat", "password": "password-of-cat", "passwordConfirm": "password-of-cat",
    });
    superuser.create("members", third).await.is(200);
    let ann = server.user("members", &id("ann")).await;
    let list = ann.list("members", &[("sort", "nick")]).await;
    list.is(200).has("/items/1/email", "bob@example.com").lacks("/items/2/email");
    let bob = server.user("members", &id("bob")).await;
    bob.view("members", &id("cat"), &[]).await.is(200).lacks("/email");
    server.guest().view("members", &id("bob"), &[]).await.is(200).lacks("/email");
    // Through a relation, too.
    let comments = ann.view("comments", &id("c2"), &[("expand", "by")]).await;
    comments.is(200).has("/expand/by/email", "bob@example.com");
}

#[tokio::test]
async fn a_visible_password_field_is_shown_empty() {
    let fields = json!([{"name": "pin", "type": "password"}, {"name": "name", "type": "text"}]);
    let mut server = TestServer::with_collections([crate::support::collection("safes", fields)]).await;
    let made = server.guest().create("safes", json!({"pin": "1234", "name": "n"})).await;
    made.is(200).has("/pin", "").never_says("1234");
    server.superuser().view("safes", &made.id(), &[]).await.is(200).has("/pin", "");
    let stored = server.stopped_database().value("SELECT pin FROM safes");
    assert!(stored.starts_with("$argon2id$"), "{stored}");
}

#[tokio::test]
async fn created_records_hide_what_their_creator_may_not_see() {
    let server = TestServer::with(blog()).await;
    let body =
        json!({"email": "new@example.com", "password": "12345678", "passwordConfirm": "12345678", "nick": "new"});
    server
        .guest()
        .create("members", body)
        .await
        .is(200)
        .lacks("/email")
        .lacks("/password")
        .lacks("/passwordConfirm")
        .lacks("/tokenKey");
}
