//! A session made endless by its owner (Parse CVE-2026-34574), or edited by another.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::{Value as Json, json};

use crate::support::club::Club;
use crate::support::{Claims, Client, id, sign_with};

/// What a token says.
fn claims(token: &str) -> Json {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn nobody_but_the_collection_says_how_long_a_session_lasts() {
    let club = Club::open().await;
    club.rules("people", json!({"authToken": {"duration": 600}})).await;
    let now = chrono::Utc::now().timestamp();
    let path = "/api/collections/people/auth-refresh";
    for (query, body) in [
        ("", json!({})),
        ("", json!({"duration": 9_000_000, "exp": null, "expiresAt": null, "authToken": {"duration": 9_000_000}})),
        (
            "?duration=9000000&exp=null",
            json!({"exp": 99_999_999_999_i64, "refreshable": true, "type": "passwordReset"}),
        ),
    ] {
        let answer = club.ann.post(&format!("{path}{query}"), body).await;
        let claims = claims(answer.is(200).text("/token"));
        let left = claims["exp"].as_i64().unwrap() - now;
        assert!((600..=600 + 120).contains(&left), "{left} seconds");
        assert_eq!((&claims["type"], &claims["id"]), (&json!("auth"), &json!(id("ann"))));
    }
    // The duration belongs to superusers.
    for client in [&club.ann, &club.robot] {
        for change in [json!({"authToken": {"duration": 90_000}}), json!({"authToken": {"duration": null}})] {
            client.patch("/api/collections/people", change).await.is(403);
        }
    }
    for duration in [json!(0), json!(-1), json!("forever"), json!(1e300), json!(94_670_857)] {
        club.superuser.update_collection("people", json!({"authToken": {"duration": duration}})).await.is(400);
    }
    let nothing = club.superuser.update_collection("people", json!({"authToken": {"duration": null}})).await;
    nothing.is(200).has("/authToken/duration", 600);
    // A claim that is changed is a signature that is wrong.
    let token = club.ann.token().unwrap();
    let parts: Vec<_> = token.split('.').collect();
    for exp in [json!(null), json!(0), json!(99_999_999_999_i64), json!("never"), json!([])] {
        let mut forged = claims(token);
        forged["exp"] = exp;
        let forged = format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(forged.to_string()), parts[2]);
        club.ann.with_token(forged).post(path, json!({})).await.is(401);
    }
}

#[tokio::test]
async fn a_session_that_may_not_be_prolonged_is_not() {
    let club = Club::open().await;
    let path = "/api/collections/people/auth-refresh";
    let claims = Claims::auth(&club.ann.collection_id, &club.ann.id).but("refreshable", json!(false)).expiring_in(60);
    let token = sign_with(Algorithm::HS256, &club.ann.key, &claims);
    let user = club.ann.with_token(token.clone());
    for body in [json!({}), json!({"refreshable": true}), json!({"token": club.bob.token()})] {
        user.post(path, body).await.is(200).has("/token", token.clone());
    }
}

#[tokio::test]
async fn anothers_sign_ins_are_not_edited() {
    let club = Club::open().await;
    let row = json!({"collectionRef": "c_people", "recordRef": id("ann"), "fingerprint": "f"});
    let origin = club.superuser.create("_authOrigins", row).await.is(200).id();
    let row = json!({"collectionRef": "c_people", "recordRef": id("ann"), "provider": "github", "providerId": "1"});
    let linked = club.superuser.create("_externalAuths", row).await.is(200).id();
    for (collection, row) in [("_authOrigins", &origin), ("_externalAuths", &linked)] {
        for change in [json!({"recordRef": id("bob")}), json!({"collectionRef": "c_robots"}), json!({})] {
            for client in [&club.bob, &club.ann] {
                client.update(collection, row, change.clone()).await.is(403).no_data();
            }
        }
        club.bob.view(collection, row, &[]).await.is(404);
        club.bob.delete(collection, row).await.is(404);
        club.superuser.view(collection, row, &[]).await.is(200).has("/recordRef", id("ann"));
    }
}
