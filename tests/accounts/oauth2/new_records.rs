//! What a new record is made of, and what is asked of it.

use serde_json::{Value as Json, json};

use super::provider::Provider;
use super::{alter, by_password, links, server_with, sign_in, sign_in_with, users};
use crate::support::{Client, TestServer};

/// A server with more fields on `users`, and a service that knows ann by `code`.
async fn house(mapped: Json) -> (Provider, TestServer) {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    let mut fields = server.superuser().get("/api/collections/users").await.at("/fields").clone();
    fields.as_array_mut().expect("fields").extend([
        json!({"name": "nick", "type": "text", "min": 3}),
        json!({"name": "external", "type": "text"}),
        json!({"name": "picture", "type": "text"}),
    ]);
    alter(&server, json!({"fields": fields, "oauth2": {"mappedFields": mapped}})).await;
    provider.knows(
        "code",
        json!({
            "sub": "u-1", "name": "Ann Lee", "preferred_username": "annlee", "email": "ann@example.com",
            "email_verified": true, "picture": format!("{}/avatar.png", provider.url),
        }),
    );
    (provider, server)
}

#[tokio::test]
async fn mapped_fields_are_filled_where_nothing_was_sent() {
    let mapped = json!({"id": "external", "name": "name", "username": "nick", "avatarURL": "picture"});
    let (provider, server) = house(mapped).await;
    let answer = sign_in_with(&server.guest(), "code", json!({"createData": {"name": ""}})).await;
    answer.is(200).has("/record/external", "u-1").has("/record/nick", "annlee").has("/record/name", "");
    answer.has("/record/picture", format!("{}/avatar.png", provider.url));
}

#[tokio::test]
async fn a_user_name_that_does_not_fit_or_is_taken_is_left_out() {
    let (provider, server) = house(json!({"username": "nick"})).await;
    sign_in(&server.guest(), "code").await.is(200).has("/record/nick", "annlee");
    for (code, name) in [("taken", "annlee"), ("short", "ab")] {
        let user = json!({
            "sub": code, "preferred_username": name, "email": format!("{code}@example.com"), "email_verified": true,
        });
        provider.knows(code, user);
        sign_in(&server.guest(), code).await.is(200).has("/record/nick", "");
    }
}

#[tokio::test]
async fn a_picture_in_the_house_is_not_fetched_and_keeps_nobody_out() {
    let (_provider, server) = house(json!({"avatarURL": "avatar"})).await;
    // The service of this test is on this machine, where no picture may come from.
    sign_in(&server.guest(), "code").await.is(200).has("/record/avatar", "").has("/meta/isNew", true);
}

#[tokio::test]
async fn another_address_than_the_proven_one_stays_unverified() {
    let (_provider, server) = house(json!({})).await;
    let answer = sign_in_with(&server.guest(), "code", json!({"createData": {"email": "other@example.com"}})).await;
    answer.is(200).has("/record/email", "other@example.com").has("/record/verified", false);
    answer.has("/meta/email", "ann@example.com");
}

#[tokio::test]
async fn an_address_that_is_none_is_replaced_by_the_proven_one() {
    for email in [json!(""), json!(null), json!(5)] {
        let (_provider, server) = house(json!({})).await;
        let answer = sign_in_with(&server.guest(), "code", json!({"createData": {"email": email}})).await;
        answer.is(200).has("/record/email", "ann@example.com").has("/record/verified", true);
    }
}

#[tokio::test]
async fn nobody_verifies_themselves_or_writes_what_is_hidden() {
    let (_provider, server) = house(json!({})).await;
    let guest = server.guest();
    let data = json!({"createData": {"email": "other@example.com", "verified": true}});
    sign_in_with(&guest, "code", data).await.is(400).codes(&[("verified", "validation_values_mismatch")]);
    assert_eq!(users(&server).await, 0);
    let key = "k".repeat(40);
    sign_in_with(&guest, "code", json!({"createData": {"tokenKey": key}})).await.is(200);
    let query = json!({"query": "SELECT count(*) FROM users WHERE tokenKey LIKE 'kkkk%'"});
    server.superuser().post("/api/sql", query).await.is(200).has("/rows/0/0", "0");
}

#[tokio::test]
async fn a_password_is_checked_where_one_is_sent_and_made_where_none_is() {
    let (_provider, server) = house(json!({})).await;
    let guest = server.guest();
    for (data, codes) in [
        (json!({"password": "password-of-ann"}), vec![("passwordConfirm", "validation_required")]),
        (
            json!({"password": "short", "passwordConfirm": "short"}),
            vec![("password", "validation_min_text_constraint")],
        ),
        (
            json!({"password": ""}),
            vec![("password", "validation_required"), ("passwordConfirm", "validation_required")],
        ),
    ] {
        sign_in_with(&guest, "code", json!({ "createData": data })).await.is(400).codes(&codes);
    }
    let data = json!({"password": "password-of-ann", "passwordConfirm": "password-of-ann"});
    sign_in_with(&guest, "code", json!({ "createData": data })).await.is(200);
    by_password(&server).await.is(200);

    let (_provider, server) = house(json!({})).await;
    sign_in_with(&server.guest(), "code", json!({"createData": {"passwordConfirm": "x"}})).await.is(200);
    by_password(&server).await.is(400);
}

#[tokio::test]
async fn what_is_asked_of_any_new_record_is_asked_of_these() {
    let (_provider, server) = house(json!({})).await;
    let guest = server.guest();
    sign_in_with(&guest, "code", json!({"createData": {"nick": "ab"}}))
        .await
        .is(400)
        .codes(&[("nick", "validation_min_text_constraint")]);
    alter(&server, json!({"createRule": null})).await;
    sign_in(&guest, "code").await.is(403).no_data();
    alter(&server, json!({"createRule": "@request.context != 'oauth2'"})).await;
    sign_in(&guest, "code").await.is(400).no_data();
    assert_eq!((users(&server).await, links(&server).await.len()), (0, 0));
    let rule = "@request.context = 'oauth2' && @request.body.nick = 'invited' && @request.headers.x_invite = 'yes'";
    alter(&server, json!({ "createRule": rule })).await;
    sign_in_with(&guest, "code", json!({"createData": {"nick": "invited"}})).await.is(400).no_data();
    let body = json!({"provider": "oidc", "code": "code", "createData": {"nick": "invited"}});
    let request = guest.request(reqwest::Method::POST, super::PATH).header("X-Invite", "yes").json(&body);
    guest.send(request).await.is(200).has("/record/nick", "invited");
}

#[tokio::test]
async fn a_superuser_may_make_what_others_may_not() {
    let (_provider, server) = house(json!({})).await;
    alter(&server, json!({"createRule": null})).await;
    sign_in(&server.superuser(), "code").await.is(200).has("/meta/isNew", true);
}

#[tokio::test]
async fn an_address_that_another_record_has_is_refused_as_a_whole() {
    let (provider, server) = house(json!({})).await;
    sign_in(&server.guest(), "code").await.is(200);
    provider.knows_proven("other", "other@example.com");
    let data = json!({"createData": {"email": "ann@example.com"}});
    sign_in_with(&server.guest(), "other", data).await.is(400).codes(&[("email", "validation_not_unique")]);
    assert_eq!((users(&server).await, links(&server).await.len()), (1, 1));
}
