//! Sign-ins by the hundred: hashing must not starve everything else.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Client, SUPERUSER_EMAIL, SUPERUSER_PASSWORD, TestServer, id, notes};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_are_served_while_passwords_are_tried() {
    let server = TestServer::with(notes()).await;
    let path = "/api/collections/_superusers/auth-with-password";
    let attackers: Vec<_> = (0..150)
        .map(|number| {
            let guest = server.guest();
            let identity =
                if number % 2 == 0 { SUPERUSER_EMAIL.to_owned() } else { format!("nobody{number}@example.com") };
            tokio::spawn(async move {
                guest.post(path, json!({"identity": identity, "password": format!("guess-{number}")})).await
            })
        })
        .collect();
    let guest = server.guest();
    let mut slowest = Duration::ZERO;
    for round in 1..=30 {
        let began = Instant::now();
        guest.view("notes", &id("n1"), &[]).await.is(200);
        guest.create("notes", json!({"title": "meanwhile"})).await.is(200);
        guest.get("/api/health").await.is(200);
        slowest = slowest.max(began.elapsed());
        if round == 5 {
            let waiting = attackers.iter().filter(|attacker| !attacker.is_finished()).count();
            assert!(waiting > 75, "only {waiting} of 150 sign-ins were still waiting when others had been served");
        }
    }
    assert!(slowest < Duration::from_secs(1), "three small requests took {slowest:?}");
    for attacker in attackers {
        let answer = attacker.await.expect("an answer");
        // Refused for the password, or told to come back later.
        assert!([400, 429, 503].contains(&answer.status), "{answer}");
        answer.never_says("token");
    }
    server.guest().post(path, json!({"identity": SUPERUSER_EMAIL, "password": SUPERUSER_PASSWORD})).await.is(200);
}
