//! Accounts in batches: passwords are hashed and compared, and never in the transaction.

use serde_json::{Value as Json, json};

use super::{create, delete, failed_at, send, server, update, upsert};
use crate::support::{Client, TestServer, blog, id};

fn member(short: &str, password: &str) -> Json {
    json!({
        "id": id(short), "nick": short, "email": format!("{short}@example.com"),
        "password": password, "passwordConfirm": password,
    })
}

async fn signs_in(server: &TestServer, short: &str, password: &str) -> bool {
    let identity = json!({"identity": format!("{short}@example.com"), "password": password});
    server.guest().post("/api/collections/members/auth-with-password", identity).await.status == 200
}

fn password(old: &str, new: &str) -> Json {
    json!({"oldPassword": old, "password": new, "passwordConfirm": new})
}

#[tokio::test]
async fn accounts_are_created_and_sign_in() {
    let server = server(blog()).await;
    let items = (0..8).map(|number| create("members", member(&format!("m{number}x"), "the same password"))).collect();
    let answer = send(&server.guest(), items).await;
    answer.is(200).never_says("the same password").never_says("argon2").has("/7/body/nick", "m7x");
    assert!(signs_in(&server, "m0x", "the same password").await && signs_in(&server, "m7x", "the same password").await);
}

#[tokio::test]
async fn an_account_that_an_earlier_item_makes_changes_its_password() {
    let server = server(blog()).await;
    let guest = server.guest();
    let items = vec![
        create("members", member("eve", "first password")),
        update("members", &id("eve"), password("first password", "second password")),
        upsert("members", {
            let mut change = password("second password", "third password");
            change["id"] = id("eve").into();
            change
        }),
        create("comments", json!({"text": "hello", "by": id("eve"), "post": id("p1")})),
    ];
    send(&guest, items).await.is(200).has("/3/body/by", id("eve"));
    assert!(signs_in(&server, "eve", "third password").await);
    assert!(!signs_in(&server, "eve", "first password").await);
}

#[tokio::test]
async fn a_password_that_an_earlier_item_sets_is_the_old_one_of_the_next() {
    let server = server(blog()).await;
    let guest = server.guest();
    let change = |old: &str, new: &str| update("members", &id("ann"), password(old, new));
    for last in [delete("members", &id("none")), update("members", &id("bob"), json!({"nick": "bob"}))] {
        let items = vec![
            change("password-of-a-member", "second password"),
            change("password-of-a-member", "third password"),
            last,
        ];
        let answer = send(&guest, items).await;
        let data = failed_at(&answer, 1, 400, "Failed to update record.");
        assert_eq!(data["oldPassword"]["code"], "validation_invalid_old_password");
    }
    // A wrong one further back is not told before one that is not known yet.
    let items = vec![
        change("password-of-a-member", "second password"),
        change("password-of-a-member", "third password"),
        update("members", &id("bob"), password("a guess", "third password")),
    ];
    failed_at(&send(&guest, items).await, 1, 400, "Failed to update record.");
    assert!(signs_in(&server, "ann", "password-of-a-member").await);
}

#[tokio::test]
async fn a_wrong_old_password_is_told_before_a_later_failure() {
    let server = server(blog()).await;
    let guest = server.guest();
    let change = |old: &str| update("members", &id("ann"), password(old, "another password"));
    let bad = delete("members", &id("none"));
    let answer = send(&guest, vec![change("wrong password"), bad.clone()]).await;
    let data = failed_at(&answer, 0, 400, "Failed to update record.");
    assert_eq!(data["oldPassword"]["code"], "validation_invalid_old_password");
    let answer = send(&guest, vec![change("password-of-a-member"), bad]).await;
    failed_at(&answer, 1, 404, "The requested resource wasn't found.");
    assert!(signs_in(&server, "ann", "password-of-a-member").await);
    send(&guest, vec![change("password-of-a-member")]).await.is(200);
    assert!(signs_in(&server, "ann", "another password").await);
}

#[tokio::test]
async fn checks_of_the_form_are_those_of_single_requests() {
    let server = server(blog()).await;
    let guest = server.guest();
    let mut unconfirmed = member("eve", "a good password");
    unconfirmed["passwordConfirm"] = "another one".into();
    unconfirmed["verified"] = true.into();
    let answer = send(&guest, vec![create("members", unconfirmed.clone())]).await;
    let alone = guest.create("members", unconfirmed).await;
    assert_eq!(*failed_at(&answer, 0, 400, "Failed to create record."), alone.json["data"]);
    let answer = send(&guest, vec![create("members", member("eve", "short"))]).await;
    let data = failed_at(&answer, 0, 400, "Failed to create record.");
    assert!(data["password"]["code"].is_string(), "{answer}");
    guest.view("members", &id("eve"), &[]).await.is(404);
}

#[tokio::test]
async fn the_caller_stays_who_asked() {
    let server = server(blog()).await;
    server.superuser().update_collection("tags", json!({"createRule": "@request.auth.nick = 'ann'"})).await.is(200);
    let ann = server.user("members", &id("ann")).await;
    let mut item = create("tags", json!({"name": "mine"}));
    item["headers"] = json!({"Authorization": "somebody else", "authorization": ""});
    send(&ann, vec![item.clone()]).await.is(200);
    failed_at(&send(&server.guest(), vec![item.clone()]).await, 0, 400, "Failed to create record.");
    // Her address is shown to herself, in a batch as well.
    let items = vec![
        update("members", &id("ann"), json!({"nick": "ann"})),
        update("members", &id("bob"), json!({"nick": "b"})),
    ];
    let answer = send(&ann, items).await;
    answer.is(200).has("/0/body/email", "ann@example.com").lacks("/1/body/email");
}

#[tokio::test]
async fn the_caller_stays_where_an_item_ends_its_token_or_deletes_it() {
    let server = server(blog()).await;
    let rule = format!("@request.auth.id = '{}'", id("ann"));
    server.superuser().update_collection("tags", json!({"createRule": rule})).await.is(200);
    let ann = server.user("members", &id("ann")).await;
    let tag = |name: &str| create("tags", json!({"name": name}));
    let change = update("members", &id("ann"), password("password-of-a-member", "another password"));
    send(&ann, vec![change, tag("first"), tag("second")]).await.is(200).has("/0/body/email", "ann@example.com");
    failed_at(&send(&ann, vec![tag("third")]).await, 0, 400, "Failed to create record.");
    let bob = server.user("members", &id("bob")).await;
    server.superuser().update_collection("tags", json!({"createRule": "@request.auth.id != ''"})).await.is(200);
    send(&bob, vec![delete("members", &id("bob")), tag("fourth")]).await.is(200);
    failed_at(&send(&bob, vec![tag("fifth")]).await, 0, 400, "Failed to create record.");
}

#[tokio::test]
async fn rules_read_the_callers_account_as_earlier_items_left_it() {
    let server = server(blog()).await;
    server.superuser().update_collection("tags", json!({"createRule": "@request.auth.nick = 'ann'"})).await.is(200);
    let ann = server.user("members", &id("ann")).await;
    // What one item uses up is gone for the next: a batch allows no more than its items one by one.
    let spend = update("members", &id("ann"), json!({"nick": "spent"}));
    let tag = create("tags", json!({"name": "bought"}));
    send(&ann, vec![tag.clone(), spend.clone()]).await.is(200);
    let back = update("members", &id("ann"), json!({"nick": "ann"}));
    send(&ann, vec![back, tag.clone()]).await.is(200);
    failed_at(&send(&ann, vec![tag.clone(), spend, tag]).await, 2, 400, "Failed to create record.");
    server.guest().list("tags", &[("filter", "name = 'bought'")]).await.is(200).has("/totalItems", 2);
}
