//! Signing in through other services, against one that this process plays.

mod discovery;
mod linking;
mod methods;
mod new_records;
pub mod provider;
mod redirect;
mod sign_in;

use serde_json::{Value as Json, json};

use crate::support::{Answer, Client, TestServer};
use provider::Provider;

/// The route of the sign-in for `users`.
pub const PATH: &str = "/api/collections/users/auth-with-oauth2";

/// A server whose `users` sign in through a service, configured with these changes.
pub async fn server_with(provider: &Provider, changes: Json) -> TestServer {
    let server = TestServer::start().await;
    configure(&server, json!([provider.options("oidc", changes)])).await;
    server
}

/// Configures the services of `users`.
pub async fn configure(server: &TestServer, providers: Json) {
    let oauth2 = json!({"enabled": true, "providers": providers});
    server.superuser().update_collection("users", json!({ "oauth2": oauth2 })).await.is(200);
}

/// Changes `users`.
pub async fn alter(server: &TestServer, changes: Json) {
    server.superuser().update_collection("users", changes).await.is(200);
}

/// Signs in with a code.
pub async fn sign_in(client: &impl Client, code: &str) -> Answer {
    sign_in_with(client, code, json!({})).await
}

/// Signs in with a code and more in the body.
pub async fn sign_in_with(client: &impl Client, code: &str, more: Json) -> Answer {
    let mut body = json!({"provider": "oidc", "code": code, "codeVerifier": "verifier", "redirectURL": "http://app/"});
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    client.post(PATH, body).await
}

/// The accounts at services that are linked, `record provider id` each, in order.
pub async fn links(server: &TestServer) -> Vec<String> {
    let list = server.superuser().list("_externalAuths", &[("sort", "providerId")]).await;
    let text = |item: &Json, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let line =
        |item: &Json| format!("{} {} {}", text(item, "recordRef"), text(item, "provider"), text(item, "providerId"));
    list.is(200).items().iter().map(line).collect()
}

/// How many users there are.
pub async fn users(server: &TestServer) -> u64 {
    server.superuser().list("users", &[]).await.at("/totalItems").as_u64().expect("a number")
}

/// A user `ann` with a password.
pub async fn ann(server: &TestServer, verified: bool) {
    let body = json!({
        "id": crate::support::id("ann"), "email": "ann@example.com", "verified": verified,
        "password": "password-of-ann", "passwordConfirm": "password-of-ann",
    });
    server.superuser().create("users", body).await.is(200);
}

/// Signs ann in by password.
pub async fn by_password(server: &TestServer) -> Answer {
    let body = json!({"identity": "ann@example.com", "password": "password-of-ann"});
    server.guest().post("/api/collections/users/auth-with-password", body).await
}
