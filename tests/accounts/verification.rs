//! Proving an address: request and confirmation.

use serde_json::json;

use super::house::{PASSWORD, house, link, links, post, record, sign_in, user, user_in};
use crate::support::{Client, TestServer};

const ANN: &str = "ann@example.com";

async fn request(server: &TestServer, email: &str) {
    post(server, "users", "request-verification", json!({"email": email})).await.is(204);
}

/// The token of a letter to Ann.
async fn token(server: &TestServer) -> String {
    request(server, ANN).await;
    server.mail_to(ANN).await.token()
}

async fn confirm(server: &TestServer, token: &str) -> crate::support::Answer {
    post(server, "users", "confirm-verification", json!({"token": token})).await
}

#[tokio::test]
async fn the_link_in_the_mail_verifies_the_record() {
    let server = house().await;
    let id = user(&server, ANN).await;
    request(&server, ANN).await;
    let mail = server.mail_to(ANN).await;
    assert!(mail.link().contains("/_/#/auth/confirm-verification/"), "{}", mail.link());
    assert!(mail.text.contains(mail.link()), "{}", mail.text);
    confirm(&server, &mail.token()).await.is(204);
    assert_eq!(record(&server, &id).await["verified"], true);
    // Once more changes nothing, and tokens of the record stay good: no other account was linked.
    confirm(&server, &mail.token()).await.is(204);
}

#[tokio::test]
async fn unknown_verified_and_pestered_addresses_get_the_same_answer_and_no_mail() {
    let server = house().await;
    user(&server, ANN).await;
    user_in(&server, "users", json!({"email": "done@example.com", "verified": true})).await;
    for email in [ANN, ANN, "done@example.com", "nobody@example.com", "nobody@example.com"] {
        request(&server, email).await;
    }
    server.letters_are_sent().await;
    let sent: Vec<_> = server.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(sent, [ANN]);
    request(&server, ANN).await;
    assert_eq!(server.mails_to(ANN).await.len(), 1, "two minutes have not passed");
}

#[tokio::test]
async fn a_confirmation_ends_the_rest_of_the_address() {
    let server = house().await;
    let id = user(&server, ANN).await;
    let token = token(&server).await;
    confirm(&server, &token).await.is(204);
    server.superuser().update("users", &id, json!({"verified": false})).await.is(200);
    request(&server, ANN).await;
    assert_eq!(server.mails_to(ANN).await.len(), 2);
}

#[tokio::test]
async fn what_is_wrong_with_the_form_is_told() {
    let server = house().await;
    for (body, code) in [
        (json!({}), "validation_required"),
        (json!({"email": "ann"}), "validation_is_email"),
        (json!({"email": format!("{}@example.com", "a".repeat(250))}), "validation_length_out_of_range"),
    ] {
        post(&server, "users", "request-verification", body).await.is(400).codes(&[("email", code)]);
    }
    post(&server, "users", "request-verification", json!({"email": 5})).await.is(400).no_data();
    let guest = server.guest();
    let path = "/api/collections/users/request-verification";
    guest.post_text(path, "application/json", "{").await.is(400).no_data();
    guest.post_text(path, "text/plain", "email=a@b.co").await.is(400).no_data();
    let form = "email=nobody%40example.com";
    guest.post_text(path, "application/x-www-form-urlencoded", form).await.is(204);
}

#[tokio::test]
async fn collections_that_cannot_verify_say_so_before_they_look_at_the_form() {
    let server = house().await;
    server.superuser().create_collection(json!({"name": "notes", "type": "base"})).await.is(200);
    let guest = server.guest();
    for action in ["request-verification", "confirm-verification"] {
        for (collection, status) in [("notes", 404), ("nothing", 404), ("_superusers", 400)] {
            let path = format!("/api/collections/{collection}/{action}");
            guest.post_text(&path, "application/json", "{").await.is(status).no_data();
        }
    }
}

#[tokio::test]
async fn each_kind_of_wrong_token_has_its_code() {
    let server = house().await;
    let id = user(&server, ANN).await;
    server.superuser().create_collection(json!({"name": "members", "type": "auth"})).await.is(200);
    let good = token(&server).await;
    let auth = sign_in(&server, ANN, PASSWORD).await.text("/token").to_owned();
    post(&server, "users", "request-password-reset", json!({"email": ANN})).await.is(204);
    let reset = server.mail_to(ANN).await.token();
    let forged = format!("{}{}", &good[..good.len() - 2], if good.ends_with("AA") { "BB" } else { "AA" });
    for (token, code) in [
        ("", "validation_required"),
        ("no token", "validation_invalid_token_claims"),
        ("a.b.c", "validation_invalid_token_claims"),
        (auth.as_str(), "validation_invalid_token_claims"),
        (reset.as_str(), "validation_invalid_token"),
        (forged.as_str(), "validation_invalid_token"),
    ] {
        confirm(&server, token).await.is(400).codes(&[("token", code)]);
    }
    let elsewhere = post(&server, "members", "confirm-verification", json!({"token": good})).await;
    elsewhere.is(400).codes(&[("token", "validation_token_collection_mismatch")]);
    assert_eq!(record(&server, &id).await["verified"], false);
    server.superuser().update("users", &id, json!({"email": "other@example.com"})).await.is(200);
    confirm(&server, &good).await.is(400).codes(&[("token", "validation_invalid_token")]);
}

#[tokio::test]
async fn verifying_ends_what_others_linked_before() {
    let server = house().await;
    let id = user(&server, ANN).await;
    link(&server, &id).await;
    let session = sign_in(&server, ANN, PASSWORD).await.text("/token").to_owned();
    let token = token(&server).await;
    confirm(&server, &token).await.is(204);
    assert_eq!(links(&server, &id).await, "0");
    let refresh = server.guest().with_token(session).post("/api/collections/users/auth-refresh", json!({})).await;
    refresh.is(401);
    sign_in(&server, ANN, PASSWORD).await.is(200);
    confirm(&server, &token).await.is(400).codes(&[("token", "validation_invalid_token")]);
}

#[tokio::test]
async fn without_passwords_verifying_ends_the_one_that_was_set() {
    let server = house().await;
    let id = user(&server, ANN).await;
    let options = json!({"passwordAuth": {"enabled": false}, "otp": {"enabled": true}});
    server.superuser().update_collection("users", options).await.is(200);
    let hash = format!("SELECT password FROM users WHERE id = '{id}'");
    let before = server.sql(&hash).await;
    let token = token(&server).await;
    confirm(&server, &token).await.is(204);
    assert_ne!(server.sql(&hash).await, before);
    assert_eq!(record(&server, &id).await["verified"], true);
}
