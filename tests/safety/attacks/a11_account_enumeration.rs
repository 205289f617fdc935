//! Learning who has an account from what a sign-in says or how long it takes (Parse GHSA-8w3j-g983-8jh5).

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Client, SUPERUSER_EMAIL, TestServer};

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_say_and_cost_the_same() {
    let server = TestServer::start().await;
    let guest = server.guest();
    let path = "/api/collections/_superusers/auth-with-password";
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    // Interleaved, and the fastest of each kind: what else the machine does makes requests slower, never faster.
    for round in 0..14 {
        for (identity, times) in [(SUPERUSER_EMAIL, &mut known), ("nobody@example.com", &mut unknown)] {
            let began = Instant::now();
            let answer =
                guest.post(path, json!({"identity": identity, "password": format!("wrong-password-{round}")})).await;
            times.push(began.elapsed());
            answer.is(400).no_data().never_says("identity").never_says("unknown");
        }
    }
    let fastest = |times: &[Duration]| times.iter().min().unwrap().as_secs_f64();
    let ratio = fastest(&known) / fastest(&unknown);
    assert!((0.6..1.67).contains(&ratio), "a known account takes {ratio:.2} times as long: {known:?} {unknown:?}");
}
