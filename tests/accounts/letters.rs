//! Letters that wait: what happens while no mail can be sent, and what is stored meanwhile.

use serde_json::json;

use super::house::{PASSWORD, house, post, request_otp, user, user_in, with_otp};
use crate::support::{Client, TestServer};

const ANN: &str = "ann@example.com";

/// No mail can be written while a file lies where the folder should be.
fn block(server: &TestServer) {
    std::fs::write(server.dir().join("mails"), "in the way").unwrap();
}

fn unblock(server: &TestServer) {
    std::fs::remove_file(server.dir().join("mails")).unwrap();
}

/// Waits until a letter was tried and failed.
async fn a_letter_failed(server: &TestServer) {
    server.sql_becomes("SELECT count(*) > 0 FROM _tb_jobs WHERE error IS NOT NULL", "1").await;
}

#[tokio::test]
async fn what_cannot_be_sent_now_is_sent_later_and_once() {
    let server = house().await;
    user(&server, ANN).await;
    block(&server);
    for _ in 0..3 {
        post(&server, "users", "request-password-reset", json!({"email": ANN})).await.is(204);
    }
    a_letter_failed(&server).await;
    assert_eq!(server.sql("SELECT count(*) FROM _tb_jobs").await.as_deref(), Some("1"));
    unblock(&server);
    let mails = server.mails_to(ANN).await;
    assert_eq!(mails.len(), 1);
    let form =
        json!({"token": mails[0].token(), "password": "another password", "passwordConfirm": "another password"});
    post(&server, "users", "confirm-password-reset", form).await.is(204);
}

#[tokio::test]
async fn a_letter_is_stored_for_every_address_whether_anybody_has_it_or_not() {
    let server = house().await;
    user(&server, ANN).await;
    user_in(&server, "users", json!({"email": "done@example.com", "verified": true})).await;
    with_otp(&server, json!({})).await;
    let stored = async || {
        let query = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = '_tb_jobs'";
        server.sql(query).await.expect("a number").parse::<u32>().expect("a number")
    };
    for action in ["request-verification", "request-password-reset", "request-otp"] {
        for email in [ANN, "done@example.com", "nobody@example.com"] {
            let before = stored().await;
            post(&server, "users", action, json!({"email": email})).await.is_no_failure();
            assert_eq!(stored().await - before, 1, "{action} {email}");
            if action != "request-otp" {
                post(&server, "users", action, json!({"email": email})).await.is(204);
                assert_eq!(stored().await - before, 1, "{action} {email} once more");
            }
        }
    }
}

#[tokio::test]
async fn letters_outlive_the_process() {
    let mut server = house().await;
    user(&server, ANN).await;
    with_otp(&server, json!({})).await;
    block(&server);
    let otp = request_otp(&server, ANN).await;
    a_letter_failed(&server).await;
    server.kill();
    unblock(&server);
    server.restart();
    let code = server.mail_to(ANN).await.code();
    post(&server, "users", "auth-with-otp", json!({"otpId": otp, "password": code})).await.is(200);
}

#[tokio::test]
async fn neither_tokens_nor_codes_are_stored_with_a_letter() {
    let mut server = house().await;
    user(&server, ANN).await;
    with_otp(&server, json!({})).await;
    block(&server);
    for action in ["request-verification", "request-password-reset", "request-otp"] {
        post(&server, "users", action, json!({"email": ANN})).await.is_no_failure();
    }
    server.sql_becomes("SELECT count(*) FROM _tb_jobs WHERE error IS NOT NULL", "3").await;
    unblock(&server);
    // Once the process has ended, the letters wait in the database.
    block(&server);
    let database = server.stopped_database();
    let payloads = database.column("SELECT payload FROM _tb_jobs");
    assert_eq!(payloads.len(), 3, "{payloads:?}");
    for payload in &payloads {
        assert!(!payload.contains("eyJ"), "a token: {payload}");
    }
    drop(database);
    unblock(&server);
    server.restart();
    let mails = server.mails_to(ANN).await;
    let code = mails.iter().find(|mail| mail.html.contains("<strong>")).expect("a code").code();
    for payload in &payloads {
        assert!(!payload.contains(&code), "the code: {payload}");
    }
}

#[tokio::test]
async fn a_letter_that_makes_no_sense_any_more_is_not_sent() {
    let server = house().await;
    let id = user(&server, ANN).await;
    with_otp(&server, json!({})).await;
    block(&server);
    for action in ["request-verification", "request-password-reset", "request-otp"] {
        post(&server, "users", action, json!({"email": ANN})).await.is_no_failure();
    }
    server.sql_becomes("SELECT count(*) FROM _tb_jobs WHERE error IS NOT NULL", "3").await;
    server.superuser().update("users", &id, json!({"email": "other@example.com"})).await.is(200);
    unblock(&server);
    server.letters_are_sent().await;
    assert!(server.mails().is_empty(), "{:?}", server.mails());
}

#[tokio::test]
async fn a_code_that_can_never_be_mailed_goes() {
    let server = house().await;
    // Long before the @: no mail server knows such an address.
    let email = format!("{}@example.com", "a".repeat(80));
    user_in(&server, "users", json!({"email": email})).await;
    with_otp(&server, json!({})).await;
    let id = request_otp(&server, &email).await;
    assert_eq!(id.len(), 15);
    server.letters_are_sent().await;
    assert_eq!(server.sql("SELECT count(*) FROM _otps").await.as_deref(), Some("0"));
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn values_of_records_add_no_header_and_no_markup() {
    let server = house().await;
    let template =
        json!({"subject": "Hello {RECORD:name}", "body": "<p>{RECORD:name}</p><a href=\"{APP_URL}/{TOKEN}\">go</a>"});
    server.superuser().update_collection("users", json!({"verificationTemplate": template})).await.is(200);
    let name = "Ann\r\nBcc: thief@example.com\r\n\r\n<script>x</script> {TOKEN}";
    user_in(&server, "users", json!({"email": ANN, "name": name})).await;
    post(&server, "users", "request-verification", json!({"email": ANN})).await.is(204);
    let mail = server.mail_to(ANN).await;
    assert!(!mail.head.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc")), "{}", mail.head);
    assert!(mail.subject.starts_with("Hello Ann") && !mail.subject.contains('\n'), "{}", mail.subject);
    assert!(!mail.html.contains("<script>") && mail.html.contains("&lt;script&gt;"), "{}", mail.html);
    assert!(mail.html.contains("{TOKEN}</p>"), "what a record says is not filled in: {}", mail.html);
}

/// Signs Ann in from a browser of this name.
async fn sign_in_with(server: &TestServer, agent: &str) {
    let guest = server.guest();
    let request = guest.request(reqwest::Method::POST, "/api/collections/users/auth-with-password");
    let body = json!({"identity": ANN, "password": PASSWORD});
    guest.send(request.header("User-Agent", agent).json(&body)).await.is(200);
}

/// How many places of a user are remembered.
async fn places(server: &TestServer, id: &str) -> String {
    let query = format!("SELECT count(*) FROM _authOrigins WHERE recordRef = '{id}'");
    server.sql(&query).await.expect("a number")
}

#[tokio::test]
async fn a_sign_in_from_a_new_place_is_told_once_and_then_remembered() {
    let server = house().await;
    let id = user(&server, ANN).await;
    sign_in_with(&server, "home").await;
    assert_eq!(places(&server, &id).await, "1");
    block(&server);
    for _ in 0..3 {
        sign_in_with(&server, "<b>away</b>").await;
    }
    a_letter_failed(&server).await;
    assert_eq!(places(&server, &id).await, "1", "nobody was told yet");
    unblock(&server);
    let mails = server.mails_to(ANN).await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].html.contains("127.0.0.1 &lt;b&gt;away&lt;/b&gt;"), "{}", mails[0].html);
    assert_eq!(places(&server, &id).await, "2");
    sign_in_with(&server, "<b>away</b>").await;
    sign_in_with(&server, "home").await;
    assert_eq!(server.mails_to(ANN).await.len(), 1);
}

#[tokio::test]
async fn a_place_that_is_told_of_after_a_new_password_is_not_remembered() {
    let server = house().await;
    let id = user(&server, ANN).await;
    sign_in_with(&server, "home").await;
    block(&server);
    sign_in_with(&server, "away").await;
    a_letter_failed(&server).await;
    let new = json!({"password": "another password", "passwordConfirm": "another password"});
    server.superuser().update("users", &id, new).await.is(200);
    unblock(&server);
    assert_eq!(server.mails_to(ANN).await.len(), 1);
    assert_eq!(places(&server, &id).await, "0");
}
