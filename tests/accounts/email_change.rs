//! Another address: request and confirmation.

use serde_json::json;

use super::house::{PASSWORD, house, post, record, sign_in, user};
use crate::support::{Answer, Client, TestServer};

const ANN: &str = "ann@example.com";
const NEW: &str = "ann@example.org";
const REQUEST: &str = "/api/collections/users/request-email-change";

async fn session(server: &TestServer) -> String {
    sign_in(server, ANN, PASSWORD).await.text("/token").to_owned()
}

async fn request(server: &TestServer, session: &str, email: &str) -> Answer {
    server.guest().with_token(session).post(REQUEST, json!({"newEmail": email})).await
}

async fn token(server: &TestServer) -> String {
    let session = session(server).await;
    request(server, &session, NEW).await.is(204);
    server.mail_to(NEW).await.token()
}

async fn confirm(server: &TestServer, token: &str, password: &str) -> Answer {
    post(server, "users", "confirm-email-change", json!({"token": token, "password": password})).await
}

#[tokio::test]
async fn the_link_in_the_mail_and_the_password_change_the_address() {
    let server = house().await;
    let id = user(&server, ANN).await;
    let session = session(&server).await;
    request(&server, &session, NEW).await.is(204);
    // It was sent before the answer, and to nobody else.
    let mails = server.mails();
    assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [NEW]);
    assert!(mails[0].link().contains("/_/#/auth/confirm-email-change/"), "{}", mails[0].link());
    assert_eq!(record(&server, &id).await["email"], ANN);

    confirm(&server, &mails[0].token(), PASSWORD).await.is(204);
    let record = record(&server, &id).await;
    assert_eq!((&record["email"], &record["verified"]), (&json!(NEW), &json!(true)));
    let refresh = server.guest().with_token(session).post("/api/collections/users/auth-refresh", json!({})).await;
    refresh.is(401);
    sign_in(&server, NEW, PASSWORD).await.is(200);
    let used = confirm(&server, &mails[0].token(), PASSWORD).await;
    used.is(400).codes(&[("token", "validation_invalid_token"), ("password", "validation_invalid_password")]);
}

#[tokio::test]
async fn of_two_confirmations_at_once_one_succeeds() {
    let server = house().await;
    let id = user(&server, ANN).await;
    let session = session(&server).await;
    for email in [NEW, "ann@example.net"] {
        request(&server, &session, email).await.is(204);
    }
    let tokens: Vec<String> = server.mails().iter().map(|mail| mail.token()).collect();
    let tries = tokens.iter().chain(&tokens).map(|token| confirm(&server, token, PASSWORD));
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    let won = answers.iter().position(|answer| answer.status == 204).expect("one") % 2;
    assert_eq!(record(&server, &id).await["email"], [NEW, "ann@example.net"][won]);
}

#[tokio::test]
async fn only_a_record_of_the_collection_may_ask() {
    let server = house().await;
    user(&server, ANN).await;
    server.superuser().create_collection(json!({"name": "members", "type": "auth"})).await.is(200);
    server.superuser().create_collection(json!({"name": "notes", "type": "base"})).await.is(200);
    let body = json!({"newEmail": NEW});
    server.guest().post(REQUEST, body.clone()).await.is(401);
    server.superuser().post(REQUEST, body.clone()).await.is(403);
    let session = server.guest().with_token(session(&server).await);
    for (collection, status) in [("members", 403), ("notes", 403), ("nothing", 404), ("_superusers", 403)] {
        let path = format!("/api/collections/{collection}/request-email-change");
        session.post(&path, body.clone()).await.is(status);
    }
    let superusers = "/api/collections/_superusers/request-email-change";
    server.superuser().post(superusers, body).await.is(400).no_data();
    post(&server, "_superusers", "confirm-email-change", json!({})).await.is(400).no_data();
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn the_new_address_is_checked() {
    let server = house().await;
    user(&server, ANN).await;
    user(&server, "bob@example.com").await;
    let session = session(&server).await;
    for (email, code) in [
        ("", "validation_required"),
        ("ann", "validation_is_email"),
        (ANN, "validation_not_in_invalid"),
        ("bob@example.com", "validation_invalid_new_email"),
    ] {
        request(&server, &session, email).await.is(400).codes(&[("newEmail", code)]);
    }
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn each_kind_of_wrong_confirmation_has_its_code() {
    let server = house().await;
    let id = user(&server, ANN).await;
    server.superuser().create_collection(json!({"name": "members", "type": "auth"})).await.is(200);
    let good = token(&server).await;
    post(&server, "users", "request-verification", json!({"email": ANN})).await.is(204);
    let verification = server.mail_to(ANN).await.token();
    let wrong = ("password", "validation_invalid_password");
    for (token, code) in [
        ("", "validation_required"),
        ("no token", "validation_invalid_token_payload"),
        (verification.as_str(), "validation_invalid_token_payload"),
        (&good[..good.len() - 3], "validation_invalid_token"),
    ] {
        confirm(&server, token, PASSWORD).await.is(400).codes(&[("token", code), wrong]);
    }
    confirm(&server, &good, "a wrong password").await.is(400).codes(&[wrong]);
    let empty = confirm(&server, &good, "").await;
    empty.is(400).codes(&[("password", "validation_required")]);
    let long = confirm(&server, &good, &"x".repeat(101)).await;
    long.is(400).codes(&[("password", "validation_length_out_of_range")]);
    let body = json!({"token": good, "password": PASSWORD});
    let elsewhere = post(&server, "members", "confirm-email-change", body).await;
    elsewhere.is(400).codes(&[("token", "validation_token_collection_mismatch"), wrong]);
    // Somebody took the address meanwhile.
    user(&server, NEW).await;
    let taken = confirm(&server, &good, PASSWORD).await;
    taken.is(400).codes(&[("token", "validation_invalid_token_email")]);
    assert_eq!(record(&server, &id).await["email"], ANN);
}

#[tokio::test]
async fn a_mail_that_cannot_be_sent_is_told() {
    let server = house().await;
    user(&server, ANN).await;
    let session = session(&server).await;
    // A file where the folder of the mails should be.
    std::fs::write(server.dir().join("mails"), "in the way").unwrap();
    request(&server, &session, NEW).await.is(400).no_data();
    std::fs::remove_file(server.dir().join("mails")).unwrap();
    request(&server, &session, NEW).await.is(204);
    assert_eq!(server.mails_to(NEW).await.len(), 1);
}
