//! A server in development, whose mails are files, with users.

use serde_json::{Value as Json, json};

use crate::support::{Answer, Client, TestServer};

/// The password of every user.
pub const PASSWORD: &str = "a password of a user";

/// A server whose mails are files.
pub async fn house() -> TestServer {
    TestServer::builder().arg("--dev").start().await
}

/// Creates a user who is not verified; the record's id.
pub async fn user(server: &TestServer, email: &str) -> String {
    user_in(server, "users", json!({"email": email})).await
}

/// Creates an account with these fields; the record's id.
pub async fn user_in(server: &TestServer, collection: &str, fields: Json) -> String {
    let mut body = json!({"password": PASSWORD, "passwordConfirm": PASSWORD});
    body.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    let answer = server.superuser().create(collection, body).await;
    answer.is(200);
    answer.id()
}

/// Posts to an action of a collection as a guest.
pub async fn post(server: &TestServer, collection: &str, action: &str, body: Json) -> Answer {
    server.guest().post(&format!("/api/collections/{collection}/{action}"), body).await
}

/// Signs in by password.
pub async fn sign_in(server: &TestServer, email: &str, password: &str) -> Answer {
    post(server, "users", "auth-with-password", json!({"identity": email, "password": password})).await
}

/// The user's record as the superuser sees it.
pub async fn record(server: &TestServer, id: &str) -> Json {
    let answer = server.superuser().view("users", id, &[]).await;
    answer.is(200);
    answer.json
}

/// Switches one-time passwords on for users.
pub async fn with_otp(server: &TestServer, otp: Json) {
    let mut options = json!({"enabled": true});
    options.as_object_mut().expect("an object").extend(otp.as_object().expect("an object").clone());
    server.superuser().update_collection("users", json!({"otp": options})).await.is(200);
}

/// Asks for a one-time password; its id.
pub async fn request_otp(server: &TestServer, email: &str) -> String {
    let answer = post(server, "users", "request-otp", json!({"email": email})).await;
    answer.is(200);
    answer.text("/otpId").to_owned()
}

/// Links an account at another service to a user.
pub async fn link(server: &TestServer, id: &str) {
    let users = server.superuser().get("/api/collections/users").await.text("/id").to_owned();
    let body = json!({"collectionRef": users, "recordRef": id, "provider": "github", "providerId": format!("gh {id}")});
    server.superuser().create("_externalAuths", body).await.is(200);
}

/// How many accounts at other services are linked to a user.
pub async fn links(server: &TestServer, id: &str) -> String {
    let query = format!("SELECT count(*) FROM _externalAuths WHERE recordRef = '{id}'");
    server.sql(&query).await.expect("a number")
}
