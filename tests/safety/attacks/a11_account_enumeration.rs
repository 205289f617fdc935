//! Learning who has an account from what a sign-in says or how long it takes (Parse GHSA-8w3j-g983-8jh5).

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Client, SUPERUSER_EMAIL, TestServer};

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_say_and_cost_the_same() {
    let server = TestServer::start().await;
    let guest = server.guest();
    let path = "/api/collections/_superusers/auth-with-password";
    // An account that costs more would do so in every attempt; a noisy machine does not.
    let mut ratios = Vec::new();
    for attempt in 0..4 {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for round in 0..9 {
            for (identity, times) in [(SUPERUSER_EMAIL, &mut known), ("nobody@example.com", &mut unknown)] {
                let password = format!("wrong-password-{attempt}-{round}");
                let began = Instant::now();
                let answer = guest.post(path, json!({"identity": identity, "password": password})).await;
                times.push(began.elapsed());
                answer.is(400).no_data().never_says("identity").never_says("unknown");
            }
        }
        let ratio = median(known).as_secs_f64() / median(unknown).as_secs_f64();
        if (0.6..1.67).contains(&ratio) {
            return;
        }
        ratios.push(ratio);
    }
    panic!("a known account takes {ratios:?} times as long");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
