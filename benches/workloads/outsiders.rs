//! Whether the time of a refusal tells who has an account, where hashes are argon2id and where they are bcrypt.

use std::time::Instant;

use serde_json::{Value as Json, json};

use crate::data::{self, MEMBERS};
use crate::load::{Connection, request};
use crate::report::{Outsider, median, micros};
use crate::rounds::Bench;

/// What is asked: name, the route, and the body for an address.
type Case = (&'static str, &'static str, fn(String) -> Json);

const CASES: [Case; 5] = [
    (
        "sign-in with a wrong password",
        "auth-with-password",
        |email| json!({"identity": email, "password": "a wrong one"}),
    ),
    (
        "sign-in with a long password",
        "auth-with-password",
        |email| json!({"identity": email, "password": "x".repeat(200)}),
    ),
    ("request for a new password", "request-password-reset", |email| json!({"email": email})),
    ("request for a verification", "request-verification", |email| json!({"email": email})),
    ("request for a one-time password", "request-otp", |email| json!({"email": email})),
];

/// Collections, with the kind of their hashes.
const COLLECTIONS: [(&str, &str); 2] = [("members", "argon2id"), ("veterans", "bcrypt")];

pub(super) fn run(bench: &Bench) -> Vec<Outsider> {
    let mut found = Vec::new();
    for (name, route, body) in CASES {
        for (collection, hashes) in COLLECTIONS {
            let name = format!("{name}, {hashes}");
            if !bench.scale.wants(&format!("outsiders: {name}")) {
                continue;
            }
            bench.set_rules_of(collection, &json!({"otp": {"enabled": true}}));
            let path = format!("/api/collections/{collection}/{route}");
            let [known, unknown] = bench.runtime.block_on(times(&bench.server.address, &path, body));
            let line = Outsider { name, asked: known.len(), known: median(&known), unknown: median(&unknown) };
            eprintln!("{}", line.short());
            found.push(line);
        }
    }
    found
}

/// Milliseconds for accounts that are there and for others, in turns. Each account is asked once: what an account is
/// sent a mail for is throttled afterwards.
async fn times(address: &str, path: &str, body: fn(String) -> Json) -> [Vec<f64>; 2] {
    let mut connection = Connection::open(address).await.expect("the server accepts");
    let mut taken = [Vec::new(), Vec::new()];
    for n in 0..MEMBERS {
        for (at, email) in [data::email(n), data::email(1000 + n)].into_iter().enumerate() {
            let sent = request("POST", path, None, Some(&body(email).to_string()));
            let begin = Instant::now();
            let (status, answer) = connection.call(&sent).await.expect("the server answers");
            assert!(matches!(status, 200 | 204 | 400 | 404 | 429), "{status} {}", String::from_utf8_lossy(answer));
            taken[at].push(micros(begin.elapsed()) / 1_000.0);
        }
    }
    taken
}
