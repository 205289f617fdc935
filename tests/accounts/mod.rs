//! Accounts: every way to sign in, from where and how often, second factors, places, tokens and their end; mail; what
//! users may do.

mod addresses;
mod email_change;
mod house;
mod impersonate;
mod letters;
mod methods;
mod mfa;
pub mod oauth2;
mod origins;
mod otp;
mod password;
mod password_reset;
mod rate_limits;
mod refresh;
mod rules;
mod sealed_at_rest;
mod tokens;
mod verification;

use serde_json::{Value as Json, json};

use crate::support::{Answer, Client, TestServer};

/// The password of every user here.
pub const PASSWORD: &str = "a-password-of-a-user";

/// Adds a user with the address `<short>@example.com`; its id.
pub async fn add_user(server: &TestServer, collection: &str, short: &str) -> String {
    let id = crate::support::id(short);
    let body = json!({
        "id": id, "email": format!("{short}@example.com"), "password": PASSWORD, "passwordConfirm": PASSWORD,
    });
    server.superuser().create(collection, body).await.is(200);
    id
}

/// Signs in by password.
pub async fn sign_in(client: &impl Client, collection: &str, identity: &str, password: &str) -> Answer {
    let body = json!({"identity": identity, "password": password});
    client.post(&format!("/api/collections/{collection}/auth-with-password"), body).await
}

/// Runs SQL on the running server; rows as texts, cells joined by `|`.
pub async fn sql(server: &TestServer, query: &str) -> Vec<String> {
    let answer = server.superuser().post("/api/sql", json!({"query": query})).await;
    answer.is(200);
    let cell = |cell: &Json| cell.as_str().map_or_else(|| cell.to_string(), str::to_owned);
    let row = |row: &Json| row.as_array().expect("a row").iter().map(cell).collect::<Vec<_>>().join("|");
    answer.json.get("rows").and_then(Json::as_array).map(|rows| rows.iter().map(row).collect()).unwrap_or_default()
}

/// The only cell of a query.
pub async fn cell(server: &TestServer, query: &str) -> String {
    sql(server, query).await.into_iter().next().unwrap_or_else(|| panic!("no row: {query}"))
}

/// Gives an account the hash that another program made of its password.
pub async fn take_over(server: &TestServer, collection: &str, id: &str, hash: &str) {
    sql(server, &format!("UPDATE {collection} SET password = '{hash}' WHERE id = '{id}'")).await;
}

/// A bcrypt hash.
pub fn bcrypt(plain: &str, cost: u32) -> String {
    bcrypt::hash(plain, cost).expect("hashed")
}
