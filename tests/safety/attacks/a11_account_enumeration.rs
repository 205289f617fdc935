//! Learning who has an account from what a sign-in says or how long it takes (Parse GHSA-8w3j-g983-8jh5).

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::support::club::{Club, PASSWORD};
use crate::support::{Answer, Client, SUPERUSER_EMAIL, TestServer, id};

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

/// What tells two answers apart, but for ids that are new each time.
fn told(answer: &Answer) -> (u16, Vec<String>, Json) {
    let mut headers: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
    headers.sort();
    headers.dedup();
    let mut json = answer.json.clone();
    if let Some(otp) = json.get_mut("otpId") {
        let of = otp.as_str().unwrap_or_default();
        let plain = of.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
        *otp = json!([of.len(), plain]);
    }
    (answer.status, headers, json)
}

#[tokio::test]
async fn no_route_tells_by_its_answer_who_has_an_account() {
    let club = Club::open().await;
    for collection in ["people", "robots"] {
        club.rules(collection, json!({"otp": {"enabled": true}, "listRule": "id = @request.auth.id"})).await;
    }
    // ann is verified and in, cid is neither, and nobody has the third address; robots have none of them.
    let mail = |who: &str| json!({"email": format!("{who}@example.com")});
    let sign_in = |who: &str| json!({"identity": format!("{who}@example.com"), "password": "a wrong one"});
    type Body<'a> = &'a dyn Fn(&str) -> Json;
    let routes: [(&str, Body<'_>); 6] = [
        ("auth-with-password", &sign_in),
        (
            "auth-with-password",
            &|who| json!({"identity": format!("{who}@example.com"), "password": PASSWORD.to_uppercase()}),
        ),
        (
            "auth-with-password",
            &|who| json!({"identity": format!("{who}@example.com"), "password": "x", "identityField": "email"}),
        ),
        ("request-verification", &mail),
        ("request-password-reset", &mail),
        ("request-otp", &mail),
    ];
    for (route, body) in routes {
        let path = format!("/api/collections/people/{route}");
        let nobody = club.guest.post(&path, body("nobody")).await;
        assert!(nobody.status < 500, "{nobody}");
        for who in ["ann", "bob", "cid", "r2d"] {
            // Twice: what is sent only once in a while is not told either.
            for _ in 0..2 {
                let answer = club.guest.post(&path, body(who)).await;
                assert_eq!(told(&answer), told(&nobody), "{route} for {who}");
            }
        }
        // The same address in another collection is another account.
        let elsewhere = format!("/api/collections/robots/{route}");
        let answer = club.guest.post(&elsewhere, body("ann")).await;
        assert_eq!(told(&answer), told(&club.guest.post(&elsewhere, body("nobody")).await), "{route} of robots");
    }
    // Ids of one-time passwords: a wrong code for one that is there, for one of nobody's, and for nonsense.
    let path = "/api/collections/people/auth-with-otp";
    let wrong = |otp: &str| json!({"otpId": otp, "password": "000"});
    let request = "/api/collections/people/request-otp";
    let there = club.guest.post(request, mail("cid")).await.is(200).text("/otpId").to_owned();
    let fake = club.guest.post(request, mail("nobody")).await.is(200).text("/otpId").to_owned();
    let expected = told(&club.guest.post(path, wrong("nonsense")).await);
    assert_eq!(expected.0, 400);
    for otp in [there, fake, id("ann")] {
        assert_eq!(told(&club.guest.post(path, wrong(&otp)).await), expected, "{otp}");
    }
    // Nor does a list tell, by filter or by total.
    for who in ["ann", "nobody"] {
        let filter = format!("email = '{who}@example.com'");
        club.guest.list("people", &[("filter", &filter)]).await.is(200).has("/totalItems", 0);
        club.bob.list("people", &[("filter", &filter)]).await.is(200).has("/totalItems", 0);
    }
}

#[tokio::test]
async fn an_account_that_may_not_sign_in_is_like_none_until_the_password_is_right() {
    let club = Club::open().await;
    club.rules("people", json!({"authRule": "verified = true"})).await;
    let path = "/api/collections/people/auth-with-password";
    let ask = |who: &str, password: &str| json!({"identity": format!("{who}@example.com"), "password": password});
    let nobody = told(&club.guest.post(path, ask("nobody", PASSWORD)).await);
    assert_eq!(nobody.0, 400);
    for who in ["ann", "cid"] {
        assert_eq!(told(&club.guest.post(path, ask(who, "a wrong one")).await), nobody, "{who}");
    }
    // By design: who knows the password is told that the rule refuses.
    club.guest.post(path, ask("cid", PASSWORD)).await.is(403).no_data();
    club.guest.post(path, ask("ann", PASSWORD)).await.is(200);
}
