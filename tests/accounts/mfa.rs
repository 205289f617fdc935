//! Second factors: two different ways to sign in, tied by `mfaId`.

use serde_json::{Value as Json, json};

use super::{PASSWORD, add_user, cell, sign_in, sql};
use crate::support::{Answer, Client, TestServer, id};

const PATH: &str = "/api/collections/users/auth-with-password";

/// A server with `ann` and `bob` in `users`, who need two factors.
async fn with_two_factors(rule: &str) -> TestServer {
    let server = TestServer::start().await;
    add_user(&server, "users", "ann").await;
    add_user(&server, "users", "bob").await;
    let options = json!({"otp": {"enabled": true}, "mfa": {"enabled": true, "duration": 600, "rule": rule}});
    server.superuser().update_collection("users", options).await.is(200);
    server
}

/// Somebody has proven another factor; the id to name.
async fn proven(server: &TestServer, short: &str, method: &str) -> String {
    let body = json!({"collectionRef": "_pb_users_auth_", "recordRef": id(short), "method": method});
    server.superuser().create("_mfas", body).await.is(200).id()
}

fn credentials(mfa: Option<&str>) -> Json {
    let mut body = json!({"identity": "ann@example.com", "password": PASSWORD});
    if let Some(mfa) = mfa {
        body["mfaId"] = json!(mfa);
    }
    body
}

async fn named(server: &TestServer, mfa: &str) -> Answer {
    server.guest().post(PATH, credentials(Some(mfa))).await
}

async fn rows(server: &TestServer) -> String {
    cell(server, "SELECT count(*) FROM _mfas").await
}

#[tokio::test]
async fn the_first_factor_is_answered_with_an_id_and_no_token() {
    let server = with_two_factors("").await;
    let answer = sign_in(&server.guest(), "users", "ann@example.com", PASSWORD).await;
    assert_eq!(answer.status, 401, "{answer}");
    let mfa = answer.text("/mfaId").to_owned();
    assert_eq!(answer.json, json!({"mfaId": mfa}), "nothing else is said");
    assert_eq!(mfa.len(), 15);
    let row = cell(&server, "SELECT id, collectionRef, recordRef, method FROM _mfas").await;
    assert_eq!(row, format!("{mfa}|_pb_users_auth_|{}|password", id("ann")));
    assert_eq!(cell(&server, "SELECT count(*) FROM _authOrigins").await, "0", "nobody signed in yet");
    sign_in(&server.guest(), "users", "ann@example.com", "wrong").await.is(400);
    assert_eq!(rows(&server).await, "1");
}

#[tokio::test]
async fn a_second_factor_of_another_method_lets_in_once() {
    let server = with_two_factors("").await;
    let mfa = proven(&server, "ann", "otp").await;
    named(&server, &mfa).await.is(200).has("/record/id", id("ann"));
    assert_eq!(rows(&server).await, "0");
    named(&server, &mfa).await.is(400).no_data();
}

#[tokio::test]
async fn the_query_names_it_too_and_wins() {
    let server = with_two_factors("").await;
    let (mfa, other) = (proven(&server, "ann", "otp").await, proven(&server, "bob", "otp").await);
    let guest = server.guest();
    guest.post(&format!("{PATH}?mfaId={other}"), credentials(Some(&mfa))).await.is(400).no_data();
    guest.post(&format!("{PATH}?mfaId={mfa}"), credentials(Some(&other))).await.is(200);
}

#[tokio::test]
async fn the_same_method_twice_is_no_second_factor() {
    let server = with_two_factors("").await;
    let mfa = proven(&server, "ann", "password").await;
    named(&server, &mfa).await.is(400).no_data();
    assert_eq!(rows(&server).await, "1", "the row stays for another method");
}

#[tokio::test]
async fn the_factor_of_somebody_else_is_refused_and_kept() {
    let server = with_two_factors("").await;
    let mfa = proven(&server, "bob", "otp").await;
    named(&server, &mfa).await.is(400).no_data();
    assert_eq!(rows(&server).await, "1");
    for unknown in ["missing", "'; DROP TABLE _mfas; --"] {
        named(&server, unknown).await.is(400).no_data();
    }
    server.guest().post(PATH, json!({"identity": "ann@example.com", "password": PASSWORD, "mfaId": 5})).await.is(400);
}

#[tokio::test]
async fn an_expired_factor_is_refused_and_removed() {
    let server = with_two_factors("").await;
    let mfa = proven(&server, "ann", "otp").await;
    sql(&server, "UPDATE _mfas SET created = '2020-01-01 00:00:00.000Z'").await;
    named(&server, &mfa).await.is(400).no_data();
    assert_eq!(rows(&server).await, "0");
}

#[tokio::test]
async fn the_rule_says_whom_it_concerns() {
    let server = with_two_factors("email ~ 'ann@'").await;
    let guest = server.guest();
    assert_eq!(sign_in(&guest, "users", "ann@example.com", PASSWORD).await.status, 401);
    sign_in(&guest, "users", "bob@example.com", PASSWORD).await.is(200);
    for (rule, status) in [("@request.context != 'oauth2'", 401), ("@request.context != 'password'", 200)] {
        server.superuser().update_collection("users", json!({"mfa": {"rule": rule}})).await.is(200);
        assert_eq!(sign_in(&guest, "users", "ann@example.com", PASSWORD).await.status, status, "{rule}");
    }
}

#[tokio::test]
async fn a_rule_that_cannot_be_evaluated_lets_nobody_in() {
    let server = with_two_factors("").await;
    let broken =
        "UPDATE _collections SET options = json_set(options, '$.mfa.rule', 'missing = 1') WHERE name = 'users'";
    sql(&server, broken).await;
    sign_in(&server.guest(), "users", "ann@example.com", PASSWORD).await.is(400).no_data();
    assert_eq!(rows(&server).await, "0");
}

#[tokio::test]
async fn a_refusal_by_the_auth_rule_comes_first() {
    let server = with_two_factors("").await;
    let mfa = proven(&server, "ann", "otp").await;
    server.superuser().update_collection("users", json!({"authRule": "verified = true"})).await.is(200);
    named(&server, &mfa).await.is(403).no_data();
    sign_in(&server.guest(), "users", "ann@example.com", PASSWORD).await.is(403);
    assert_eq!(rows(&server).await, "1");
}

#[tokio::test]
async fn a_new_password_ends_what_was_begun_with_the_old_one() {
    let server = with_two_factors("").await;
    let mfa = proven(&server, "ann", "otp").await;
    proven(&server, "bob", "otp").await;
    let body = json!({"password": "another-password", "passwordConfirm": "another-password"});
    server.superuser().update("users", &id("ann"), body).await.is(200);
    assert_eq!(rows(&server).await, "1", "those of others stay");
    let body = json!({"identity": "ann@example.com", "password": "another-password", "mfaId": mfa});
    server.guest().post(PATH, body).await.is(400).no_data();
}

#[tokio::test]
async fn one_factor_lets_in_one_of_many_at_once() {
    let server = with_two_factors("").await;
    let mfa = proven(&server, "ann", "otp").await;
    let guest = server.guest();
    let all: Vec<_> = (0..6)
        .map(|_| {
            let (guest, body) = (guest.clone(), credentials(Some(&mfa)));
            tokio::spawn(async move { guest.post(PATH, body).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for one in all {
        statuses.push(one.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400, 400, 400, 400, 400]);
}
