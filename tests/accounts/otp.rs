//! One-time passwords: asking for one, signing in by it.

use serde_json::json;

use super::house::{PASSWORD, house, link, links, post, record, request_otp, sign_in, user, user_in, with_otp};
use crate::support::{Answer, Client, SUPERUSER_EMAIL, SUPERUSER_PASSWORD, TestServer};

const ANN: &str = "ann@example.com";

async fn sign_in_by(server: &TestServer, id: &str, code: &str) -> Answer {
    post(server, "users", "auth-with-otp", json!({"otpId": id, "password": code})).await
}

/// A one-time password of Ann that was mailed: id and code.
async fn mailed(server: &TestServer) -> (String, String) {
    let id = request_otp(server, ANN).await;
    (id, server.mail_to(ANN).await.code())
}

async fn count(server: &TestServer) -> String {
    server.sql("SELECT count(*) FROM _otps").await.expect("a number")
}

#[tokio::test]
async fn the_code_in_the_mail_signs_in_once_and_proves_the_address() {
    let server = house().await;
    let id = user(&server, ANN).await;
    with_otp(&server, json!({"length": 6})).await;
    let (otp, code) = mailed(&server).await;
    assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
    assert_eq!(server.sql("SELECT sentTo FROM _otps").await.as_deref(), Some(ANN));
    let answer = sign_in_by(&server, &otp, &code).await;
    answer.is(200).has("/record/id", id.as_str()).has("/record/verified", true);
    server
        .guest()
        .with_token(answer.text("/token"))
        .post("/api/collections/users/auth-refresh", json!({}))
        .await
        .is(200);
    sign_in_by(&server, &otp, &code).await.is(400).no_data();
    assert_eq!(count(&server).await, "0");
}

#[tokio::test]
async fn of_many_sign_ins_with_one_code_at_once_one_succeeds() {
    let server = house().await;
    user(&server, ANN).await;
    with_otp(&server, json!({})).await;
    let (otp, code) = mailed(&server).await;
    let answers = futures_util::future::join_all((0..5).map(|_| sign_in_by(&server, &otp, &code))).await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 4, "{statuses:?}");
}

#[tokio::test]
async fn whoever_set_a_password_before_the_address_was_proven_loses_it() {
    let server = house().await;
    let id = user(&server, ANN).await;
    link(&server, &id).await;
    with_otp(&server, json!({})).await;
    let session = sign_in(&server, ANN, PASSWORD).await.text("/token").to_owned();
    let (otp, code) = mailed(&server).await;
    sign_in_by(&server, &otp, &code).await.is(200);
    sign_in(&server, ANN, PASSWORD).await.is(400);
    assert_eq!(links(&server, &id).await, "0");
    let old = server.guest().with_token(session).post("/api/collections/users/auth-refresh", json!({})).await;
    old.is(401);
}

#[tokio::test]
async fn a_proven_account_keeps_its_password_and_links() {
    let server = house().await;
    let id = user_in(&server, "users", json!({"email": ANN, "verified": true})).await;
    link(&server, &id).await;
    with_otp(&server, json!({})).await;
    let (otp, code) = mailed(&server).await;
    sign_in_by(&server, &otp, &code).await.is(200);
    sign_in(&server, ANN, PASSWORD).await.is(200);
    assert_eq!(links(&server, &id).await, "1");
}

#[tokio::test]
async fn with_a_second_factor_the_code_is_one_of_two_and_the_password_stays() {
    let server = house().await;
    user(&server, ANN).await;
    let options = json!({"otp": {"enabled": true}, "mfa": {"enabled": true}});
    server.superuser().update_collection("users", options).await.is(200);
    let (otp, code) = mailed(&server).await;
    let first = sign_in_by(&server, &otp, &code).await;
    assert_eq!(first.status, 401, "{first}");
    let mfa = first.text("/mfaId").to_owned();
    let body = json!({"identity": ANN, "password": PASSWORD, "mfaId": mfa});
    let second = post(&server, "users", "auth-with-password", body).await;
    second.is(200).has("/record/verified", true);

    let first = sign_in(&server, ANN, PASSWORD).await;
    let mfa = first.text("/mfaId").to_owned();
    let id = request_otp(&server, ANN).await;
    let code = server.mail_to(ANN).await.code();
    let body = json!({"otpId": id, "password": code, "mfaId": mfa});
    post(&server, "users", "auth-with-otp", body).await.is(200);
}

#[tokio::test]
async fn an_unknown_address_gets_an_id_and_nothing_else() {
    let server = house().await;
    user(&server, ANN).await;
    with_otp(&server, json!({})).await;
    let (real, fake) = (request_otp(&server, ANN).await, request_otp(&server, "nobody@example.com").await);
    for id in [&real, &fake] {
        assert!(id.len() == 15 && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{id}");
    }
    assert_ne!(fake, request_otp(&server, "nobody@example.com").await);
    server.letters_are_sent().await;
    assert_eq!(server.mails().len(), 1);
    assert_eq!(count(&server).await, "1");
    let refused = sign_in_by(&server, &real, "00000000").await;
    let unknown = sign_in_by(&server, &fake, "00000000").await;
    assert_eq!((refused.is(400).no_data().body.clone()), unknown.body);
}

#[tokio::test]
async fn an_account_has_ten_of_them_at_most() {
    let server = TestServer::start().await;
    user(&server, ANN).await;
    with_otp(&server, json!({})).await;
    let mut ids = Vec::new();
    for _ in 0..10 {
        ids.push(request_otp(&server, ANN).await);
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 10);
    let newest = server.sql("SELECT id FROM _otps ORDER BY created DESC LIMIT 1").await;
    for _ in 0..2 {
        assert_eq!(Some(request_otp(&server, ANN).await), newest);
    }
    assert_eq!(count(&server).await, "10");
}

#[tokio::test]
async fn in_development_there_is_no_such_limit() {
    let server = house().await;
    user(&server, ANN).await;
    with_otp(&server, json!({})).await;
    for _ in 0..12 {
        request_otp(&server, ANN).await;
    }
    assert_eq!(count(&server).await, "12");
}

#[tokio::test]
async fn what_is_wrong_with_the_forms_is_told() {
    let server = house().await;
    let request = async |body| post(&server, "users", "request-otp", body).await;
    request(json!({"email": ANN})).await.is(403);
    sign_in_by(&server, "x", "y").await.is(403);
    with_otp(&server, json!({})).await;
    request(json!({})).await.is(400).codes(&[("email", "validation_required")]);
    request(json!({"email": "ann"})).await.is(400).codes(&[("email", "validation_is_email")]);
    let both = post(&server, "users", "auth-with-otp", json!({})).await;
    both.is(400).codes(&[("otpId", "validation_required"), ("password", "validation_required")]);
    let long = sign_in_by(&server, &"x".repeat(256), &"9".repeat(72)).await;
    let code = "validation_length_out_of_range";
    long.is(400).codes(&[("otpId", code), ("password", code)]);
    server.superuser().create_collection(json!({"name": "notes", "type": "base"})).await.is(200);
    for action in ["request-otp", "auth-with-otp"] {
        post(&server, "notes", action, json!({})).await.is(404);
        post(&server, "nothing", action, json!({})).await.is(404);
    }
}

#[tokio::test]
async fn codes_of_other_collections_and_of_before_are_refused() {
    let server = house().await;
    user(&server, ANN).await;
    with_otp(&server, json!({})).await;
    let members = json!({"name": "members", "type": "auth", "otp": {"enabled": true}});
    server.superuser().create_collection(members).await.is(200);
    let (otp, code) = mailed(&server).await;
    let body = json!({"otpId": otp, "password": code});
    post(&server, "members", "auth-with-otp", body).await.is(400).no_data();
    let aged = format!("UPDATE _otps SET created = '2020-01-01 00:00:00.000Z' WHERE id = '{otp}'");
    server.sql(&aged).await;
    sign_in_by(&server, &otp, &code).await.is(400).no_data();
}

#[tokio::test]
async fn a_code_that_nobody_mailed_proves_nothing() {
    let server = house().await;
    let id = user(&server, ANN).await;
    with_otp(&server, json!({})).await;
    let (otp, code) = mailed(&server).await;
    server.sql("UPDATE _otps SET sentTo = ''").await;
    sign_in_by(&server, &otp, &code).await.is(200).has("/record/verified", false);
    assert_eq!(record(&server, &id).await["verified"], false);
    sign_in(&server, ANN, PASSWORD).await.is(200);
}

#[tokio::test]
async fn a_superuser_gets_one_on_the_terminal() {
    let server = house().await;
    let refused = server.run(&["superuser", "otp", SUPERUSER_EMAIL]);
    assert!(!refused.status.success());
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(told.contains("not enabled"), "{told}");

    let options = json!({"otp": {"enabled": true}, "mfa": {"enabled": true}});
    server.superuser().update_collection("_superusers", options).await.is(200);
    let made = server.run(&["superuser", "otp", SUPERUSER_EMAIL]);
    assert!(made.status.success(), "{made:?}");
    let told = String::from_utf8(made.stdout).expect("text");
    assert!(told.contains("180 s"), "{told}");
    let value = |name: &str| {
        let line = told.lines().find_map(|line| line.trim().strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name}: {told}")).trim().to_owned()
    };
    let body = json!({"otpId": value("otpId"), "password": value("password")});
    let first = post(&server, "_superusers", "auth-with-otp", body).await;
    assert_eq!(first.status, 401, "{first}");
    let password = json!({"identity": SUPERUSER_EMAIL, "password": SUPERUSER_PASSWORD, "mfaId": first.text("/mfaId")});
    let second = post(&server, "_superusers", "auth-with-password", password).await;
    second.is(200).has("/record/email", SUPERUSER_EMAIL);
    server.guest().with_token(second.text("/token")).get("/api/collections").await.is(200);

    let unknown = server.run(&["superuser", "otp", "nobody@example.com"]);
    assert!(!unknown.status.success());
}

#[tokio::test]
async fn what_is_expired_goes_at_the_start() {
    let mut server = TestServer::start().await;
    user(&server, ANN).await;
    with_otp(&server, json!({})).await;
    let (old, young) = (request_otp(&server, ANN).await, request_otp(&server, ANN).await);
    let aged = format!("UPDATE _otps SET created = '2020-01-01 00:00:00.000Z' WHERE id = '{old}'");
    server.sql(&aged).await;
    server.restart();
    server.sql_becomes("SELECT count(*) FROM _otps", "1").await;
    assert_eq!(server.sql("SELECT id FROM _otps").await, Some(young));
}
