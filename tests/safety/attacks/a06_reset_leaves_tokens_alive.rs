//! Tokens of before that go on after a password reset (Strapi CVE-2026-22706).

use serde_json::json;

use crate::support::{Client, TestServer};

const ANN: &str = "ann@example.com";
const OLD: &str = "the old password";
const NEW: &str = "the new password";

#[tokio::test]
async fn a_reset_ends_every_token_code_and_half_done_sign_in_of_the_record() {
    let server = TestServer::builder().arg("--dev").start().await;
    let superuser = server.superuser();
    let body = json!({"email": ANN, "password": OLD, "passwordConfirm": OLD});
    let id = superuser.create("users", body).await.id();
    superuser.update_collection("users", json!({"otp": {"enabled": true}})).await.is(200);
    let guest = server.guest();
    let post = async |action: &str, body| guest.post(&format!("/api/collections/users/{action}"), body).await;

    let password = json!({"identity": ANN, "password": OLD});
    let session = post("auth-with-password", password.clone()).await.text("/token").to_owned();
    let impersonated = superuser.post(&format!("/api/collections/users/impersonate/{id}"), json!({})).await;
    let impersonated = impersonated.text("/token").to_owned();
    let file = guest.with_token(&session).post("/api/files/token", json!({})).await.text("/token").to_owned();
    let otp = post("request-otp", json!({"email": ANN})).await.text("/otpId").to_owned();
    let code = server.mail_to(ANN).await.code();
    superuser.update_collection("users", json!({"mfa": {"enabled": true}})).await.is(200);
    let mfa = post("auth-with-password", password.clone()).await.text("/mfaId").to_owned();
    superuser.update_collection("users", json!({"mfa": {"enabled": false}})).await.is(200);
    post("request-verification", json!({"email": ANN})).await.is(204);
    let verification = server.mail_to(ANN).await.token();
    let change = "/api/collections/users/request-email-change";
    guest.with_token(&session).post(change, json!({"newEmail": "ann@example.org"})).await.is(204);
    let email_change = server.mail_to("ann@example.org").await.token();

    post("request-password-reset", json!({"email": ANN})).await.is(204);
    let reset = server.mail_to(ANN).await.token();
    let form = json!({"token": reset, "password": NEW, "passwordConfirm": NEW});
    post("confirm-password-reset", form.clone()).await.is(204);

    for token in [&session, &impersonated] {
        guest.with_token(token).post("/api/collections/users/auth-refresh", json!({})).await.is(401);
        guest.with_token(token).post("/api/files/token", json!({})).await.is(401);
    }
    assert!(file.starts_with("eyJ"), "{file}");
    guest.with_token(&file).post("/api/collections/users/auth-refresh", json!({})).await.is(401);
    post("auth-with-password", password).await.is(400);
    post("auth-with-otp", json!({"otpId": otp, "password": code})).await.is(400);
    post("confirm-password-reset", form).await.is(400).code("token", "validation_invalid_token");
    let verify = post("confirm-verification", json!({"token": verification})).await;
    verify.is(400).code("token", "validation_invalid_token");
    let change = post("confirm-email-change", json!({"token": email_change, "password": NEW})).await;
    change.is(400).code("token", "validation_invalid_token");
    superuser.update_collection("users", json!({"mfa": {"enabled": true}})).await.is(200);
    let second = json!({"identity": ANN, "password": NEW, "mfaId": mfa});
    post("auth-with-password", second).await.is(400);
    for table in ["_otps", "_mfas", "_authOrigins"] {
        let rows = format!("SELECT count(*) FROM {table} WHERE recordRef = '{id}'");
        assert_eq!(server.sql(&rows).await.as_deref(), Some("0"), "{table}");
    }
}
