//! A new password without the old one: request and confirmation.

use serde_json::{Value as Json, json};

use super::house::{PASSWORD, house, link, links, post, record, sign_in, user, user_in};
use crate::support::{Answer, Client, SUPERUSER_EMAIL, TestServer};

const ANN: &str = "ann@example.com";
const NEW: &str = "another password";

async fn request(server: &TestServer, email: &str) {
    post(server, "users", "request-password-reset", json!({"email": email})).await.is(204);
}

async fn token(server: &TestServer) -> String {
    request(server, ANN).await;
    server.mail_to(ANN).await.token()
}

fn form(token: &str, password: &str) -> Json {
    json!({"token": token, "password": password, "passwordConfirm": password})
}

async fn confirm(server: &TestServer, token: &str, password: &str) -> Answer {
    post(server, "users", "confirm-password-reset", form(token, password)).await
}

#[tokio::test]
async fn the_link_in_the_mail_gives_a_new_password_once() {
    let server = house().await;
    let id = user(&server, ANN).await;
    request(&server, ANN).await;
    let mail = server.mail_to(ANN).await;
    assert!(mail.link().contains("/_/#/auth/confirm-password-reset/"), "{}", mail.link());
    confirm(&server, &mail.token(), NEW).await.is(204);
    sign_in(&server, ANN, NEW).await.is(200);
    sign_in(&server, ANN, PASSWORD).await.is(400);
    assert_eq!(record(&server, &id).await["verified"], true, "who has the mail has the address");
    let used = confirm(&server, &mail.token(), "a third password").await;
    used.is(400).codes(&[("token", "validation_invalid_token")]);
    sign_in(&server, ANN, NEW).await.is(200);
}

#[tokio::test]
async fn of_many_confirmations_at_once_one_succeeds() {
    let server = house().await;
    user(&server, ANN).await;
    let token = token(&server).await;
    let path = "/api/collections/users/confirm-password-reset";
    let guest = server.guest();
    let passwords: Vec<String> = (0..8).map(|number| format!("new password {number}")).collect();
    let tries = passwords.iter().map(|password| guest.post(path, form(&token, password)));
    let answers = futures_util::future::join_all(tries).await;
    let won: Vec<_> = answers.iter().zip(&passwords).filter(|(answer, _)| answer.status == 204).collect();
    assert_eq!(won.len(), 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    for answer in answers.iter().filter(|answer| answer.status != 204) {
        answer.is(400).codes(&[("token", "validation_invalid_token")]);
    }
    sign_in(&server, ANN, won[0].1).await.is(200);
}

#[tokio::test]
async fn unknown_and_pestered_addresses_get_the_same_answer_and_no_mail() {
    let server = house().await;
    user(&server, ANN).await;
    for email in [ANN, "nobody@example.com", ANN, "Ann@example.com"] {
        request(&server, email).await;
    }
    server.letters_are_sent().await;
    let sent: Vec<_> = server.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(sent, [ANN]);
}

#[tokio::test]
async fn where_case_does_not_count_one_address_is_pestered_once() {
    let server = house().await;
    user(&server, ANN).await;
    let users = server.superuser().get("/api/collections/users").await;
    let indexes: Vec<String> = users
        .at("/indexes")
        .as_array()
        .expect("indexes")
        .iter()
        .map(|index| index.as_str().expect("a text").replace("(`email`)", "(`email` COLLATE NOCASE)"))
        .collect();
    server.superuser().update_collection("users", json!({"indexes": indexes})).await.is(200);
    for email in ["ANN@example.com", "Ann@example.com", ANN] {
        request(&server, email).await;
    }
    server.letters_are_sent().await;
    let sent: Vec<_> = server.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(sent, [ANN], "to the address of the record, not to the one that was typed");
}

#[tokio::test]
async fn what_is_wrong_with_the_form_is_told_together() {
    let server = house().await;
    user(&server, ANN).await;
    let token = token(&server).await;
    let confirm = async |body: Json| post(&server, "users", "confirm-password-reset", body).await;
    confirm(json!({})).await.is(400).codes(&[
        ("token", "validation_required"),
        ("password", "validation_required"),
        ("passwordConfirm", "validation_required"),
    ]);
    let short = confirm(json!({"token": "x", "password": "short", "passwordConfirm": "other"})).await;
    short.is(400).codes(&[
        ("token", "validation_invalid_token"),
        ("password", "validation_length_out_of_range"),
        ("passwordConfirm", "validation_values_mismatch"),
    ]);
    confirm(form(&token, "éééé")).await.is(400).codes(&[("password", "validation_min_text_constraint")]);
    confirm(form(&token, &"é".repeat(40))).await.is(400).codes(&[("password", "validation_invalid_value")]);
    confirm(json!({"token": token, "password": 5})).await.is(400).no_data();
    confirm(form(&token, NEW)).await.is(204);
}

#[tokio::test]
async fn tokens_of_other_kinds_and_collections_are_refused() {
    let server = house().await;
    user(&server, ANN).await;
    server.superuser().create_collection(json!({"name": "members", "type": "auth"})).await.is(200);
    post(&server, "users", "request-verification", json!({"email": ANN})).await.is(204);
    let verification = server.mail_to(ANN).await.token();
    let auth = sign_in(&server, ANN, PASSWORD).await.text("/token").to_owned();
    for token in [&verification, &auth] {
        confirm(&server, token, NEW).await.is(400).codes(&[("token", "validation_invalid_token")]);
    }
    let good = token(&server).await;
    let elsewhere = post(&server, "members", "confirm-password-reset", form(&good, NEW)).await;
    elsewhere.is(400).codes(&[("token", "validation_token_collection_mismatch")]);
    sign_in(&server, ANN, PASSWORD).await.is(200);
}

#[tokio::test]
async fn a_reset_ends_what_others_linked_before_the_address_was_proven() {
    let server = house().await;
    let (ann, bob) = (user(&server, ANN).await, "bob@example.com");
    let bob_id = user_in(&server, "users", json!({"email": bob, "verified": true})).await;
    link(&server, &ann).await;
    link(&server, &bob_id).await;
    let of_ann = token(&server).await;
    confirm(&server, &of_ann, NEW).await.is(204);
    request(&server, bob).await;
    confirm(&server, &server.mail_to(bob).await.token(), NEW).await.is(204);
    assert_eq!(links(&server, &ann).await, "0");
    assert_eq!(links(&server, &bob_id).await, "1", "what a proven account linked stays");
}

#[tokio::test]
async fn where_passwords_are_off_nobody_may_ask_before_the_form_is_read() {
    let server = house().await;
    user(&server, ANN).await;
    let good = token(&server).await;
    let options = json!({"passwordAuth": {"enabled": false}, "otp": {"enabled": true}});
    server.superuser().update_collection("users", options).await.is(200);
    let path = "/api/collections/users/request-password-reset";
    server.guest().post_text(path, "application/json", "{").await.is(400).no_data();
    post(&server, "users", "request-password-reset", json!({"email": ANN})).await.is(400).no_data();
    // A token that is out already stays good.
    confirm(&server, &good, NEW).await.is(204);
}

#[tokio::test]
async fn superusers_reset_theirs_and_the_placeholder_gets_no_mail() {
    let server = house().await;
    let installer = "__pbinstaller@example.com";
    user_in(&server, "_superusers", json!({"email": installer})).await;
    for email in [installer, SUPERUSER_EMAIL] {
        post(&server, "_superusers", "request-password-reset", json!({"email": email})).await.is(204);
    }
    server.letters_are_sent().await;
    let mails = server.mails();
    let sent: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(sent, [SUPERUSER_EMAIL]);
    let token = mails[0].token();
    post(&server, "_superusers", "confirm-password-reset", form(&token, NEW)).await.is(204);
    let identity = json!({"identity": SUPERUSER_EMAIL, "password": NEW});
    post(&server, "_superusers", "auth-with-password", identity).await.is(200);
}
