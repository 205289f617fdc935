//! A token that outlives the account: suspended (Directus GHSA-56p6-qw3c-fq2g), signed out, removed.

use serde_json::json;

use crate::support::club::{Club, PASSWORD};
use crate::support::{Client, User, id, second_superuser};

/// Whether a user is somebody to rules, to a refresh and to the rows about accounts.
async fn is_somebody(club: &Club, user: &User) -> bool {
    let listed = user.list("notes", &[]).await.is(200).at("/totalItems").as_i64().unwrap() > 0;
    let viewed = user.view("notes", &id("n1"), &[]).await.status == 200;
    let refreshed = user.post("/api/collections/people/auth-refresh", json!({})).await.status == 200;
    let changed = user.update("notes", &id("n1"), json!({"title": "n1"})).await.status == 200;
    assert_eq!((listed, viewed, refreshed), (viewed, refreshed, changed), "some paths know the user, some do not");
    club.guest.list("notes", &[]).await.is(200).has("/totalItems", 0);
    listed
}

#[tokio::test]
async fn an_account_that_is_gone_or_locked_out_has_no_token() {
    let club = Club::open().await;
    club.rule(&["list", "view", "update"], "@request.auth.id != ''").await;
    let (password, locked) =
        (json!({"password": "another-password", "passwordConfirm": "another-password"}), "k".repeat(50));
    for change in
        [password, json!({"tokenKey": locked}), json!({"tokenKey:autogenerate": ""}), json!({"email": "b@example.com"})]
    {
        let bob = club.server.user("people", &id("bob")).await;
        assert!(is_somebody(&club, &bob).await);
        club.superuser.update("people", &id("bob"), change.clone()).await.is(200);
        assert!(!is_somebody(&club, &bob).await, "after {change}");
    }
    // The owner signs everybody else out with a new password, himself included.
    let bob = club.server.user("people", &id("bob")).await;
    let again = json!({"oldPassword": "another-password", "password": PASSWORD, "passwordConfirm": PASSWORD});
    bob.update("people", &id("bob"), again).await.is(200);
    assert!(!is_somebody(&club, &bob).await, "the old token outlives the old password");
    // Removed, and made anew under the same id.
    assert!(is_somebody(&club, &club.cid).await);
    club.superuser.delete("people", &id("cid")).await.is(204);
    assert!(!is_somebody(&club, &club.cid).await);
    let anew = json!({"id": id("cid"), "email": "cid@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD});
    club.superuser.create("people", anew).await.is(200);
    assert!(!is_somebody(&club, &club.cid).await, "the token is good for another account of the same id");
    // The whole collection.
    assert!(is_somebody(&club, &club.ann).await);
    club.rules("people", json!({"authToken": {"secret": "another secret of the tests, long enough"}})).await;
    assert!(!is_somebody(&club, &club.ann).await);
    club.robot.list("notes", &[]).await.is(200).has("/totalItems", 5);
}

#[tokio::test]
async fn a_suspended_account_gets_no_new_token_and_loses_what_rules_give() {
    let club = Club::open().await;
    // The recipe of docs/filters-and-rules.md: a field that the auth rule and the other rules ask for.
    let fields = club.superuser.get("/api/collections/people").await.json["fields"].clone();
    let mut fields = fields.as_array().unwrap().clone();
    fields.push(json!({"name": "suspended", "type": "bool", "hidden": true}));
    club.rules("people", json!({"fields": fields, "authRule": "suspended = false"})).await;
    club.rule(&["list", "view"], "@request.auth.id != '' && @request.auth.suspended = false").await;
    let bob = club.server.user("people", &id("bob")).await;
    bob.list("notes", &[]).await.is(200).has("/totalItems", 5);
    club.superuser.update("people", &id("bob"), json!({"suspended": true})).await.is(200);
    bob.list("notes", &[]).await.is(200).has("/totalItems", 0);
    bob.view("notes", &id("n1"), &[]).await.is(404);
    bob.post("/api/collections/people/auth-refresh", json!({})).await.is(403).no_data();
    // The field is hidden: nobody sets it back.
    bob.update("people", &id("bob"), json!({"suspended": false})).await.is(200);
    bob.list("notes", &[]).await.is(200).has("/totalItems", 0);
    // A changed auth rule ends all tokens at once.
    let ann = club.server.user("people", &id("ann")).await;
    club.rules("people", json!({"authRule": "suspended = false && verified = true"})).await;
    ann.list("notes", &[]).await.is(200).has("/totalItems", 0);
    ann.post("/api/collections/people/auth-refresh", json!({})).await.is(401);
}

#[tokio::test]
async fn a_superuser_that_was_removed_is_one_no_more() {
    let club = Club::open().await;
    let second = second_superuser(&club.superuser).await;
    // The first one's token ended with the secret that both share; the second removes itself last of all.
    second.get("/api/collections").await.is(200);
    let third = json!({"email": "third@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD});
    second.create("_superusers", third).await.is(200);
    second.delete("_superusers", &second.id).await.is(204);
    second.get("/api/collections").await.is(401);
    second.list("_superusers", &[]).await.is(403);
    second.list("people", &[("filter", "pin ~ 'pin'")]).await.is(400);
}
